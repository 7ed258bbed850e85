"""A long list is read some rows at a time, and exactly as in one go."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.api import row_slices
from limner.api.row_slices import list_slices, slices

ODD_TEXTS = st.sampled_from(
    ['},{"id":"', "],", '"annotations":[', '\\"', "ä", '{"id":1},{"id":2}', "plain", "[", "\\"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(-9, 9) | ODD_TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "annotations", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
ROWS = st.lists(
    VALUES | st.fixed_dictionaries({"id": ODD_TEXTS, "name": VALUES}) | st.just({}), max_size=30
)


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts every few bytes, so that short lists are long ones."""
    monkeypatch.setattr(row_slices, "SLICE_BYTES", 40)


def texts_in(body: bytes) -> list[bytes]:
    return [bytes(row) for piece in slices(body) for row in piece.rows]


def texts_at_once(body: bytes) -> list[bytes]:
    found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])["annotations"]
    return [bytes(row) for row in msgspec.json.decode(found, type=list[msgspec.Raw])]


@pytest.mark.usefixtures("short_slices")
@given(ROWS, st.dictionaries(ODD_TEXTS, VALUES, max_size=2), st.booleans(), st.booleans())
def test_rows_are_the_same_however_they_are_spelled(
    rows: list[Any], around: dict[str, Any], is_wide: bool, comes_first: bool
) -> None:
    listed = {"annotations": rows}
    document = {**listed, **around} if comes_first else {**around, **listed}
    body = json.dumps(document, separators=None if is_wide else (",", ":")).encode()
    assert texts_in(body) == texts_at_once(body)
    for piece in slices(body):
        assert msgspec.json.decode(piece.text, type=list[msgspec.Raw]) == piece.rows
        if piece.around:
            assert msgspec.json.decode(piece.around) == {**json.loads(body), "annotations": []}


@pytest.mark.usefixtures("short_slices")
@given(ROWS, st.booleans())
def test_a_bare_list_is_cut_as_well(rows: list[Any], is_wide: bool) -> None:
    text = json.dumps(rows, separators=None if is_wide else (",", ":")).encode()
    cut = [bytes(row) for piece in list_slices(text) for row in piece.rows]
    assert cut == texts_at_once(b'{"annotations":' + text + b"}")


@pytest.mark.usefixtures("short_slices")
def test_a_long_list_comes_in_many_slices_that_tell_how_far_they_are() -> None:
    body = json.dumps({"annotations": [{"id": str(n)} for n in range(100)], "n": 1}).encode()
    ends = [piece.end for piece in slices(body)]
    assert len(ends) > 20
    assert ends == sorted(ends)
    assert ends[-1] == len(body)


@pytest.mark.usefixtures("short_slices")
def test_what_only_looks_like_the_end_of_a_row_stops_nothing() -> None:
    rows = [{"id": str(n), "parts": [{"id": 1}] * 6} for n in range(100)]
    body = json.dumps({"annotations": rows}).encode()
    assert len(list(slices(body))) > 20
    assert texts_in(body) == texts_at_once(body)


@pytest.mark.usefixtures("short_slices")
@pytest.mark.parametrize("broken", [b"", b"]", b"]}}", b"]} x", b'],"n":}', b',{"id":}]}'])
def test_a_list_that_breaks_off_or_goes_wrong_at_its_end_is_refused(broken: bytes) -> None:
    rows = b",".join(b'{"id":"%d"}' % n for n in range(100))
    with pytest.raises(msgspec.DecodeError):
        texts_in(b'{"annotations":[' + rows + broken)


@pytest.mark.usefixtures("short_slices")
def test_the_list_that_counts_is_the_one_that_stands_in_the_reply_itself() -> None:
    inner = [{"id": "inside"}] * 30
    body = json.dumps({"meta": {"annotations": inner}, "annotations": [{"id": "a"}] * 30}).encode()
    assert set(texts_in(body)) == {b'{"id": "a"}'}
    twice = b'{"annotations":[1],"annotations":[' + b",".join([b'{"id":2}'] * 30) + b"]}"
    assert set(texts_in(twice)) == {b'{"id":2}'}
    twice = b'{"annotations":[' + b",".join([b'{"id":2}'] * 30) + b'],"annotations":[1]}'
    assert texts_in(twice) == [b"1"]
