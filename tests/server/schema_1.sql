BEGIN TRANSACTION;
CREATE TABLE api_key (
	id VARCHAR(36) NOT NULL, 
	prefix VARCHAR(12) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	role VARCHAR(12) NOT NULL, 
	user_id VARCHAR(36) NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	is_active BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (digest)
);
CREATE TABLE body (
	image_id VARCHAR(36) NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (image_id), 
	FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
);
INSERT INTO "body" VALUES('2713c685-d2b3-4c14-9f43-1e01f8c6126f',X'5B5D');
CREATE TABLE comment (
	seq INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	image_id VARCHAR(36) NOT NULL, 
	annotation_id TEXT NOT NULL, 
	parent_id VARCHAR(36), 
	body TEXT NOT NULL, 
	resolved BOOLEAN NOT NULL, 
	resolved_by VARCHAR(36), 
	resolved_by_name TEXT, 
	resolved_at VARCHAR(32), 
	user_id VARCHAR(36) NOT NULL, 
	author_name TEXT NOT NULL, 
	is_edited BOOLEAN NOT NULL, 
	is_deleted BOOLEAN NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id), 
	FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
);
CREATE TABLE dataset (
	seq INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT, 
	readme TEXT, 
	annotation_types TEXT NOT NULL, 
	classes TEXT NOT NULL, 
	is_archived BOOLEAN NOT NULL, 
	archived_at VARCHAR(32), 
	folder TEXT, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id), 
	UNIQUE (name), 
	UNIQUE (folder)
);
INSERT INTO "dataset" VALUES(1,'1708f1b6-a036-47b1-a6ae-28eb979d0064','streets',NULL,NULL,'["bbox"]','[{"name":"car","type":"box","attributes":[],"color":"#e6194b"},{"name":"lake","type":"polygon","attributes":[],"color":"#3cb44b"},{"name":"lane","type":"polyline","attributes":[],"color":"#4363d8"},{"name":"nose","type":"keypoint","attributes":[],"color":"#f58231"}]',0,NULL,NULL,'2026-11-22T02:01:01.195652Z','2026-11-22T02:01:01.195652Z');
CREATE TABLE directory (
	seq INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	dataset_id VARCHAR(36) NOT NULL, 
	path TEXT NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (dataset_id, path), 
	UNIQUE (id), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
CREATE TABLE idempotency (
	key_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	status INTEGER NOT NULL, 
	headers TEXT NOT NULL, 
	reply BLOB NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (key_id, "key")
);
INSERT INTO "idempotency" VALUES('b9adaf8b-3822-4c0e-95b9-204ea3e24c2c','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','f62f2efab2fed7946cc45f8807dc48e39a491cbffb0221f20e1105b59beba173',200,'{"etag": "\"58973177fb3cc44eb3557b79bac9504b0136d836\"", "x-annotation-rev": "2"}',X'7B2273756363657373223A747275652C22696D6167655F6964223A2232373133633638352D643262332D346331342D396634332D316530316638633631323666222C2270726576696F75735F636F756E74223A312C226E65775F636F756E74223A322C22737461747573223A226E6577227D',1.79531286135916900636e+09);
CREATE TABLE image (
	seq INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	dataset_id VARCHAR(36) NOT NULL, 
	directory TEXT NOT NULL, 
	filename TEXT NOT NULL, 
	status VARCHAR(10) NOT NULL, 
	split VARCHAR(5), 
	annotation_count INTEGER NOT NULL, 
	min_confidence FLOAT, 
	file_size BIGINT NOT NULL, 
	width INTEGER, 
	height INTEGER, 
	content_type TEXT, 
	tags TEXT NOT NULL, 
	is_archived BOOLEAN NOT NULL, 
	is_missing BOOLEAN NOT NULL, 
	review_note TEXT, 
	blob TEXT, 
	source TEXT, 
	rev INTEGER NOT NULL, 
	etag VARCHAR(64) NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (dataset_id, directory, filename), 
	UNIQUE (id), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "image" VALUES(1,'2713c685-d2b3-4c14-9f43-1e01f8c6126f','1708f1b6-a036-47b1-a6ae-28eb979d0064','/','a.png','new',NULL,0,NULL,50,NULL,NULL,'image/png','[]',0,0,NULL,'764956cdd60f44d693a232449bf4110c',NULL,3,'"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d"','2026-11-22T02:01:01.273466Z','2026-11-22T02:01:01.370500Z');
INSERT INTO "image" VALUES(2,'df5e2834-485f-47ab-bea7-0f62aba98132','1708f1b6-a036-47b1-a6ae-28eb979d0064','/','b.png','new',NULL,0,NULL,50,NULL,NULL,'image/png','[]',0,0,NULL,'8758dc43013449f586b3df69275bde97',NULL,0,'"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d"','2026-11-22T02:01:01.304029Z','2026-11-22T02:01:01.304029Z');
CREATE TABLE meta (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('schema','1');
INSERT INTO "meta" VALUES('organization','{"id": "549c9a06-c103-46be-b7df-57503ce18050", "created_at": "2026-11-22T02:01:00.438081Z"}');
CREATE TABLE patronus_criteria (
	id VARCHAR(36) NOT NULL, 
	project_id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT, 
	annotation_type TEXT NOT NULL, 
	categories JSON, 
	resource_types JSON, 
	version INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (project_id, name), 
	FOREIGN KEY(project_id) REFERENCES patronus_project (id) ON DELETE CASCADE
);
CREATE TABLE patronus_criteria_history (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	criteria_id VARCHAR(36) NOT NULL, 
	version INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT, 
	annotation_type TEXT NOT NULL, 
	categories JSON, 
	resource_types JSON, 
	author_key TEXT NOT NULL, 
	author TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	at BIGINT NOT NULL
);
CREATE TABLE patronus_evaluation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	log_id TEXT NOT NULL, 
	evaluation_type TEXT NOT NULL, 
	annotation_criteria_id VARCHAR(36), 
	evaluator_id TEXT, 
	criteria TEXT, 
	pass BOOLEAN, 
	score DOUBLE, 
	text_output TEXT, 
	explanation TEXT, 
	evaluation_duration TEXT, 
	explanation_duration TEXT, 
	metric_name TEXT, 
	metric_description TEXT, 
	metadata JSON, 
	tags JSON, 
	project_id VARCHAR(36), 
	app TEXT, 
	experiment_id BIGINT, 
	trace_id TEXT, 
	span_id TEXT, 
	dataset_id TEXT, 
	dataset_sample_id TEXT, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT patronus_evaluation_mirror UNIQUE (log_id, annotation_criteria_id), 
	FOREIGN KEY(annotation_criteria_id) REFERENCES patronus_criteria (id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id) REFERENCES patronus_project (id) ON DELETE CASCADE
);
CREATE TABLE patronus_experiment (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	tags JSON, 
	metadata JSON, 
	created_at BIGINT NOT NULL, 
	FOREIGN KEY(project_id) REFERENCES patronus_project (id) ON DELETE CASCADE
);
CREATE TABLE patronus_log (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id VARCHAR(36), 
	log_id TEXT, 
	app TEXT, 
	experiment_id BIGINT, 
	timestamp BIGINT NOT NULL, 
	trace_id TEXT, 
	span_id TEXT, 
	trace_flags BIGINT, 
	severity_text TEXT, 
	severity_number INTEGER, 
	service_name TEXT, 
	body JSON, 
	resource_schema_url TEXT, 
	resource_attributes JSON, 
	scope_schema_url TEXT, 
	scope_name TEXT, 
	scope_version TEXT, 
	scope_attributes JSON, 
	log_attributes JSON, 
	FOREIGN KEY(project_id) REFERENCES patronus_project (id) ON DELETE CASCADE, 
	UNIQUE (log_id)
);
CREATE TABLE patronus_pairwise (
	name TEXT NOT NULL, 
	log_a_id VARCHAR(36) NOT NULL, 
	log_b_id VARCHAR(36) NOT NULL, 
	log_a_score DOUBLE NOT NULL, 
	log_b_score DOUBLE NOT NULL, 
	author_key TEXT NOT NULL, 
	author TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (name, log_a_id, log_b_id)
);
CREATE TABLE patronus_project (
	id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	created_by TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
CREATE TABLE patronus_span (
	trace_id TEXT NOT NULL, 
	span_id TEXT NOT NULL, 
	project_id VARCHAR(36), 
	app TEXT, 
	experiment_id BIGINT, 
	timestamp BIGINT NOT NULL, 
	duration BIGINT NOT NULL, 
	parent_span_id TEXT, 
	span_name TEXT, 
	span_kind TEXT, 
	status_code TEXT, 
	status_message TEXT, 
	service_name TEXT, 
	scope_name TEXT, 
	scope_version TEXT, 
	trace_state TEXT, 
	resource_attributes JSON, 
	span_attributes JSON, 
	events JSON, 
	links JSON, 
	PRIMARY KEY (trace_id, span_id), 
	FOREIGN KEY(project_id) REFERENCES patronus_project (id) ON DELETE CASCADE
);
CREATE TABLE patronus_verdict (
	id VARCHAR(36) NOT NULL, 
	annotation_criteria VARCHAR(36) NOT NULL, 
	type TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	value_pass BOOLEAN, 
	value_score DOUBLE, 
	value_text TEXT, 
	explanation TEXT, 
	project_id VARCHAR(36) NOT NULL, 
	app TEXT, 
	experiment_id BIGINT, 
	author_key TEXT NOT NULL, 
	author TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	criteria_version INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT patronus_verdict_key UNIQUE (type, reference, annotation_criteria), 
	FOREIGN KEY(annotation_criteria) REFERENCES patronus_criteria (id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id) REFERENCES patronus_project (id) ON DELETE CASCADE
);
CREATE TABLE patronus_verdict_history (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	verdict_id VARCHAR(36) NOT NULL, 
	event TEXT NOT NULL, 
	annotation_criteria VARCHAR(36) NOT NULL, 
	criteria_version INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	value_pass BOOLEAN, 
	value_score DOUBLE, 
	value_text TEXT, 
	explanation TEXT, 
	author_key TEXT NOT NULL, 
	author TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	at BIGINT NOT NULL
);
CREATE TABLE reaction (
	comment_id VARCHAR(36) NOT NULL, 
	user_id VARCHAR(36) NOT NULL, 
	reaction VARCHAR(12) NOT NULL, 
	PRIMARY KEY (comment_id, user_id, reaction), 
	FOREIGN KEY(comment_id) REFERENCES comment (id) ON DELETE CASCADE
);
CREATE TABLE revision (
	image_id VARCHAR(36) NOT NULL, 
	rev INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	n INTEGER NOT NULL, 
	author VARCHAR(36) NOT NULL, 
	author_name TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	request_id VARCHAR(64) NOT NULL, 
	PRIMARY KEY (image_id, rev), 
	FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
);
INSERT INTO "revision" VALUES('2713c685-d2b3-4c14-9f43-1e01f8c6126f',1,X'78011D8ED10E83200C45FFA5CF605454367EC518434BD978182E8AD98CF1DF077BB9E79EA46D3A9E101C18684040B42FCE95EC9A251DEF2288CB371B2E7B74213EE6A2E6841C4D550B38C0B4851F30AAF009A6ABEA4B002DD107C791F291FF24AD6C13BB19F30AD06D70D46B25357327BBBEF5F2AE0925F1E015298BECCB4336A535E09E7803334ED7F403ED7332F1',1,'c86dc573-7ee4-452f-97cb-ce6f3c3abef1','owner','2026-11-22T02:01:01.342838Z','553e41bd990945eeac2b0dfc7ab4cfa4');
INSERT INTO "revision" VALUES('2713c685-d2b3-4c14-9f43-1e01f8c6126f',2,X'7801858F5D6EC3201084EFB2CFC6C2C6F887AB585604CB3AB19A62CB256AAD2877EF62B94A1555EA0BC300B37CD3DF61F260A0800C827D27DEA25DD9C46D49C6B9F98B9D9B6FC14FE17C4AD6DC81972297196C60CAA49F6054D20B982A978F0C700EE3E429200FD95FE24A36923F398E00B6B547DD28D11055A2D2E528BA069D40AA4785CA3A1A13908D719DDC2DD207987E7864076BF964BDDA377AC22EF3753BCFE16F5E79F0EECABCEDC1AB73CDBC3F51EEB6D878491FF67BCD5FB104C0C5F720B7E09B9793346A60CE7FDA775E61E16B2B2C592B2AA994704D2705C952B75869AD652AF5D27EF806A8B87BF7',2,'9d3c1d6a-aeaa-4033-b790-e0258c45550e','annotator','2026-11-22T02:01:01.358773Z','e705248a861346b6ba39c5ce8ab29ff4');
INSERT INTO "revision" VALUES('2713c685-d2b3-4c14-9f43-1e01f8c6126f',3,X'78018B8E0500011500B9',0,'c86dc573-7ee4-452f-97cb-ce6f3c3abef1','owner','2026-11-22T02:01:01.370270Z','7ae2d310120a4ab7ab2efd8bd7eec95d');
CREATE TABLE upload (
	token VARCHAR(64) NOT NULL, 
	dataset_id VARCHAR(36) NOT NULL, 
	directory TEXT NOT NULL, 
	filename TEXT NOT NULL, 
	content_type TEXT NOT NULL, 
	blob TEXT, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (token), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
CREATE INDEX ix_api_key_prefix ON api_key (prefix);
CREATE INDEX ix_idempotency_at ON idempotency (at);
CREATE INDEX ix_patronus_criteria_history_criteria_id ON patronus_criteria_history (criteria_id);
CREATE INDEX patronus_verdict_history_key ON patronus_verdict_history (type, reference, annotation_criteria);
CREATE INDEX ix_patronus_verdict_history_verdict_id ON patronus_verdict_history (verdict_id);
CREATE INDEX ix_directory_dataset_id ON directory (dataset_id);
CREATE INDEX ix_image_dataset_id ON image (dataset_id);
CREATE INDEX image_newest ON image (dataset_id, seq);
CREATE INDEX ix_upload_dataset_id ON upload (dataset_id);
CREATE INDEX ix_patronus_experiment_project_id ON patronus_experiment (project_id);
CREATE INDEX ix_patronus_criteria_project_id ON patronus_criteria (project_id);
CREATE INDEX ix_patronus_log_project_id ON patronus_log (project_id);
CREATE INDEX ix_patronus_log_timestamp ON patronus_log (timestamp);
CREATE INDEX ix_patronus_log_trace_id ON patronus_log (trace_id);
CREATE INDEX ix_patronus_span_project_id ON patronus_span (project_id);
CREATE INDEX ix_patronus_span_span_id ON patronus_span (span_id);
CREATE INDEX ix_patronus_span_timestamp ON patronus_span (timestamp);
CREATE INDEX ix_comment_image_id ON comment (image_id);
CREATE INDEX ix_patronus_verdict_project_id ON patronus_verdict (project_id);
CREATE INDEX ix_patronus_verdict_updated_at ON patronus_verdict (updated_at);
CREATE INDEX ix_patronus_verdict_annotation_criteria ON patronus_verdict (annotation_criteria);
CREATE INDEX ix_patronus_verdict_reference ON patronus_verdict (reference);
CREATE INDEX ix_patronus_evaluation_trace_id ON patronus_evaluation (trace_id);
CREATE INDEX ix_patronus_evaluation_project_id ON patronus_evaluation (project_id);
DELETE FROM "sqlite_sequence";
COMMIT;
