"""The Patronus API, everything under /v1."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from limner.server import (
    patronus_annotations,
    patronus_criteria,
    patronus_evaluations,
    patronus_experiments,
    patronus_otlp,
    patronus_pairwise,
    patronus_projects,
    patronus_traces,
)
from limner.server.auth import Viewer
from limner.server.errors import not_implemented

router: Final = APIRouter(prefix="/v1")
for _room in (
    patronus_projects,
    patronus_experiments,
    patronus_criteria,
    patronus_annotations,
    patronus_pairwise,
    patronus_evaluations,
    patronus_traces,
    patronus_otlp,
):
    router.include_router(_room.router)

_ELSEWHERE: Final = (
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
"""What Patronus offers beyond annotation and review: models, prompts, data sets, analysis."""


def _not_here(_caller: Viewer) -> None:
    raise not_implemented("this server keeps annotations and reviews; it does not offer this call")


for _path in _ELSEWHERE:
    for _each in (f"/{_path}", f"/{_path}/{{rest:path}}"):
        router.add_api_route(
            _each,
            _not_here,
            methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            include_in_schema=False,
        )
