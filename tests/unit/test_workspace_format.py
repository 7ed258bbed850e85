"""What the document on the workspace file says can be done with `sqlite3` alone, can be done."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from limner.api.wire_texts import WireTexts
from limner.model.annotations import AnnotationId
from limner.model.patch import Patch, Verb
from limner.model.verdicts import Answer, Target, TargetType
from limner.storage.entry import Entry
from limner.storage.schema import FORM, TABLES
from limner.storage.workspace_file import UnsentVerdict, WorkspaceFile
from unit.journal_desk import HERE, Desk, cars

DOCUMENT = Path(__file__).parents[2] / "docs" / "workspace-format.md"
QUERIES = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


def a_workspace(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, "street", cars(3), WireTexts())
    desk.moves(7)
    desk.moves(8)
    desk.does(Patch.removing(Verb.DELETE, [cars(3)[2]]))
    desk.writes(Entry(refused={AnnotationId("car0"): "No such class."}))
    verdict = Answer(value_pass=True)
    file.put_verdict(
        UnsentVerdict(HERE, "p1", "c1", Target(TargetType.LOG, "i1"), verdict),
        lambda: None,
        lambda _error: None,
    )
    assert file.close(10)


def test_each_documented_query_finds_what_the_document_says(tmp_path: Path) -> None:
    a_workspace(tmp_path / "workspace.db")
    connection = sqlite3.connect(f"file:{tmp_path}/workspace.db?mode=ro", uri=True)
    answers = [connection.execute(query).fetchall() for query in QUERIES]
    connection.close()
    waiting, stem, past, touched, verdicts, refused, form = answers
    assert [(row[0], row[3], row[5]) for row in waiting] == [("street.jpg", 3, 0)]
    assert stem == [("street.jpg", "car", "bbox")] * 3
    assert [row[1:3] for row in past] == [
        ("do", "Delete car"),
        ("do", "Move car"),
        ("do", "Move car"),
        ("fetched", ""),
    ]
    assert [id_ for id_, _ in touched] == ["car0", "car2"]
    assert '"x":8' in touched[0][1].replace(" ", "")
    assert touched[1][1] is None
    assert '"value_pass":true' in verdicts[0][2]
    assert refused == [("car0", "No such class.")]
    assert form == [(FORM,)]


def test_each_table_is_described() -> None:
    text = DOCUMENT.read_text()
    assert [table for table in TABLES if f"`{table}`" not in text] == []
