"""The routes of the Pictograph API, with names made safe to stand in them (contract, 1)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from limner.api.errors import BadAddress
from limner.api.listing import Dataset, ImageRow
from limner.api.refusals import plain_words

ROOT: Final = "/api/v1/developer"


def annotations_by_id(image_id: str) -> str:
    """The annotation route of the image-id dialect."""
    return f"{ROOT}/annotations/{segment(image_id)}"


def annotations_by_path(dataset: Dataset, row: ImageRow) -> str:
    """The annotation route of the dataset-path dialect."""
    return f"{ROOT}/annotations/{image_place(dataset, row)}"


def segment(text: str) -> str:
    """`text` as one segment of a route.

    Raises:
        BadAddress: it is a name that would make the route another one.
    """
    if text in ("", ".", "..") or "/" in text:
        raise BadAddress("name", f"“{plain_words(text)}” cannot be used as a name on a server.")
    return quote(text, safe="")


def image_place(dataset: Dataset, row: ImageRow) -> str:
    """Dataset, directory and file name of an image, as the path routes name it."""
    return "/".join(segment(each) for each in [dataset.id, *row.path.split("/")])
