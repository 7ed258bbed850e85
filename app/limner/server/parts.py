"""Which modules answer below which path, and bringing them in when a request first comes there.

All of them take a quarter of a second to import and to route; to show an image the editor needs
a third of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

_IMAGES: Final = ("uploads", "files", "images")
_TRACES: Final = ("patronus_traces", "patronus_unserved")


@dataclass(frozen=True)
class Api:
    """One of the APIs: by the first word below `root`, the modules whose `router` answers.

    Of the modules for a word the first route that fits answers, so those with fixed words stand
    before those with names; words that are not listed belong to `others`.
    """

    root: str
    modules: dict[str, tuple[str, ...]]
    others: tuple[str, ...]

    def below(self, word: str) -> tuple[str, ...]:
        """The modules for the paths that begin with `word`."""
        return self.modules.get(word, self.others)

    def all(self) -> Iterable[str]:
        """Every module, once, in an order that keeps that of each word."""
        return dict.fromkeys(
            name for each in (*self.modules.values(), self.others) for name in each
        )


PICTOGRAPH: Final = Api(
    "/api/v1/developer",
    {
        "organizations": ("organization",),
        "tasks": ("organization",),
        "datasets": ("datasets",),
        "images": _IMAGES,
        "uploads": _IMAGES,
        "downloads": _IMAGES,
        "annotations": ("class_edits", "revisions", "documents"),
        "audit": ("audit",),
        "batch": ("batches", "copies"),
        "annotation-comments": ("comments",),
        "directories": ("directories",),
    },
    others=("unserved",),
)
PATRONUS: Final = Api(
    "/v1",
    {
        "whoami": ("patronus_projects",),
        "projects": ("patronus_projects",),
        "apps": ("patronus_projects",),
        "experiments": ("patronus_experiments",),
        "annotation-criteria": ("patronus_criteria",),
        "annotations": ("patronus_annotations",),
        "annotate": ("patronus_annotations",),
        "pairwise-annotations": ("patronus_pairwise",),
        "evaluations": ("patronus_evaluations",),
        "otel": _TRACES,
        "trace-insight": _TRACES,
        "span-analysis": ("patronus_traces",),
        "logs": ("patronus_otlp",),
        "traces": ("patronus_otlp",),
    },
    others=("patronus_unserved",),
)
LOCAL: Final = Api("/limner/v1", {}, others=("folders",))
"""What only the server inside the editor offers."""


class Parts:
    """The modules of some APIs, each included into an app once."""

    def __init__(self, app: FastAPI, apis: Iterable[Api]) -> None:
        self._app = app
        self._apis = tuple(apis)
        self._there: set[str] = set()

    def bring_all(self) -> None:
        """Include everything, as a server does that others wait for."""
        for api in self._apis:
            self._include(api.root, api.all())

    def bring(self, path: str) -> None:
        """Include what may answer a request for `path`; on the event loop only."""
        for api in self._apis:
            if path.startswith(f"{api.root}/"):
                word = path[len(api.root) + 1 :].partition("/")[0]
                self._include(api.root, api.below(word))

    def _include(self, root: str, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._there:
                router = import_module(f"limner.server.{name}").router
                self._app.include_router(router, prefix=root)
                self._there.add(name)


class Bringing:
    """ASGI: brings in what a request asks for before it is routed."""

    def __init__(self, app: ASGIApp, *, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._parts.bring(scope["path"])
        await self._app(scope, receive, send)
