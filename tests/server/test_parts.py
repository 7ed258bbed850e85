"""What the server inside imports only when it is asked for it."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from limner import server
from limner.server.app import create_app
from limner.server.database import Store
from limner.server.parts import LOCAL, PATRONUS, PICTOGRAPH, Api, Parts

_APIS = pytest.mark.parametrize("api", [PICTOGRAPH, PATRONUS, LOCAL], ids=lambda api: api.root)


def _routes(app: FastAPI) -> list[tuple[str, str]]:
    return sorted(
        (str(route.path), method)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    )


def test_every_module_with_routes_belongs_to_an_api() -> None:
    names = [module.name for module in pkgutil.iter_modules(server.__path__)]
    routed = {n for n in names if hasattr(import_module(f"limner.server.{n}"), "router")}
    assert routed == {*PICTOGRAPH.all(), *PATRONUS.all(), *LOCAL.all()}


@_APIS
def test_a_path_brings_in_whatever_answers_below_its_first_word(api: Api) -> None:
    for name in api.all():
        for route in import_module(f"limner.server.{name}").router.routes:
            word = route.path.split("/")[1]
            assert name in api.below(word), f"{route.path} of {name} would never be found"


@_APIS
def test_asking_for_everything_brings_what_is_there_from_the_start_elsewhere(api: Api) -> None:
    at_once, late = FastAPI(), FastAPI()
    Parts(at_once, [api]).bring_all()
    parts = Parts(late, [api])
    for word in (*api.modules, "something else"):
        parts.bring(f"{api.root}/{word}/more")
    assert _routes(late) == _routes(at_once)


def _there_after(calls: str) -> set[str]:
    """The modules of a new process that made some calls."""
    program = f"import sys, pathlib\n{calls}\nprint(*(n for n, m in sys.modules.items() if m))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_server_inside_starts_without_the_modules_that_answer(tmp_path: Path) -> None:
    there = _there_after(
        "from limner.cli.inside import host\n"
        f"server = host(pathlib.Path({str(tmp_path)!r}))\n"
        "server.close()"
    )
    routed = {*PICTOGRAPH.all(), *PATRONUS.all(), *LOCAL.all()}
    begun = {name for name in routed if f"limner.server.{name}" in there}
    assert begun == {"organization"}, "organization also makes a new database's first row"


def test_the_editor_leaves_out_what_its_libraries_can_do_without(tmp_path: Path) -> None:
    there = _there_after(
        "from limner.cli.inside import host\n"
        f"server = host(pathlib.Path({str(tmp_path)!r}))\n"
        "from fastapi.openapi.models import OpenAPI\n"
        "assert not OpenAPI.__pydantic_complete__\n"
        "assert OpenAPI(openapi='3.1.0', info={'title': 'x', 'version': '1'}).info.title == 'x'\n"
        "server.close()"
    )
    assert there.isdisjoint({"click", "rich", "pydantic.v1"})


def test_only_the_server_inside_lets_folders_be_named(store: Store) -> None:
    root = "/limner/v1/"
    assert not any(path.startswith(root) for path, _ in _routes(create_app(store)))
