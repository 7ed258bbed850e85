"""What the pointer or a rubber band touches: few are left by the columns, and looked at exactly."""

from __future__ import annotations

import numpy as np

from limner.canvas.hits import Hit, hit
from limner.canvas.shape_table import ShapeTable
from limner.model.annotations import AnnotationId
from limner.model.geometry import Bounds
from limner.tools.band import touching


def found_at(table: ShapeTable, x: float, y: float, reach: float) -> list[AnnotationId]:
    """What is shown at (x, y), topmost first, all in image pixels.

    The outline of a selected shape lies above everything, as it does on the screen.
    """
    area = Bounds(x - reach, y - reach, x + reach, y + reach)
    above: list[AnnotationId] = []
    found: list[AnnotationId] = []
    for row in table.within(area)[::-1].tolist():
        record = table.records[row]
        how = hit(record, x, y, reach) if record is not None else None
        if record is not None and how is not None:
            wins = how is Hit.LINE and table.selected.rows[row]
            (above if wins else found).append(record.id)
    return above + found


def found_within(table: ShapeTable, band: Bounds) -> list[AnnotationId]:
    """What is shown and has any part in the band, lowest first.

    Only those that the band's edge may cut are looked at: of 100,000 shapes a few hundred.
    """
    rows = table.within(band)
    left, top, right, bottom = table.edges(rows)
    is_in = (left >= band.left) & (right <= band.right)
    is_in &= (top >= band.top) & (bottom <= band.bottom)
    cut = np.flatnonzero(~is_in)
    records = [record for row in rows[cut].tolist() if (record := table.records[row]) is not None]
    is_in[cut] = touching(band, records)
    return [record.id for row in rows[is_in].tolist() if (record := table.records[row])]
