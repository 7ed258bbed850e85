"""Has one pyramid made by another process, and waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from limner.imaging.cell_process import CellLost, CellProcess
from limner.imaging.facts import ImageFacts
from limner.imaging.problems import Cancelled, Damaged, TooDear, told
from limner.imaging.pyramid_maker import Progress
from limner.imaging.tiff import pages


def build_pyramid(
    command: Sequence[str],
    path: Path,
    target: Path,
    name: str,
    page: int,
    facts: ImageFacts,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> None:
    """Write the pyramid of a page to `target`; the process is gone afterwards, come what may.

    Raises:
        ImageProblem: it could not be made, or is not wanted any more; `target` may be there,
            half-written.
    """

    def patience() -> None:
        if is_cancelled():
            raise Cancelled(name)

    request = {
        "path": str(path),
        "target": str(target),
        "name": name,
        "page": page,
        "frame": pages(path, name)[page].frame if facts.format == "TIFF" else page,
        "facts": {**asdict(facts), "levels": (), "tile": None},
    }
    process = CellProcess(command)
    try:
        process.ask(request)
        while True:
            answer, _none = process.answer(patience)
            if "problem" in answer:
                raise told(answer["problem"], name, answer["message"])
            if "finished" in answer:
                return
            progress(answer["done"])
            patience()
    except CellLost as error:
        raise (TooDear(name) if error.was_killed else Damaged(name)) from error
    finally:
        process.end()
        process.close()
