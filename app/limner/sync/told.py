"""What others did to an image, each annotation once, however often they came back to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from limner.model.annotations import Annotation, AnnotationId
from limner.model.document import Document
from limner.model.fields import says_the_same
from limner.model.merge import Doing, News


def summed_up(told: Iterable[News]) -> list[News]:
    """One row for each annotation that is not as it was, in the order in which they came to it.

    `before` is what was here last before they touched it: work of one's own in between begins
    anew, since that is what one would want back.
    """
    rows: dict[AnnotationId | None, News] = {}
    for news in told:
        id_ = news.id
        was = rows.pop(id_, None)
        joined = news if was is None else _joined(was, news)
        if joined is not None:
            rows[id_] = joined
    return list(rows.values())


def counts_of(rows: Iterable[News]) -> str:
    """ "3 added, 1 changed"."""
    counts = Counter(row.doing for row in rows)
    return ", ".join(f"{counts[doing]:,} {doing}" for doing in Doing if counts[doing])


def is_back(document: Document, news: News) -> bool:
    """Whether the annotation is again what it was before them."""
    if news.id is None:
        return False
    return says_the_same(document.get(news.id), news.before)


def _joined(was: News, news: News) -> News | None:
    """One row of two; None when all is as it was before the first."""
    before = was.before if says_the_same(was.after, news.before) else news.before
    return None if says_the_same(before, news.after) else _row(before, news.after)


def _row(before: Annotation | None, after: Annotation | None) -> News:
    if before is None:
        return News(Doing.ADDED, None, after)
    return News(Doing.CHANGED if after is not None else Doing.REMOVED, before, after)
