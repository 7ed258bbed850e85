"""What ships beside the code: icons, fonts, and a sample project that obeys the wire contracts."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from uuid import UUID
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree
from PIL import Image, ImageFont

from limner import resources
from limner.api.patronus_wire import CriteriaUpdate
from limner.api.pictograph_wire import (
    Annotation,
    BBoxAnnotation,
    DatasetClass,
    KeypointAnnotation,
    Point,
    PolygonAnnotation,
    PolylineAnnotation,
    SaveByPath,
)
from limner.model.geometry import ring_holds
from limner.model.points import Points

Pair = tuple[float, float]

SAMPLE = resources.path("sample")
ICONS = sorted(resources.path("icons").glob("*.svg"))
FONTS = sorted(resources.path("fonts").glob("*.ttf"))
PHOTOGRAPHS = sorted(path.name for path in (SAMPLE / "images").iterdir())
ANNOTATED = sorted(path.stem for path in (SAMPLE / "annotations").iterdir())
NEW = sorted(set(PHOTOGRAPHS) - set(ANNOTATED))


def drawing_of(icon: Path) -> Element:
    return ElementTree.fromstring(icon.read_bytes())


def annotations_of(photograph: str) -> list[Annotation]:
    body = (SAMPLE / "annotations" / f"{photograph}.json").read_bytes()
    return SaveByPath.model_validate_json(body).annotations


def all_annotations() -> list[Annotation]:
    return [annotation for name in ANNOTATED for annotation in annotations_of(name)]


def ontology() -> list[DatasetClass]:
    classes = json.loads((SAMPLE / "ontology.json").read_bytes())["classes"]
    return [DatasetClass.model_validate(row) for row in classes]


def class_key(annotation: Annotation) -> tuple[str, str]:
    return annotation.name, "box" if annotation.type == "bbox" else annotation.type


def corners(box: BBoxAnnotation) -> list[Pair]:
    upright = box.bounding_box
    return [(upright.x, upright.y), (upright.x + upright.w, upright.y + upright.h)]


def pairs(points: list[Point]) -> list[Pair]:
    return [(point.x, point.y) for point in points]


def coordinates(annotation: Annotation) -> Iterator[Pair]:
    match annotation:
        case BBoxAnnotation():
            yield from corners(annotation)
        case PolygonAnnotation():
            for ring in annotation.polygon.paths:
                yield from pairs(ring)
        case PolylineAnnotation():
            yield from pairs(annotation.polyline.path)
        case KeypointAnnotation():
            yield annotation.keypoint.x, annotation.keypoint.y


def turn(a: Pair, b: Pair, c: Pair) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crosses_itself(ring: list[Pair]) -> bool:
    edges = combinations(pairwise([*ring, ring[0]]), 2)
    return any(
        turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0
        for (a, b), (c, d) in edges
    )


def test_a_checkout_keeps_its_resources_at_its_root() -> None:
    assert resources.path("icons/app.svg") == Path(__file__).parents[2] / "resources/icons/app.svg"


def test_an_installed_package_has_its_resources_beside_its_code(tmp_path: Path) -> None:
    package = tmp_path / "limner"
    shutil.copytree(resources.path("fonts"), package / "resources" / "fonts")
    code = shutil.copy(Path(resources.__file__), package)
    spec = importlib.util.spec_from_file_location("installed_resources", code)
    assert spec is not None
    assert spec.loader is not None
    installed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(installed)
    assert installed.path("fonts/LICENSE") == package / "resources" / "fonts" / "LICENSE"


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=re.escape("icons/unicorn.svg")):
        resources.path("icons/unicorn.svg")


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.stem)
def test_every_icon_is_a_drawing_on_a_square(icon: Path) -> None:
    drawing = drawing_of(icon)
    left, top, width, height = drawing.attrib["viewBox"].split()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert (left, top) == ("0", "0")
    assert width == height
    assert len(drawing)


@pytest.mark.parametrize("icon", [i for i in ICONS if i.stem != "app"], ids=lambda icon: icon.stem)
def test_every_icon_but_the_application_takes_the_colour_of_the_theme(icon: Path) -> None:
    drawing = drawing_of(icon)
    assert drawing.attrib["stroke"] == "currentColor"
    assert drawing.attrib["fill"] == "none"


@pytest.mark.parametrize("folder", ["icons", "fonts"])
def test_what_others_made_comes_with_its_licence(folder: str) -> None:
    assert "Copyright" in resources.path(f"{folder}/LICENSE").read_text("utf-8")


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.stem)
def test_every_font_is_inter(font: Path) -> None:
    family, _style = ImageFont.truetype(font).getname()
    assert family is not None
    assert family.startswith("Inter")


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
def test_every_photograph_opens_and_names_its_source(photograph: str) -> None:
    with Image.open(SAMPLE / "images" / photograph) as image:
        image.load()
    assert f"| {photograph} |" in (SAMPLE / "SOURCES.md").read_text("utf-8")


def test_some_photographs_are_annotated_and_some_are_left_to_the_newcomer() -> None:
    assert ANNOTATED == ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"]
    assert NEW == ["coins.png", "hubble_deep_field.jpg"]


def test_each_class_has_a_digit_key_and_a_colour_of_its_own() -> None:
    classes = ontology()
    assert len(classes) <= len("1234567890")
    assert len({(label.name, label.type) for label in classes}) == len(classes)
    assert len({label.color for label in classes if label.color}) == len(classes)


def test_the_choices_of_a_class_fit_the_type_of_the_question() -> None:
    for label in ontology():
        for attribute in label.attributes:
            assert bool(attribute.values) == (attribute.type == "select"), label.name


def test_the_skeleton_connects_joints_that_are_classes() -> None:
    joints = {label.name for label in ontology() if label.type == "keypoint"}
    (skeleton,) = [label.skeleton for label in ontology() if label.skeleton]
    assert {node.name for node in skeleton.nodes} == joints
    for start, end in skeleton.edges:
        assert start != end
        assert max(start, end) < len(skeleton.nodes)


def test_the_newcomer_sees_every_kind_of_annotation() -> None:
    annotations = all_annotations()
    assert {a.type for a in annotations} == {"bbox", "polygon", "polyline", "keypoint"}
    assert any(isinstance(a, BBoxAnnotation) and a.oriented_box for a in annotations)
    assert any(isinstance(a, PolygonAnnotation) and len(a.polygon.paths) > 1 for a in annotations)


@pytest.mark.parametrize("photograph", ANNOTATED)
def test_every_label_is_a_class_of_the_ontology(photograph: str) -> None:
    classes = {(label.name, label.type) for label in ontology()}
    assert {class_key(annotation) for annotation in annotations_of(photograph)} <= classes


@pytest.mark.parametrize("photograph", ANNOTATED)
def test_every_point_lies_on_the_photograph(photograph: str) -> None:
    with Image.open(SAMPLE / "images" / photograph) as image:
        width, height = image.size
    for annotation in annotations_of(photograph):
        for x, y in coordinates(annotation):
            assert 0 <= x <= width, annotation
            assert 0 <= y <= height, annotation


@pytest.mark.parametrize("photograph", ANNOTATED)
def test_every_outline_is_simple_and_holds_its_holes(photograph: str) -> None:
    for annotation in annotations_of(photograph):
        if isinstance(annotation, PolygonAnnotation):
            outline, *holes = [pairs(ring) for ring in annotation.polygon.paths]
            assert not any(crosses_itself(ring) for ring in [outline, *holes]), annotation.id
            inside = [ring_holds(Points.of(outline), x, y) for hole in holes for x, y in hole]
            assert all(inside), annotation.id


def test_every_annotation_has_an_id_of_its_own() -> None:
    ids = [UUID(annotation.id) for annotation in all_annotations()]
    assert {id_.version for id_ in ids} == {4}
    assert len(set(ids)) == len(ids)


def test_every_answer_fits_the_question_of_its_class() -> None:
    questions = {(c.name, c.type): {a.name: a for a in c.attributes} for c in ontology()}
    for annotation in all_annotations():
        for name, answer in annotation.attributes.items():
            question = questions[class_key(annotation)][name]
            match question.type:
                case "select":
                    assert answer in (question.values or [])
                case "checkbox":
                    assert isinstance(answer, bool)
                case "number":
                    assert isinstance(answer, float)
                case "text":
                    assert isinstance(answer, str)


@pytest.mark.parametrize("photograph", ["astronaut.png", "chelsea.png"])
def test_the_joints_of_a_face_share_one_instance(photograph: str) -> None:
    joints = [a for a in annotations_of(photograph) if isinstance(a, KeypointAnnotation)]
    assert sorted(joint.name for joint in joints) == ["left_eye", "nose", "right_eye"]
    assert {joint.instance_id for joint in joints} == {1}


def test_the_criteria_ask_for_a_pass_a_score_and_a_text() -> None:
    rows = json.loads((SAMPLE / "criteria.json").read_bytes())["criteria"]
    criteria = [CriteriaUpdate.model_validate(row) for row in rows]
    assert [c.annotation_type for c in criteria] == ["binary", "continuous", "text_annotation"]
    assert (criteria[1].description or "").endswith("(0-10)")
