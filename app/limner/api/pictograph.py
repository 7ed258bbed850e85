"""A Pictograph-compatible server: datasets, images, annotations (Pictograph contract, 3 to 5).

Every method blocks and belongs into a worker; every one raises the tree of `errors.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, overload

import msgspec

from limner.api.annotation_lists import AnnotationLists, Loaded, Near, Saved
from limner.api.classes import foreign_classes, write_ontology
from limner.api.codec import Told
from limner.api.dialects import Dialect, probe
from limner.api.errors import Garbled, Refused
from limner.api.image_bytes import FolderOpened, ImageBytes
from limner.api.listing import Dataset, ImageRow, converted, pages, read_dataset, read_image
from limner.api.revisions import Revision, Revisions
from limner.api.routes import ROOT, annotations_by_id, annotations_by_path, image_place, segment
from limner.api.transport import Progress, Wire
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation
from limner.model.ontology import Ontology

_NO_CLASSES: Final = Ontology()


__all__ = [
    "Dataset",
    "Dialect",
    "FolderOpened",
    "ImageRow",
    "Loaded",
    "Pictograph",
    "Revision",
    "Saved",
]


class _BatchReply(msgspec.Struct):
    processed: int
    failed: list[dict[str, Any]] = []


class Pictograph(ImageBytes):
    """A server spoken to in one dialect."""

    def __init__(self, wire: Wire, dialect: Dialect) -> None:
        super().__init__(wire)
        self._dialect = dialect
        self._lists = AnnotationLists(wire)
        self._history = Revisions(wire)

    @staticmethod
    def probe(wire: Wire) -> Dialect:
        """Find out what the server speaks, by reading only.

        Raises:
            ApiError: it is no such server, or the key may not read.
        """
        return probe(wire)

    @property
    def dialect(self) -> Dialect:
        """What it is spoken to in."""
        return self._dialect

    def reach(self) -> None:
        """Find out whether the server is there, by the smallest question.

        Raises:
            ApiError: it is not, or does not take the key.
        """
        params = {"limit": 1, "offset": 0}
        self._wire.request("GET", f"{ROOT}/datasets/", params=params).document()

    def datasets(self) -> list[Dataset]:
        return [read_dataset(row) for row in pages(self._wire, f"{ROOT}/datasets/", {})]

    def dataset(self, name_or_id: str) -> Dataset:
        """One dataset with its present classes."""
        return read_dataset(self._data("GET", f"/datasets/{segment(name_or_id)}"))

    def create_dataset(self, name: str, ontology: Ontology = _NO_CLASSES) -> Dataset:
        body = {"name": name, "classes": write_ontology(ontology)}
        return read_dataset(self._data("POST", "/datasets/", body))

    def update_classes(self, dataset_id: str, ontology: Ontology, base: Ontology) -> Dataset:
        """Change the classes from `base`, which was read, to `ontology`.

        The server applies the difference, so what a colleague added meanwhile stays. Classes that
        no ontology holds are sent along on both sides, for servers that replace the whole list.
        """
        path = f"/datasets/{segment(dataset_id)}"
        stored = self._data("GET", path)
        kept = foreign_classes(stored.get("classes") if isinstance(stored, dict) else None)
        body = {
            "classes": [*write_ontology(ontology), *kept],
            "classes_base": [*write_ontology(base), *kept],
        }
        return read_dataset(self._data("PATCH", path, body))

    def images(self, dataset: Dataset, progress: Progress | None = None) -> list[ImageRow]:
        """Every image that is not archived, newest first; `progress` counts rows."""
        rows = pages(self._wire, f"{ROOT}/images/", {"dataset": dataset.id}, progress)
        return [read_image(row, dataset.id) for row in rows]

    @overload
    def load(
        self,
        dataset: Dataset,
        row: ImageRow,
        texts: WireTexts | None = None,
        told: Told | None = None,
        *,
        if_none_match: None = None,
    ) -> Loaded: ...

    @overload
    def load(
        self,
        dataset: Dataset,
        row: ImageRow,
        texts: WireTexts | None = None,
        told: Told | None = None,
        *,
        if_none_match: str | None,
    ) -> Loaded | None: ...

    def load(
        self,
        dataset: Dataset,
        row: ImageRow,
        texts: WireTexts | None = None,
        told: Told | None = None,
        *,
        if_none_match: str | None = None,
    ) -> Loaded | None:
        """Every annotation of the image; `texts` keeps how each is worded.

        None when the server still has what the etag `if_none_match` names; one that keeps no etags
        sends the list. `told` hears how much is done, from 0 to 1; what it raises ends the load.
        """
        route = self._annotations(dataset, row)
        return self._lists.load(route, texts or WireTexts(), told, if_none_match)

    def save(
        self,
        dataset: Dataset,
        row: ImageRow,
        annotations: Sequence[Annotation],
        *,
        idempotency_key: str,
        if_match: str | None = None,
        texts: WireTexts | None = None,
        told: Told | None = None,
        near: Near | None = None,
    ) -> Saved:
        """Replace every annotation of the image by `annotations`, in their order.

        `idempotency_key` stands for this very list: sent again with it, the save is answered from
        memory and not made again. `if_match` is the `etag` it stands on, where there is one.
        `told` hears how much of it has been sent; `near` is called before, with the bytes that
        are sent and those the server takes, when they are not far apart.

        Raises:
            Stale: the image was changed since `if_match` was read; nothing happened.
            OverLimit: it is more than the server takes; nothing was sent.
            Garbled: the server says something else than that it stored this list.
        """
        image_id = row.id if self._dialect is Dialect.IMAGE_ID else None
        return self._lists.save(
            self._annotations(dataset, row),
            row.id,
            annotations,
            (texts or WireTexts()).save_body(annotations, image_id),
            idempotency_key=idempotency_key,
            if_match=if_match,
            told=told,
            near=near,
        )

    def revisions(self, dataset: Dataset, row: ImageRow) -> list[Revision]:
        """Every list that was saved for the image, the newest first.

        Raises:
            NotOffered: this server keeps no history.
        """
        return self._history.listed(self._annotations(dataset, row))

    def revision(
        self,
        dataset: Dataset,
        row: ImageRow,
        rev: int,
        texts: WireTexts | None = None,
        told: Told | None = None,
    ) -> Loaded:
        """The annotations of the image as they were at `rev`; `texts` and `told` as in `load`.

        Raises:
            NotOffered: this server keeps no history.
            NotFound: the image has no such revision.
        """
        route = self._annotations(dataset, row)
        return self._history.read(route, rev, texts or WireTexts(), told)

    def restore(
        self,
        dataset: Dataset,
        row: ImageRow,
        rev: int,
        *,
        if_match: str | None,
        idempotency_key: str,
    ) -> Saved:
        """Make the annotations what they were at `rev`, to the byte, as a new revision.

        Raises:
            Stale: the image was changed since `if_match` was read; nothing happened.
            NotOffered, NotFound: as `revision`.
        """
        route = self._annotations(dataset, row)
        return self._history.restore(route, row.id, rev, if_match, idempotency_key)

    def clear(self, dataset: Dataset, row: ImageRow) -> int:
        """Delete every annotation of the image (admin); how many there were."""
        reply = self._wire.request("DELETE", self._annotations(dataset, row)).document()
        count = reply.get("deleted_count")
        if not isinstance(count, int):
            raise Garbled("The server did not say how many annotations it deleted.")
        return count

    def set_status(self, dataset: Dataset, row: ImageRow, status: str) -> None:
        """Move the image to a stage: `new`, `annotate`, `review` or `complete`."""
        body = {
            "dataset_name": dataset.name,
            "image_ids": [row.id],
            "updates": {"status": status},
        }
        reply = self._wire.request("PATCH", f"{ROOT}/batch/images/update", json=body)
        said = converted(reply.document(), _BatchReply, "confirmation")
        if said.failed or said.processed != 1:
            reason = said.failed[0].get("reason") if said.failed else None
            words = str(reason) if reason else "The server did not change the image's stage."
            raise Refused(reply.status, "", words, reply.headers.get("x-request-id"))

    def review(
        self,
        dataset: Dataset,
        row: ImageRow,
        action: Literal["approve", "request_changes"],
        note: str = "",
    ) -> str:
        """Approve an image or send it back with a note; the stage it has now."""
        body = {"action": action, **({"note": note} if note else {})}
        data = self._data("POST", f"/images/{image_place(dataset, row)}/review", body)
        match data:
            case {"status": str(status)}:
                return status
            case _:
                raise Garbled("The server did not say which stage the image has now.")

    def _annotations(self, dataset: Dataset, row: ImageRow) -> str:
        if self._dialect is Dialect.IMAGE_ID:
            return annotations_by_id(row.id)
        return annotations_by_path(dataset, row)
