"""The Patronus API, everything under /v1."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter(prefix="/v1")
