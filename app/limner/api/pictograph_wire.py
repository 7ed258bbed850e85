"""The messages of the Pictograph API, exactly as the wire has them (Pictograph contract, 2 to 9).

These models are strict: unknown keys, numbers in quotes and numbers that are not finite are
refused, and fields stand in the order they are written in. Coordinates are pixels of the upright
image, y grows down. A client that must keep what it does not know reads bodies with the bulk codec
instead.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

MAX_ATTRIBUTE_DEPTH: Final = 32
"""How deep attributes may nest: JSON readers give up at depths that differ (200 in pydantic)."""

MAX_SAVES: Final = 200
"""How many images one bulk save may replace."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def check_attributes(value: Any) -> Any:
    """`value`, when it can be an annotation's attributes: an object or a list of JSON.

    Raises:
        ValueError: it is neither, or holds what another JSON reader could not give back.
    """
    if not isinstance(value, dict | list):
        raise ValueError("must be an object or a list")
    _check_json(value, MAX_ATTRIBUTE_DEPTH)
    return value


def _check_json(value: Any, levels: int) -> None:
    match value:
        case dict() | list() if levels == 0:
            raise ValueError(f"must not nest deeper than {MAX_ATTRIBUTE_DEPTH} levels")
        case dict():
            for item in value.values():
                _check_json(item, levels - 1)
        case list():
            for item in value:
                _check_json(item, levels - 1)
        case float() if not math.isfinite(value):
            raise ValueError("must hold finite numbers only")


Label = Annotated[str, AfterValidator(_not_blank)]
Positive = Annotated[float, Field(gt=0)]
Confidence = Annotated[float, Field(ge=0, le=1)]
ShortName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Stage = Literal["new", "annotate", "review", "complete"]
Split = Literal["train", "val", "test"]
ShapeType = Literal["bbox", "polygon", "polyline", "keypoint"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Point(Strict):
    x: float
    y: float


class BoundingBox(Strict):
    x: float
    y: float
    w: Positive
    h: Positive


class OrientedBox(Strict):
    """A rotated box: sizes along its own axes, `angle` in degrees, clockwise on the screen."""

    cx: float
    cy: float
    w: Positive
    h: Positive
    angle: Annotated[float, Field(ge=0, lt=360)] = 0.0


class PolygonGeometry(Strict):
    """Ring 0 is the outline, later rings are holes (even-odd); rings close by themselves."""

    paths: Annotated[list[Annotated[list[Point], Field(min_length=3)]], Field(min_length=1)]


class PolylineGeometry(Strict):
    path: Annotated[list[Point], Field(min_length=2)]


NewId = Annotated[Label, Field(default_factory=lambda: str(uuid4()))]
Attributes = Annotated[Any, AfterValidator(check_attributes)]
InstanceId = Annotated[int, Field(ge=1)]


class BBoxAnnotation(Strict):
    """A box; when `oriented_box` is given, `bounding_box` is its axis-aligned enclosure."""

    id: NewId
    name: Label
    type: Literal["bbox"]
    bounding_box: BoundingBox
    oriented_box: OrientedBox | None = None
    confidence: Confidence = 1.0
    created_by: str | None = None
    attributes: Attributes = []


class PolygonAnnotation(Strict):
    id: NewId
    name: Label
    type: Literal["polygon"]
    bounding_box: BoundingBox | None = None
    polygon: PolygonGeometry
    confidence: Confidence = 1.0
    created_by: str | None = None
    attributes: Attributes = []


class PolylineAnnotation(Strict):
    id: NewId
    name: Label
    type: Literal["polyline"]
    bounding_box: BoundingBox | None = None
    polyline: PolylineGeometry
    confidence: Confidence = 1.0
    created_by: str | None = None
    attributes: Attributes = []


class KeypointAnnotation(Strict):
    """A joint; it has no bounding box, and points that share `instance_id` are one object."""

    id: NewId
    name: Label
    type: Literal["keypoint"]
    keypoint: Point
    confidence: Confidence = 1.0
    created_by: str | None = None
    attributes: Attributes = []
    instance_id: InstanceId | None = None


Annotation = Annotated[
    BBoxAnnotation | PolygonAnnotation | PolylineAnnotation | KeypointAnnotation,
    Field(discriminator="type"),
]


class SaveByPath(Strict):
    """The body of `POST /annotations/{dataset}/{path}`."""

    annotations: list[Annotation]


class SaveById(Strict):
    """The body of `POST /annotations/{image_id}`, the older dialect; also a row of a bulk save."""

    image_id: str
    annotations: list[Annotation]


class BulkSave(Strict):
    """The body of `POST /annotations/bulk`."""

    saves: Annotated[list[SaveById], Field(max_length=MAX_SAVES)]


class SaveResult(Strict):
    """The reply to a save; `status` is a stage, or new/in_progress/complete in the old dialect."""

    image_id: str
    previous_count: int
    new_count: int
    status: str


class ClassAttribute(Strict):
    name: ShortName
    type: Literal["text", "number", "select", "checkbox"] = "text"
    values: list[str] | None = None


class SkeletonNode(Strict):
    """A joint's place in the template, in parts of its width and height."""

    name: Label
    x: Annotated[float, Field(ge=0, le=1)] = 0.5
    y: Annotated[float, Field(ge=0, le=1)] = 0.5


Edge = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)]


class Skeleton(Strict):
    """Joints and, as pairs of their indexes, what connects them."""

    nodes: Annotated[list[SkeletonNode], Field(min_length=1)]
    edges: list[Edge] = []


class DatasetClass(Strict):
    """A label; the key is (name, type), so a "car" box and a "car" polygon are two classes.

    `type` says "box" where an annotation says "bbox"; both are understood.
    """

    name: Annotated[Label, StringConstraints(min_length=1, max_length=120)]
    type: Annotated[Label, StringConstraints(max_length=40)]
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    attributes: list[ClassAttribute] = []
    skeleton: Skeleton | None = None


class Image(Strict):
    """One row of an image list; sizes are of the upright image, in pixels."""

    id: str
    filename: str
    created_at: AwareDatetime
    dataset_id: str
    status: Stage = "new"
    split: Split | None = None
    annotation_count: int = 0
    min_confidence: Confidence | None = None
    file_size: int = 0
    width: int | None = None
    height: int | None = None
    content_type: str | None = None
    directory_path: str = "/"
    tags: list[str] = []
    is_archived: bool = False
    image_url: str | None = None
    thumbnail_url: str | None = None
    annotation_url: str | None = None
    updated_at: AwareDatetime | None = None


class Dataset(Strict):
    id: str
    name: str
    created_at: AwareDatetime
    organization_id: str | None = None
    description: str | None = None
    readme: str | None = None
    annotation_types: list[str] = []
    classes: list[DatasetClass] = []
    image_count: int = 0
    completed_image_count: int = 0
    archived_image_count: int = 0
    total_size: int = 0
    is_public: bool = False
    is_archived: bool = False
    archived_at: AwareDatetime | None = None
    storage_class: str = "standard"
    images: list[Image] | None = None
    updated_at: AwareDatetime | None = None
    require_if_match: bool = False  # Limner's own


class Pagination(Strict):
    limit: int
    offset: int
    total: int
    has_more: bool


class Revision(Strict):
    """One list that was saved for an image; Limner's own."""

    rev: int
    author: str
    author_name: str
    at: AwareDatetime
    annotation_count: int
    request_id: str
    is_blind: bool
    restored_from: int | None


class RevisionPage(Strict):
    data: list[Revision]
    pagination: Pagination


class DatasetPage(Strict):
    data: list[Dataset]
    pagination: Pagination


class ImagePage(Strict):
    data: list[Image]
    pagination: Pagination


class FieldError(Strict):
    """What is wrong with one value; `loc` leads to it, `["body", "annotations", 0, …]`."""

    loc: list[str | int]
    msg: str
    type: str


class ErrorBody(Strict):
    code: str
    message: str
    details: dict[str, JsonValue] = {}


class ErrorEnvelope(Strict):
    """The body of every reply that is not a success."""

    error: ErrorBody
    detail: str | list[FieldError] | dict[str, JsonValue]


def as_json(message: BaseModel) -> Any:
    """`message` as plain JSON values, without the fields that are null, in the wire's order."""
    return message.model_dump(mode="json", exclude_none=True)
