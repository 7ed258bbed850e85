"""What the person does not want to see, image by image, as long as the editor runs."""

from __future__ import annotations

from collections.abc import Hashable

from limner.model.annotations import AnnotationId

Ids = frozenset[AnnotationId]


class Hiding:
    """The hidden annotations of one image; those of the others are remembered."""

    def __init__(self) -> None:
        self._ids: Ids = frozenset()
        self._image: Hashable = None
        self._elsewhere: dict[Hashable, Ids] = {}
        self._rest: Ids | None = None
        self._before: Ids = frozenset()

    @property
    def ids(self) -> Ids:
        return self._ids

    @property
    def is_only(self) -> bool:
        """Whether `only` was the last that happened."""
        return self._rest is not None and self._rest is self._ids

    def turn_to(self, image: Hashable) -> None:
        """Another image comes; None is one that nobody will ask for again."""
        if self._image is not None and self._ids:
            self._elsewhere[self._image] = self._ids
        self._image = image
        self._ids = frozenset() if image is None else self._elsewhere.pop(image, frozenset())
        self._rest = None

    def hide(self, ids: Ids) -> None:
        """Exactly these are hidden."""
        self._ids = ids

    def toggle(self, ids: Ids) -> None:
        """Show `ids` when all of them are hidden, else hide them."""
        self._ids = self._ids - ids if ids <= self._ids else self._ids | ids

    def only(self, rest: Ids) -> None:
        """Hide exactly the rest; when it is hidden for this reason, what was hidden before."""
        if self.is_only and rest == self._rest:
            self._ids = self._before
            return
        self._before = self._before if self.is_only else self._ids
        self._ids = self._rest = rest
