import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.panels.filter_words import read
from limner.panels.object_filter import (
    TYPES,
    Among,
    Attribute,
    Comparison,
    Measure,
    Measured,
    ObjectFilter,
    State,
    Subject,
    Term,
    Word,
)

ANYTHING = st.text(max_size=12)
SIGNS = st.text(alphabet='a"\\-:=<>, \tß', max_size=12)
TEXT = st.one_of(ANYTHING, SIGNS)
SOMETHING = TEXT.filter(bool)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ORDERINGS = [each for each in Comparison if each is not Comparison.EQUAL]


def among(subject: Subject, values: st.SearchStrategy[str]) -> st.SearchStrategy[Term]:
    several = st.lists(values, min_size=1, max_size=3).map(tuple)
    return st.builds(Among, st.just(subject), several, st.booleans())


TERMS: st.SearchStrategy[Term] = st.one_of(
    st.builds(Word, SOMETHING, st.booleans()),
    among(Subject.CLASS, TEXT),
    among(Subject.ID, TEXT),
    among(Subject.HAS, TEXT),
    among(Subject.TYPE, st.sampled_from(TYPES)),
    among(Subject.IS, st.sampled_from([str(state) for state in State])),
    st.builds(Measured, st.sampled_from(Measure), st.sampled_from(Comparison), NUMBERS),
    st.builds(Attribute, TEXT, st.just(Comparison.EQUAL), TEXT, st.booleans()),
    st.builds(Attribute, TEXT, st.sampled_from(ORDERINGS), NUMBERS.map(repr), st.booleans()),
)
FILTERS = st.lists(TERMS, max_size=5).map(lambda terms: ObjectFilter(tuple(terms)))


@given(FILTERS)
def test_a_filter_in_words_is_read_as_the_same_filter(wanted: ObjectFilter) -> None:
    assert read(wanted.words).filter == wanted
    assert read(wanted.words).complaints == ()


@given(TEXT | st.text(max_size=60))
def test_whatever_is_typed_is_read_and_means_the_same_in_its_own_words(line: str) -> None:
    understood = read(line).filter
    assert read(understood.words).filter == understood


@given(FILTERS, st.integers(min_value=0, max_value=80))
def test_a_line_that_is_still_being_typed_never_fails(wanted: ObjectFilter, end: int) -> None:
    half = read(wanted.words[:end])
    assert len(half.filter.terms) <= len(wanted.terms)


def test_the_words_of_the_manual_mean_what_it_says() -> None:
    line = 'car -truck "traffic light" type:polygon,kept conf<0.5 size>1000 occluded=true is:hidden'
    assert read(line).filter.terms == (
        Word("car"),
        Word("truck", is_not=True),
        Word("traffic light"),
        Among(Subject.TYPE, ("polygon", "kept")),
        Measured(Measure.CONFIDENCE, Comparison.LESS, 0.5),
        Measured(Measure.SIZE, Comparison.MORE, 1000.0),
        Attribute("occluded", Comparison.EQUAL, "true"),
        Among(Subject.IS, ("hidden",)),
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("size>", "size> wants a number, such as 100."),
        ("conf<nan", "conf< wants a number, such as 0.5."),
        ("type:poly", "type:poly is none of bbox, polygon, polyline, keypoint, kept."),
        ("is:", "is: wants a value of hidden, selected, refused."),
        ("class:", "class: wants a value."),
        ("colour:red", "colour: has no meaning; put quotes around it to look for it."),
        ("doors>many", "doors> wants a number."),
        ("occluded=", "occluded= wants a value."),
        ('""', "There is nothing between the quotes."),
    ],
)
def test_what_is_not_understood_is_left_out_and_said(line: str, complaint: str) -> None:
    reading = read(f"car {line}")
    assert reading.filter.terms == (Word("car"),)
    assert reading.complaints == (complaint,)


def test_a_minus_alone_waits_for_what_comes() -> None:
    assert read("car -") == read("car")


def test_quotes_make_an_attribute_of_a_word_with_a_meaning() -> None:
    assert read('"size"=3').filter.terms == (Attribute("size", Comparison.EQUAL, "3"),)
    assert read("size=3").filter.terms == (Measured(Measure.SIZE, Comparison.EQUAL, 3.0),)
