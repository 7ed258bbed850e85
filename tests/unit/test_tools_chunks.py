"""The index of a long run answers as a look at every point would."""

from __future__ import annotations

import numpy as np
import pytest

from limner.model.geometry import Bounds, enclosing, nearest_edge, nearest_vertex, ring_holds
from limner.model.points import Points
from limner.tools.chunks import Chunks


def run_of(count: int, seed: int) -> Points:
    """A random walk, which crosses itself, over a grid: heights come up again and again."""
    steps = np.random.default_rng(seed).integers(-3, 4, (count, 2))
    return Points.from_array(np.cumsum(steps, axis=0).astype(np.float64))


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 1000, 2561])
@pytest.mark.parametrize("seed", range(3))
def test_answers_are_those_of_plain_geometry(count: int, seed: int) -> None:
    run = run_of(count, seed)
    chunks, around = Chunks(run.xy), enclosing([run])
    assert chunks.bounds == around
    random = np.random.default_rng(seed + 50)
    for _ in range(60):
        # Half of the places are on the grid itself.
        x = round(random.uniform(around.left - 3, around.right + 3)) + random.choice([0.0, 0.3])
        y = round(random.uniform(around.top - 3, around.bottom + 3)) + random.choice([0.0, 0.3])
        reach = float(random.choice([0.5, 2.0, 20.0]))
        assert chunks.holds(x, y) == ring_holds(run, x, y)
        for closed in (True, False):
            exact = nearest_edge(run, x, y, closed=closed).distance <= reach
            if count > 1:
                assert chunks.has_edge_within(x, y, reach, closed=closed) == exact
        _, distance = nearest_vertex(run, x, y)
        found = chunks.nearest_vertex(x, y, reach)
        assert (found is not None) == (distance <= reach)
        if found is not None:
            assert np.hypot(*(run.xy[found] - (x, y))) == distance


def test_all_that_can_touch_an_area_is_looked_at() -> None:
    run = run_of(3000, 9)
    chunks, area = Chunks(run.xy), Bounds(-10, -10, 10, 10)
    inside = [i for i, (x, y) in enumerate(run) if area.holds(x, y)]
    assert set(inside) <= set(chunks.touching(area).tolist())
    assert len(chunks.touching(area)) < 3000
