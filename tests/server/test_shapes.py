"""The fast reader and the strict models accept and refuse the same documents."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from limner.api import pictograph_wire as wire
from limner.server import shapes
from limner.server.errors import Problem
from pictures import box, keypoint, polygon, polyline

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(),
    st.sampled_from([0, -0.0, 1e-320, 1, 359.999, 360, 1e308, "1", True, None]),
)
POINT = st.fixed_dictionaries({"x": NUMBERS, "y": NUMBERS})
PATH = st.lists(POINT, max_size=4)
PARTS = {
    "bounding_box": st.fixed_dictionaries({"x": NUMBERS, "y": NUMBERS, "w": NUMBERS, "h": NUMBERS}),
    "oriented_box": st.fixed_dictionaries(
        {"cx": NUMBERS, "cy": NUMBERS, "w": NUMBERS, "h": NUMBERS}, optional={"angle": NUMBERS}
    ),
    "polygon": st.fixed_dictionaries({"paths": st.lists(PATH, max_size=2)}),
    "polyline": st.fixed_dictionaries({"path": PATH}),
    "keypoint": POINT,
    "instance_id": st.integers(-1, 3) | st.none() | st.just(1.0),
    "confidence": NUMBERS,
    "created_by": st.none() | st.text(max_size=2),
    "attributes": st.sampled_from([[], {}, {"a": [None, 2**70]}, None, 3, "x"]),
    "name": st.sampled_from(["car", " ", "", 3]),
    "type": st.sampled_from(["bbox", "polygon", "polyline", "keypoint", "obb"]),
    "id": st.sampled_from(["a", "", 1]),
    "other": st.just(1),
}
WHOLE = st.sampled_from([box(), polygon(), polyline("l", (0, 0), (1, 1)), keypoint()])


@st.composite
def nearly_right(draw: st.DrawFn) -> dict[str, Any]:
    """An annotation with none, one or two fields changed, added or gone."""
    shape = dict(draw(WHOLE))
    for name in draw(st.lists(st.sampled_from(sorted(PARTS)), max_size=2)):
        if name in shape and draw(st.booleans()):
            del shape[name]
        else:
            shape[name] = draw(PARTS[name])
    return shape


@settings(max_examples=400, deadline=None)
@given(shape=nearly_right())
def test_both_readers_agree(shape: dict[str, Any]) -> None:
    content = json.dumps({"annotations": [shape]}).encode()
    try:
        strict = wire.SaveByPath.model_validate_json(content)
    except ValidationError:
        with pytest.raises(Problem):
            shapes.read(content, shapes.SaveByPath, wire.SaveByPath)
        assert not accepted_fast(content)
        return
    read = shapes.read(content, shapes.SaveByPath, wire.SaveByPath)
    if "id" in shape:
        assert accepted_fast(content)
        assert without_nulls(msgspec.to_builtins(read)) == wire.as_json(strict)


def accepted_fast(content: bytes) -> bool:
    """Whether the fast reader takes `content` without asking the strict one."""
    try:
        body = msgspec.json.decode(content, type=shapes.SaveByPath)
    except msgspec.MsgspecError:
        return False
    return all(shapes.fits(shape) for shape in body.annotations)


def without_nulls(body: dict[str, Any]) -> dict[str, Any]:
    kept = [
        {name: value for name, value in shape.items() if value is not None}
        for shape in body["annotations"]
    ]
    return {"annotations": kept}


def test_a_missing_id_is_given() -> None:
    shape = box()
    del shape["id"]
    content = json.dumps({"annotations": [shape]}).encode()
    read = shapes.read(content, shapes.SaveByPath, wire.SaveByPath)
    assert len(read.annotations[0].id) == 36


def test_every_stored_shape_is_a_strict_message() -> None:
    drawn = [box(), polygon(), polyline("l", (0, 0), (0, 1)), keypoint()]
    content = json.dumps({"annotations": drawn}).encode()
    read = shapes.read(content, shapes.SaveByPath, wire.SaveByPath)
    stored = shapes.completed(read.annotations, {}, "me")
    again = wire.SaveByPath.model_validate_json(b'{"annotations":' + stored + b"}")
    assert [one.created_by for one in again.annotations] == ["me"] * 4
    assert stored == msgspec.json.encode([wire.as_json(one) for one in again.annotations])
