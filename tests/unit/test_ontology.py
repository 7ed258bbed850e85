"""The label set: keys, colours, number keys."""

from __future__ import annotations

from dataclasses import replace

from limner.model.annotations import Kind
from limner.model.ontology import UNKNOWN_COLOUR, LabelClass, Ontology
from unit.tool_robot import STREET, a_box, a_polygon

CARS = Ontology(
    (
        LabelClass("car", Kind.BBOX, "#111111"),
        LabelClass("car", Kind.POLYGON, "#222222"),
        LabelClass("Car", Kind.BBOX, "#333333"),
    )
)


def test_name_and_kind_together_are_the_key() -> None:
    box, polygon, upper = CARS
    assert CARS.find("car", Kind.BBOX) is box
    assert CARS.find("car", Kind.POLYGON) is polygon
    assert CARS.find("Car", Kind.BBOX) is upper
    assert CARS.find("Car", Kind.POLYGON) is None
    assert CARS.kinds_named("car") == [Kind.BBOX, Kind.POLYGON]
    assert CARS.kinds_named("tram") == []
    assert CARS.of_kind(Kind.BBOX) == [box, upper]


def test_an_annotation_has_the_colour_of_its_class_and_grey_without_one() -> None:
    assert CARS.colour_of(a_box()) == "#111111"
    assert CARS.colour_of(replace(a_polygon(), name="car")) == "#222222"
    assert CARS.colour_of(replace(a_box(), name="tram")) == UNKNOWN_COLOUR
    assert CARS.class_of(replace(a_box(), name="tram")) is None


def test_the_number_keys_choose_the_first_ten_classes() -> None:
    many = Ontology([LabelClass(f"class {i}", Kind.BBOX) for i in range(12)])
    assert [many.by_digit(digit) for digit in "1290"] == [
        many.find(f"class {i}", Kind.BBOX) for i in (0, 1, 8, 9)
    ]
    assert many.digit_of(many.classes[9]) == "0"
    assert many.digit_of(many.classes[10]) is None


def test_what_is_not_a_number_key_chooses_nothing() -> None:
    assert STREET.by_digit("9") is None
    assert STREET.by_digit("x") is None
    assert STREET.by_digit("") is None
    assert STREET.by_digit("12") is None
