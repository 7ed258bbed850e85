"""What a decoding process answers: the JSON of facts, planes and problems, written and read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Level, Planes, Window
from limner.imaging.problems import ImageProblem, told
from limner.imaging.shared import Bytes

Answer = dict[str, Any]

_KINDS: Final = {np.dtype(kind).str for kind in (np.uint8, np.uint16, np.float32)}


def of_facts(facts: ImageFacts) -> Answer:
    """Facts as an answer."""
    return {"facts": asdict(facts)}


def facts(answer: Answer) -> ImageFacts:
    """The facts in an answer."""
    told_of = answer["facts"]
    levels = tuple(Level(*level) for level in told_of["levels"])
    tile = Level(*told_of["tile"]) if told_of["tile"] else None
    return ImageFacts(**{**told_of, "levels": levels, "tile": tile})


def of_problem(problem: ImageProblem) -> Answer:
    """A problem as an answer."""
    return {"problem": type(problem).__name__, "message": str(problem)}


def problem(answer: Answer, name: str) -> ImageProblem | None:
    """The problem in an answer, if it is one."""
    return told(answer["problem"], name, answer["message"]) if "problem" in answer else None


def of_planes(planes: Planes) -> Answer:
    """Everything but the samples, which follow through shared memory, one plane after another."""
    return {
        "shapes": [plane.shape for plane in planes.planes],
        "dtype": planes.planes[0].dtype.str,
        "warning": planes.warning,
        "window": planes.window,
    }


def size(answer: Answer) -> int:
    """How many bytes of samples follow an answer.

    Raises:
        ValueError: not samples of a kind there is.
    """
    if answer["dtype"] not in _KINDS:
        raise ValueError(answer["dtype"])
    values: int = sum(math.prod(shape) for shape in answer["shapes"])
    return values * np.dtype(answer["dtype"]).itemsize


def planes(answer: Answer, memory: Bytes) -> Planes:
    """The planes in an answer; they keep the `memory` they lie in."""
    window = Window(*answer["window"]) if answer["window"] else None
    arrays = tuple(carved(memory, answer["shapes"], answer["dtype"]))
    return Planes(arrays, answer["warning"], window)


def carved(
    memory: Bytes, shapes: Sequence[tuple[int, ...]], dtype: DTypeLike
) -> list[NDArray[Any]]:
    """Arrays of these shapes that lie in `memory` one after another."""
    rest = memory.view(dtype)
    carved = []
    for shape in shapes:
        length = math.prod(shape)
        carved.append(rest[:length].reshape(shape))
        rest = rest[length:]
    return carved
