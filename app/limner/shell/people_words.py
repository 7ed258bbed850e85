"""The lines that tell a person of other people's work on the open image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from limner.api.moments import read_moment
from limner.model.merge import News
from limner.panels.conflict_words import UNKNOWN, Source
from limner.panels.text import plain
from limner.storage.entry import Copy
from limner.sync.told import counts_of


def source_of(copy: Copy | None) -> Source:
    """Who saved a list of the server's, and when, as far as the server says."""
    return UNKNOWN if copy is None else Source(copy.author or "", read_moment(copy.at))


def also_edited(authors: Iterable[str], rows: Sequence[News]) -> str:
    """ "Also edited by Ada: 3 added, 1 changed"; empty when nothing is."""
    return f"Also edited by {named(authors)}: {counts_of(rows)}" if rows else ""


def disagreement(authors: Iterable[str], count: int) -> str:
    """That others changed what the person changed, and what became of it."""
    what = "1 shape" if count == 1 else f"{count:,} shapes"
    them = "it" if count == 1 else "them"
    return (
        f"You and {named(authors)} changed the same part of {what}. "
        f"Yours stay on the image until you decide about {them}."
    )


def named(authors: Iterable[str]) -> str:
    """ "Ada", "Ada and Bob", "Ada and 2 more"; "others" when nobody is known by name."""
    known = sorted({plain(author, 40) for author in authors if author})
    if len(known) > 2:
        return f"{known[0]} and {len(known) - 1} more"
    return " and ".join(known) or "others"
