"""What Patronus has beyond annotation and review and this server does not do: a plain answer."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from limner.server.auth import Viewer
from limner.server.errors import not_implemented

router: Final = APIRouter(include_in_schema=False)

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_FAMILIES: Final = (
    "evaluate",
    "evaluators",
    "evaluator-families",
    "evaluator-criteria",
    "evaluation-results",
    "prompt-definitions",
    "prompt-revisions",
    "datasets",
    "trace-insight-jobs",
    "trace-insight/errors",
    "otel/spans/query",
)
"""Models, prompts, data sets, analysis."""


def _refuse(_caller: Viewer) -> None:
    raise not_implemented("this server keeps annotations and reviews; it does not offer this call")


for _family in _FAMILIES:
    router.add_api_route(f"/{_family}", _refuse, methods=_METHODS)
    router.add_api_route(f"/{_family}/{{rest:path}}", _refuse, methods=_METHODS)
