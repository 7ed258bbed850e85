"""What nobody changed goes back in the very words it came in, and nothing stale is ever sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from limner.api.codec import encode
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, Opaque
from limner.model.document import Document
from limner.model.fingerprint import fingerprint
from limner.model.geometry import moved
from limner.model.patch import Patch
from unit.any_annotation import after_patch, documents, drawables, patches
from unit.tool_robot import a_box

YES_OR_NO: st.SearchStrategy[bool] = st.booleans()
ODDLY_SPELLED = (
    '{"name":"car","id":"box", "type":"bbox","confidence":1,"attributes":[],'
    '"bounding_box":{"x":10,"y":1e1,"w":40.0,"h":20}}'
)


def reply(*rows: str) -> bytes:
    return b'{"annotations":[' + ",".join(rows).encode() + b"]}"


def body(texts: WireTexts, annotations: list[Annotation]) -> bytes:
    return b"".join(texts.save_body(annotations, None))


def rows_of(sent: bytes) -> Any:
    return json.loads(sent)["annotations"]


def test_what_nobody_changed_goes_back_word_for_word() -> None:
    texts = WireTexts()
    assert body(texts, texts.decode(reply(ODDLY_SPELLED))) == reply(ODDLY_SPELLED)


def test_what_was_changed_is_written_anew_and_comes_back_with_undo() -> None:
    texts = WireTexts()
    (box,) = texts.decode(reply(ODDLY_SPELLED))
    assert not isinstance(box, Opaque)
    assert body(texts, [moved(box, 1, 0)]) == b'{"annotations":' + encode([moved(box, 1, 0)]) + b"}"
    assert rows_of(body(texts, [box]))[0]["bounding_box"]["x"] == 10


def test_the_text_of_another_record_of_the_same_id_is_not_used() -> None:
    texts = WireTexts()
    texts.decode(reply(ODDLY_SPELLED))
    theirs = replace(a_box(), name="bus")
    assert rows_of(body(texts, [theirs]))[0]["name"] == "bus"


def test_a_row_that_no_client_may_send_is_written_as_it_may() -> None:
    """Without an id, without attributes, with null for a field: a strict server refuses it."""
    shape = '"name":"car","type":"keypoint","keypoint":{"x":1,"y":2}'
    given_rows = (
        f'{{{shape},"confidence":1.0,"attributes":[]}}',
        f'{{"id":"b",{shape},"confidence":1.0}}',
        f'{{"id":"c",{shape},"attributes":[]}}',
        f'{{"id":"d",{shape},"confidence":1.0,"attributes":[],"created_by":null}}',
        f'{{"id":"e",{shape},"confidence":1.0,"attributes":[],"instance_id":null}}',
    )
    texts = WireTexts()
    read = texts.decode(reply(*given_rows))
    assert body(texts, read) == b'{"annotations":' + encode(read) + b"}"


def test_the_body_names_the_image_in_one_dialect_only() -> None:
    assert b"".join(WireTexts().save_body([], None)) == b'{"annotations":[]}'
    assert b"".join(WireTexts().save_body([], 'i"1')) == b'{"image_id":"i\\"1","annotations":[]}'


def test_a_long_list_is_sent_whole_and_in_order() -> None:
    boxes: list[Annotation] = [a_box(str(n)) for n in range(1001)]
    assert body(WireTexts(), boxes) == b'{"annotations":' + encode(boxes) + b"}"


@settings(max_examples=60)
@given(documents, st.data())
def test_whatever_is_edited_the_body_is_what_it_would_be_without_memory(
    start: list[Annotation], data: st.DataObject
) -> None:
    texts = WireTexts()
    read = texts.decode(b'{"annotations":' + encode(start) + b"}")
    document, held = Document(read), {each.id: each for each in read}
    done: list[Patch] = []
    for _ in range(data.draw(st.integers(0, 5))):
        takes_back = bool(done) and data.draw(YES_OR_NO)
        patch = done.pop().inverse() if takes_back else data.draw(patches(held))
        if not takes_back:
            done.append(patch)
        document.apply(patch)
        held = after_patch(held, patch)
        now = list(document)
        assert rows_of(body(texts, now)) == rows_of(b'{"annotations":' + encode(now) + b"}")


# Fingerprints


def test_a_fingerprint_leaves_out_what_the_server_adds_and_how_it_spells() -> None:
    (read,) = WireTexts().decode(reply(ODDLY_SPELLED))
    assert not isinstance(read, Opaque)
    by_ada = replace(read, created_by="ada", rank=7.0)
    assert fingerprint([read]) == fingerprint([by_ada])
    assert fingerprint([read]) == fingerprint([replace(a_box(), name="car")])


@given(st.lists(drawables(), max_size=4), st.lists(drawables(), max_size=4))
def test_fingerprints_are_equal_when_what_is_sent_is_equal_and_never_else(
    mine: list[Any], theirs: list[Any]
) -> None:
    def sent(annotations: list[Any]) -> bytes:
        return encode([replace(each, created_by=None) for each in annotations])

    assert (fingerprint(mine) == fingerprint(theirs)) == (sent(mine) == sent(theirs))
    assert (fingerprint(mine) == fingerprint(mine[::-1])) == (sent(mine) == sent(mine[::-1]))


@given(drawables(), drawables())
def test_no_field_can_change_without_the_fingerprint(one: Any, other: Any) -> None:
    for field in ("id", "name", "confidence", "attributes"):
        changed = replace(one, **{field: getattr(other, field)})
        same = getattr(one, field) == getattr(other, field)
        assert (fingerprint([one]) == fingerprint([changed])) == same
