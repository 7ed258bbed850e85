"""Which annotations of a document are selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from limner.model.annotations import AnnotationId


class Selection:
    """An ordered set of ids; watchers hear of every change once, after it happened."""

    def __init__(self) -> None:
        self._ids: dict[AnnotationId, None] = {}
        self._watchers: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[AnnotationId]:
        return iter(tuple(self._ids))

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id_: AnnotationId) -> bool:
        return id_ in self._ids

    @property
    def ids(self) -> tuple[AnnotationId, ...]:
        return tuple(self._ids)

    @property
    def only(self) -> AnnotationId | None:
        """The selected id when exactly one is selected."""
        return next(iter(self._ids)) if len(self._ids) == 1 else None

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after each change from now on; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def choose(self, ids: Iterable[AnnotationId]) -> None:
        """Select exactly these."""
        wanted = dict.fromkeys(ids)
        if tuple(wanted) == tuple(self._ids):
            return
        self._ids = wanted
        for watcher in tuple(self._watchers):
            watcher()

    def toggle(self, id_: AnnotationId) -> None:
        if id_ in self._ids:
            self.choose(i for i in self._ids if i != id_)
        else:
            self.choose([*self._ids, id_])

    def clear(self) -> None:
        self.choose(())
