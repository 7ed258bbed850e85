"""Annotation lists survive the way from the wire into the model and back."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from limner.api import pictograph_wire as wire
from limner.api.codec import decode, encode
from limner.api.errors import Garbled
from limner.model.annotations import AnnotationId, BBox, Keypoint, Opaque, Polygon, Polyline
from limner.model.json_text import JsonText
from limner.model.points import Points
from limner.model.rules import check
from unit.any_annotation import drawables

STRICT: TypeAdapter[Any] = TypeAdapter(wire.Annotation)
BOX = '{"x":1.0,"y":2.0,"w":3.0,"h":4.0}'
RING = '[{"x":0.0,"y":0.0},{"x":4.0,"y":0.0},{"x":4.0,"y":4.0}]'
EVERY_TYPE = f"""[
{{"id":"a","name":"car","type":"bbox","bounding_box":{BOX},"confidence":1.0,"attributes":[]}},
{{"id":"b","name":"car","type":"bbox","bounding_box":{BOX},
  "oriented_box":{{"cx":2.5,"cy":4.0,"w":3.0,"h":2.0,"angle":30.5}},
  "confidence":0.25,"created_by":"ada","attributes":{{"colour":"röd","n":1e3,"t":[null,100]}}}},
{{"id":"c","name":"lake","type":"polygon","bounding_box":{{"x":0.0,"y":0.0,"w":4.0,"h":4.0}},
  "polygon":{{"paths":[{RING},[{{"x":1.0,"y":0.5}},{{"x":3.0,"y":0.5}},{{"x":3.0,"y":2.0}}]]}},
  "confidence":1.0,"attributes":[]}},
{{"id":"d","name":"road","type":"polyline","bounding_box":{{"x":0.0,"y":0.0,"w":0.1,"h":1e22}},
  "polyline":{{"path":[{{"x":0.0,"y":0.0}},{{"x":0.1,"y":1e22}}]}},
  "confidence":1.0,"attributes":[]}},
{{"id":"e","name":"nose","type":"keypoint","keypoint":{{"x":-7.25,"y":1e-7}},
  "confidence":1.0,"attributes":[],"instance_id":3}}]"""


def reply(annotations: str) -> bytes:
    return b'{"success":true,"annotations":' + annotations.encode() + b',"annotation_count":1}'


def compact(text: str) -> bytes:
    """Without the line breaks and indents that stand in it for the reader."""
    return "".join(line.strip() for line in text.splitlines()).encode()


def one(annotation: str) -> Any:
    (read,) = decode(reply(f"[{annotation}]"))
    return read


def test_every_type_goes_back_byte_for_byte() -> None:
    assert encode(decode(reply(EVERY_TYPE))) == compact(EVERY_TYPE)


def test_every_field_of_every_type_is_read() -> None:
    plain, turned, lake, road, nose = decode(reply(EVERY_TYPE))
    assert isinstance(plain, BBox)
    assert (plain.x, plain.y, plain.w, plain.h, plain.oriented) == (1.0, 2.0, 3.0, 4.0, None)
    assert isinstance(turned, BBox)
    assert turned.oriented is not None
    assert turned.oriented.angle == 30.5
    assert (turned.confidence, turned.created_by) == (0.25, "ada")
    assert turned.attributes.value() == {"colour": "röd", "n": 1000.0, "t": [None, 100]}
    assert isinstance(lake, Polygon)
    assert [len(ring) for ring in lake.rings] == [3, 3]
    assert isinstance(road, Polyline)
    assert list(road.path) == [(0.0, 0.0), (0.1, 1e22)]
    assert isinstance(nose, Keypoint)
    assert (nose.x, nose.y, nose.instance_id) == (-7.25, 1e-7, 3)
    assert [each.rank for each in (plain, turned, lake, road, nose)] == [0, 1, 2, 3, 4]


@given(st.lists(drawables(), max_size=6, unique_by=lambda each: each.id))
def test_what_is_sent_is_what_is_read_again(drawn: list[Any]) -> None:
    sent = encode(drawn)
    read = decode(b'{"annotations":' + sent + b"}")
    assert encode(read) == sent
    assert not any(isinstance(each, Opaque) for each in read)
    for before, after in zip(drawn, read, strict=True):
        assert type(before) is type(after)
        assert before.id == after.id


@given(st.lists(st.tuples(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300)), min_size=2))
def test_no_coordinate_changes_in_its_last_bit(pairs: list[tuple[float, float]]) -> None:
    path = Points.of(pairs)
    road = Polyline(id=AnnotationId("r"), name="road", path=path)
    (read,) = decode(b'{"annotations":' + encode([road]) + b"}")
    assert isinstance(read, Polyline)
    assert read.path.packed == path.packed


def test_numbers_spelled_otherwise_are_the_same_numbers() -> None:
    """100 and 1e2 become 100.0; what the server spelled is kept where nobody reads it."""
    odd = (
        '{"id":"a","name":"car","type":"bbox","attributes":{"n":1E2},'
        '"bounding_box":{"x":100,"y":1e2,"w":1.50,"h":4}}'
    )
    sent = encode([one(odd)])
    assert b'"bounding_box":{"x":100.0,"y":100.0,"w":1.5,"h":4.0}' in sent
    assert b'"attributes":{"n":1E2}' in sent
    assert json.loads(sent) == [{**json.loads(odd), "confidence": 1.0}]


@pytest.mark.parametrize(
    "foreign", ['"z_order":7', '"tags":["a", {"b":1e3}]', '"polygon":{"paths":[]}', '"note":null']
)
def test_keys_of_a_newer_version_are_drawn_around_and_sent_back(foreign: str) -> None:
    text = (
        f'{{"id":"a","name":"car","type":"bbox","bounding_box":{BOX},"confidence":1.0,'
        f'"attributes":[],{foreign}}}'
    )
    read = one(text)
    assert isinstance(read, BBox)
    assert read.extra == JsonText(f"{{{foreign}}}")
    assert encode([read]) == f"[{text}]".encode()


def test_a_newer_neighbour_does_not_change_how_others_are_read() -> None:
    odd = f'{{"id":"z","name":"car","type":"bbox","bounding_box":{BOX},"layer":1}}'
    read = decode(reply(EVERY_TYPE[:-1] + "," + odd + "]"))
    assert read[:5] == decode(reply(EVERY_TYPE))
    assert isinstance(read[5], BBox)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"id":"m","name":"x","type":"mask","rle":[1, 2]}', "type “mask”"),
        ('{"id":"m","name":"x"}', "type “”"),
        ('{"id":"m","name":"x","type":["bbox"]}', "type “”"),
        ('{"id":"m","name":"x","type":"bbox"}', "“bounding_box” is missing"),
        ('{"id":"m","name":"x","type":"bbox","bounding_box":[1,2,3,4]}', "form is not known"),
        ('{"id":"m","name":"","type":"keypoint","keypoint":{"x":1,"y":1}}', "class name"),
        ('{"id":"m","name":"x","type":"keypoint","keypoint":{"x":"1","y":1}}', "form is not"),
        ('{"id":"m","name":"x","type":"keypoint","keypoint":{"x":1e999,"y":1}}', "out of range"),
        (
            '{"id":"m","name":"x","type":"polyline","polyline":{"path":[{"x":1,"y":1}]}}',
            "at least 2 points",
        ),
        (
            f'{{"id":"m","name":"x","type":"polygon","polygon":{{"paths":[{RING},[]]}}}}',
            "A hole needs at least 3 points",
        ),
        (
            '{"id":"m","name":"x","type":"keypoint","keypoint":{"x":1,"y":1},"attributes":3}',
            "attributes",
        ),
    ],
)
def test_what_cannot_be_drawn_is_kept_word_for_word(text: str, reason: str) -> None:
    read = one(text)
    assert isinstance(read, Opaque)
    assert reason in read.reason
    assert read.id == "m"
    assert encode([read]) == f"[{text}]".encode()


def test_an_id_that_stands_twice_is_kept_twice_under_two_names() -> None:
    text = (
        f'{{"id":"a","name":"car","type":"bbox","bounding_box":{BOX},"confidence":1.0,'
        f'"attributes":[]}}'
    )
    body = reply(f"[{text},{text},{text}]")
    first, second, third = decode(body)
    assert isinstance(first, BBox)
    assert isinstance(second, Opaque)
    assert "twice" in second.reason
    assert [first.id, second.id, third.id] == ["a", "a~2", "a~3"]
    assert encode([first, second, third]) == f"[{text},{text},{text}]".encode()
    assert [each.id for each in decode(body)] == ["a", "a~2", "a~3"]


@pytest.mark.parametrize("text", ["null", "7", '"car"', '{"type":"mask"}', '{"id":7,"name":[]}'])
def test_rows_without_an_id_have_the_same_one_at_every_load(text: str) -> None:
    read, again = decode(reply(f"[{text},{text}]"))
    assert isinstance(read, Opaque)
    assert [read.id, again.id] == [each.id for each in decode(reply(f"[{text},{text}]"))]
    assert encode([read, again]) == f"[{text},{text}]".encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in</html>",
        b"[]",
        b"null",
        b"{}",
        b'{"annotations":null}',
        b'{"annotations":{}}',
        b'{"annotations":[NaN]}',
        b'{"annotations":[{"name":"\xff"}]}',
        b'{"annotations":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
    ],
)
def test_what_is_no_list_of_annotations_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        decode(body)


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None, True, False, 0, 1, -1, 2.5, 1e300, 360, 359.9, 2**63, 10**30, -(10**400),
        "", " ", "x", "1", [], {}, [[]], [1], {"x": 1}, {"x": 1.0, "y": 2}, "bbox", "keypoint",
    ]
).map(deepcopy)  # fmt: skip
KEYS = st.sampled_from(
    [
        *["id", "name", "type", "bounding_box", "oriented_box", "polygon", "polyline", "keypoint"],
        *["confidence", "created_by", "attributes", "instance_id", "class", "x", "y", "w", "angle"],
    ]
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) inside a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found: list[tuple[Any, Any]] = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


@st.composite
def documents_gone_wrong(draw: st.DrawFn) -> Any:
    """An annotation as the wire has it, changed in up to three places, or in none."""
    written: Any = json.loads(encode([draw(drawables())]))[0]
    for _ in range(draw(st.integers(0, 3))):
        container, key = draw(st.sampled_from(places(written) or [(written, "name")]))
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "remove":
                del container[key]
            case "add" if isinstance(container, dict):
                container[draw(KEYS)] = draw(JUNK)
            case _:
                container[key] = draw(JUNK)
    return written


def strict_models_accept(text: str) -> bool:
    try:
        STRICT.validate_json(text)
    except ValidationError:
        return False
    return True


@settings(max_examples=500)
@given(documents_gone_wrong())
def test_both_readers_accept_and_refuse_the_same_documents(document: Any) -> None:
    text = json.dumps(document)
    read = one(text)
    if isinstance(read, Opaque) and "lie inside the first" in read.reason:
        return  # a rule of the model that the messages do not know
    is_plain = not isinstance(read, Opaque) and read.extra is None
    assert is_plain == strict_models_accept(text), getattr(read, "reason", read)
    if isinstance(read, Opaque):
        assert encode([read]) == f"[{text}]".encode()
    else:
        check(read)


def test_a_list_without_area_is_sent_without_a_box() -> None:
    flat = Polyline(id=AnnotationId("r"), name="road", path=Points.of([(0, 5), (9, 5)]))
    assert b"bounding_box" not in encode([flat])
