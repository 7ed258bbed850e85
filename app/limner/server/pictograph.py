"""The Pictograph API, everything under /api/v1/developer."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from limner.server import (
    batches,
    class_edits,
    comments,
    copies,
    datasets,
    directories,
    documents,
    files,
    images,
    organization,
    unserved,
    uploads,
)

router: Final = APIRouter(prefix="/api/v1/developer")

# The first route that fits answers, so those with fixed words stand before those with names.
for _part in (
    organization,
    datasets,
    uploads,
    files,
    images,
    class_edits,
    documents,
    batches,
    copies,
    comments,
    directories,
    unserved,
):
    router.include_router(_part.router)
