"""Which object of the review wire an image and an annotation stand for."""

from __future__ import annotations

from dataclasses import dataclass

from limner.model.verdicts import Target, TargetType


@dataclass(frozen=True, slots=True)
class Binding:
    """Per project: the type and the reference template of an image and of an annotation.

    The five types of the wire are fixed and a reference is an opaque string (Patronus contract,
    5), so what stands for what is a setting. Templates may use `{dataset}`, `{directory}`,
    `{filename}`, `{image_id}` and, for an annotation, `{annotation_id}` and `{name}`.
    """

    image_type: TargetType = TargetType.LOG
    image_template: str = "{image_id}"
    object_type: TargetType = TargetType.SPAN
    object_template: str = "{annotation_id}"

    def image(self, words: dict[str, str]) -> Target:
        """The target of an image.

        Raises:
            BadTemplate: the template uses a word that there is none of.
        """
        return Target(self.image_type, _fill(self.image_template, words))

    def annotation(self, words: dict[str, str]) -> Target:
        """The target of one annotation.

        Raises:
            BadTemplate: the template uses a word that there is none of.
        """
        return Target(self.object_type, _fill(self.object_template, words))


class BadTemplate(ValueError):
    """A reference template of the settings that cannot be filled in."""


def _fill(template: str, words: dict[str, str]) -> str:
    filled = template
    for word, value in words.items():
        filled = filled.replace("{" + word + "}", value)
    if filled == template and "{" in template:
        known = ", ".join("{" + word + "}" for word in words)
        raise BadTemplate(f"The reference “{template}” uses an unknown word; there are {known}.")
    return filled
