"""The tables behind the Pictograph API, and those that both APIs share.

Times are ISO 8601 text in UTC, so that SQLite and PostgreSQL keep the same; lists and objects are
JSON text; annotation bodies are bytes, so that what is read is what was stored.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from limner.server.database import metadata

# SQLite numbers rows by itself only in a column of type INTEGER.
_Sequence: Final = BigInteger().with_variant(Integer, "sqlite")
_Id: Final = String(36)


def _owner(of: str) -> Column[str]:
    return Column(
        f"{of}_id", _Id, ForeignKey(f"{of}.id", ondelete="CASCADE"), nullable=False, index=True
    )


meta: Final = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

api_key: Final = Table(
    "api_key",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("prefix", String(12), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(12), nullable=False),
    Column("user_id", _Id, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("is_active", Boolean, nullable=False, default=True),
)

idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("key_id", _Id, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("reply", LargeBinary, nullable=False),
    Column("at", Float, nullable=False, index=True),
)

dataset: Final = Table(
    "dataset",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("description", Text),
    Column("readme", Text),
    Column("annotation_types", Text, nullable=False),
    Column("classes", Text, nullable=False),
    Column("is_archived", Boolean, nullable=False, default=False),
    Column("archived_at", String(32)),
    Column("requires_if_match", Boolean, nullable=False, default=False, server_default=false()),
    Column("folder", Text, unique=True),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
)

directory: Final = Table(
    "directory",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    _owner("dataset"),
    Column("path", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("dataset_id", "path"),
)

image: Final = Table(
    "image",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    _owner("dataset"),
    Column("directory", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("status", String(10), nullable=False, default="new"),
    Column("split", String(5)),
    Column("annotation_count", Integer, nullable=False, default=0),
    Column("min_confidence", Float),
    Column("file_size", BigInteger, nullable=False, default=0),
    Column("width", Integer),
    Column("height", Integer),
    Column("content_type", Text),
    Column("tags", Text, nullable=False, default="[]"),
    Column("is_archived", Boolean, nullable=False, default=False),
    Column("is_missing", Boolean, nullable=False, default=False),
    Column("review_note", Text),
    Column("blob", Text),
    Column("source", Text),
    Column("rev", Integer, nullable=False, default=0),
    Column("etag", String(64), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    UniqueConstraint("dataset_id", "directory", "filename"),
    Index("image_newest", "dataset_id", "seq"),
)

body: Final = Table(
    "body",
    metadata,
    Column(
        "image_id",
        _Id,
        ForeignKey("image.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("content", LargeBinary, nullable=False),
)
"""The current annotations of an image, as the JSON array that is sent; no row: none were saved."""

revision: Final = Table(
    "revision",
    metadata,
    Column(
        "image_id",
        _Id,
        ForeignKey("image.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("rev", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("author", _Id, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("is_blind", Boolean, nullable=False, default=False),
    Column("restored_from", Integer),
    Column("body", LargeBinary, nullable=False),
)
"""Every body that was ever saved, compressed with zlib, never changed; it goes with its image only.

The body stands last: SQLite reads all of it to come to a column behind it.
"""

audit: Final = Table(
    "audit",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("action", String(20), nullable=False),
    Column("image_id", _Id, nullable=False, index=True),
    Column("from_rev", Integer, nullable=False),
    Column("to_rev", Integer),
    Column("author", _Id, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("key_id", _Id, nullable=False),
    Column("request_id", String(64), nullable=False),
)
"""See `audit.py`. No foreign key: what was done to an image is known when the image has gone."""

upload: Final = Table(
    "upload",
    metadata,
    Column("token", String(64), primary_key=True),
    _owner("dataset"),
    Column("directory", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("blob", Text),
    Column("at", Float, nullable=False),
)

comment: Final = Table(
    "comment",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    _owner("image"),
    Column("annotation_id", Text, nullable=False),
    Column("parent_id", _Id),
    Column("body", Text, nullable=False),
    Column("resolved", Boolean, nullable=False, default=False),
    Column("resolved_by", _Id),
    Column("resolved_by_name", Text),
    Column("resolved_at", String(32)),
    Column("user_id", _Id, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("is_edited", Boolean, nullable=False, default=False),
    Column("is_deleted", Boolean, nullable=False, default=False),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
)

reaction: Final = Table(
    "reaction",
    metadata,
    Column(
        "comment_id",
        _Id,
        ForeignKey("comment.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("user_id", _Id, primary_key=True),
    Column("reaction", String(12), primary_key=True),
)
