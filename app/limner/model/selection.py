"""Which annotations of a document are selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from limner.model.annotations import AnnotationId


class Selection:
    """An ordered set of ids; watchers hear of every change once, after it happened."""

    def __init__(self) -> None:
        self._ids: dict[AnnotationId, None] = {}
        self._order: tuple[AnnotationId, ...] = ()
        self._watchers: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[AnnotationId]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id_: AnnotationId) -> bool:
        return id_ in self._ids

    @property
    def ids(self) -> tuple[AnnotationId, ...]:
        """In the order they were chosen; the same object until that changes."""
        return self._order

    @property
    def only(self) -> AnnotationId | None:
        """The selected id when exactly one is selected."""
        return self._order[0] if len(self._order) == 1 else None

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after each change from now on; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def choose(self, ids: Iterable[AnnotationId]) -> None:
        """Select exactly these."""
        if ids is self._order:
            return
        wanted = dict.fromkeys(ids)
        order = tuple(wanted)
        if order == self._order:
            return
        self._ids, self._order = wanted, order
        for watcher in tuple(self._watchers):
            watcher()

    def toggle(self, id_: AnnotationId) -> None:
        if id_ in self._ids:
            self.choose(i for i in self._ids if i != id_)
        else:
            self.choose([*self._ids, id_])

    def drop(self, ids: Iterable[AnnotationId]) -> None:
        """Select these no longer, whichever of them are."""
        gone = {id_ for id_ in ids if id_ in self._ids}
        if gone:
            self.choose(i for i in self._order if i not in gone)

    def clear(self) -> None:
        self.choose(())
