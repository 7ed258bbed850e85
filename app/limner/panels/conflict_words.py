"""Conflicts and other people's work in words: which fields, what they hold, who and when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from limner.model.annotations import Annotation, Drawable, Keypoint, Opaque
from limner.model.conflict import Conflict
from limner.model.fields import differing
from limner.model.json_text import JsonText
from limner.model.merge import Doing, News
from limner.panels.facts import geometry_of
from limner.panels.text import plain

NOTHING: Final = "\N{EM DASH}"
"""What stands where a field holds nothing."""

_PARTS: Final = {"name": "class", "instance": "object", "annotation": "everything"}
_INSIDE: Final = ("attributes.", "extra.")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Source:
    """Who saved what came from others, and when, as far as it is known."""

    author: str = ""
    at: datetime | None = None

    def words(self, now: datetime) -> str:
        """ "Ada, 14:02"; empty when nothing is known."""
        parts = (plain(self.author, 60), "" if self.at is None else when(self.at, now))
        return ", ".join(part for part in parts if part)


UNKNOWN: Final = Source()


def when(moment: datetime, now: datetime) -> str:
    """A moment, in the time of this computer: the nearer it is, the shorter."""
    at, today = moment.astimezone(now.tzinfo), now.date()
    if at.date() == today:
        return f"{at:%H:%M}"
    if at.date() == today - timedelta(days=1):
        return f"yesterday {at:%H:%M}"
    return f"{at.day} {at:%B}, {at:%H:%M}" if at.year == today.year else f"{at:%Y-%m-%d}"


def field_name(field: str) -> str:
    """A field of the model as people call it: "attributes.colour" is "colour"."""
    for start in _INSIDE:
        if field.startswith(start):
            return plain(field.removeprefix(start), 60) or '""'
    return _PARTS.get(field, field)


def fields_in_words(fields: tuple[str, ...], most: int = 4) -> str:
    """ "geometry, colour"; of more than `most` the others are counted."""
    names = [field_name(field) for field in fields[:most]]
    more = len(fields) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def conflict_in_words(conflict: Conflict) -> str:
    """What the two did, in a few words."""
    if conflict.theirs is None:
        return "changed by you, removed by others"
    if conflict.mine is None:
        return "removed by you, changed by others"
    return fields_in_words(conflict.fields)


def news_in_words(news: News) -> str:
    """What others did, in a few words: "changed geometry, colour"."""
    if news.doing is not Doing.CHANGED or news.before is None or news.after is None:
        return news.doing.value
    fields = fields_in_words(differing(news.before, news.after))
    return f"{news.doing} {fields}".rstrip()


def value_in_words(annotation: Annotation | None, field: str, other: Annotation | None) -> str:
    """What a field of an annotation holds, on one line.

    Of a geometry only that is named in which the `other` one differs.
    """
    if annotation is None:
        return "removed"
    if isinstance(annotation, Opaque):
        return plain(annotation.raw.text, _LONGEST)
    match field:
        case "name":
            return plain(annotation.name, _LONGEST) or NOTHING
        case "geometry":
            return _geometry(annotation, other)
        case "confidence":
            return f"{annotation.confidence:.3g}"
        case "instance":
            number = annotation.instance_id if isinstance(annotation, Keypoint) else None
            return NOTHING if number is None else f"{number}"
        case _:
            return _inside(annotation.attributes, annotation.extra, field)


def _geometry(annotation: Drawable, other: Annotation | None) -> str:
    facts = geometry_of(annotation)
    known = [] if other is None or isinstance(other, Opaque) else geometry_of(other)
    differing = [fact for fact in facts if fact not in known] or facts
    return ", ".join(f"{name} {value}" for name, value in differing)


def _inside(attributes: JsonText, extra: JsonText | None, field: str) -> str:
    """The value of "attributes.colour", or of all "attributes" when they are no object."""
    name, _, key = field.partition(".")
    text = attributes if name == "attributes" else extra
    value = None if text is None else text.value()
    if not key:
        return NOTHING if text is None else plain(text.text, _LONGEST)
    return _value(value.get(key)) if isinstance(value, dict) else NOTHING


def _value(value: Any) -> str:
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case str():
            return plain(value, _LONGEST)
        case _:
            return plain(json.dumps(value, ensure_ascii=False), _LONGEST)
