"""What the Pictograph API has and this server does not do: a plain answer, 501."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Response

from limner.server.auth import VIEWERS
from limner.server.errors import not_implemented

router: Final = APIRouter(dependencies=VIEWERS, include_in_schema=False)

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_FAMILIES: Final = {
    "exports": "this server writes no exports; the editor does",
    "search": "this server does not search by likeness",
    "auto-annotate": "this server has no model that annotates by itself",
    "sam3": "this server has no model that annotates by itself",
    "jobs": "this server has no long-running jobs",
    "notifications": "this server sends no notifications",
    "webhooks": "this server calls nobody back",
}


def _refusing(why: str) -> Callable[[], Response]:
    def refuse() -> Response:
        raise not_implemented(why)

    return refuse


for _family, _why in _FAMILIES.items():
    router.add_api_route(f"/{_family}", _refusing(_why), methods=_METHODS)
    router.add_api_route(f"/{_family}/{{rest:path}}", _refusing(_why), methods=_METHODS)
