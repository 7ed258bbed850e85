"""Which versions of annotations were sent to the server or seen there, by their short names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from typing_extensions import override

from limner.model.annotations import Annotation, AnnotationId
from limner.model.fingerprint import version
from limner.storage.entry import Versions

ABSENT: Final = b""
"""The name of not being there."""


def name_of(annotation: Annotation | None) -> bytes:
    """The short name of a version, None for its absence."""
    return ABSENT if annotation is None else version(annotation)


class VersionNames(Mapping[AnnotationId, Versions]):
    """The names of some versions, made when they are asked for and not where they are noted.

    Naming 100,000 takes half a second, so a worker or the journal's writer does it.
    """

    def __init__(self, versions: Mapping[AnnotationId, tuple[Annotation | None, ...]]) -> None:
        """Of `versions`, which nobody changes any more."""
        self._versions = versions

    @override
    def __getitem__(self, id_: AnnotationId) -> Versions:
        return frozenset(map(name_of, self._versions[id_]))

    @override
    def __iter__(self) -> Iterator[AnnotationId]:
        return iter(self._versions)

    @override
    def __len__(self) -> int:
        return len(self._versions)


class KnownVersions:
    """All that is remembered of one image. Immutable, so any thread may look something up.

    `are_late` says that they were sent under a key that the server says it has executed: when it
    holds one of them, that is nobody else's work.
    """

    def __init__(
        self,
        named: Mapping[AnnotationId, Versions],
        noted: tuple[VersionNames, ...] = (),
        *,
        are_late: bool = False,
    ) -> None:
        self._named = named
        self._noted = noted
        self._are_late = are_late

    def __bool__(self) -> bool:
        return bool(self._named) or bool(self._noted)

    def and_also(self, names: VersionNames) -> KnownVersions:
        return KnownVersions(self._named, (*self._noted, names), are_late=self._are_late)

    def holds(self, id_: AnnotationId, annotation: Annotation | None) -> bool:
        """Whether this version is among them, None for its absence."""
        if not any(id_ in some for some in (self._named, *self._noted)):
            return False
        name = name_of(annotation)
        return any(id_ in some and name in some[id_] for some in (self._named, *self._noted))

    def is_late(self, id_: AnnotationId, annotation: Annotation | None) -> bool:
        """Whether this version is on the server only because a request of ours came late."""
        return self._are_late and self.holds(id_, annotation)

    def named(self) -> KnownVersions:
        """The same with every name made. For workers."""
        if not self._noted:
            return self
        return KnownVersions(self.versions(), are_late=self._are_late)

    def without(self, ids: Collection[AnnotationId]) -> KnownVersions:
        """The same without what is known of `ids`; itself when that is nothing."""
        if not any(id_ in some for id_ in ids for some in (self._named, *self._noted)):
            return self
        rest = {id_: some for id_, some in self.versions().items() if id_ not in ids}
        return KnownVersions(rest, are_late=self._are_late)

    def only_absent(self, ids: Collection[AnnotationId]) -> KnownVersions:
        """The same with nothing known of `ids` but that they were removed."""
        if not ids:
            return self
        named = {**self.versions(), **dict.fromkeys(ids, frozenset({ABSENT}))}
        return KnownVersions(named, are_late=self._are_late)

    def versions(self) -> Mapping[AnnotationId, Versions]:
        """All of them by name. For workers, unless every name is made."""
        if not self._noted:
            return self._named
        named = dict(self._named)
        for names in self._noted:
            for id_, versions in names.items():
                named[id_] = named.get(id_, frozenset()) | versions
        return named


NOTHING_KNOWN: Final = KnownVersions({})
