"""`limner serve`: share a library with a team over HTTP."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

from limner.server.app import LOOPBACK, create_app
from limner.server.database import Store
from limner.server.keys import issue_first_keys
from limner.server.schema import WrongSchema, open_store

if TYPE_CHECKING:
    from limner.cli.main import Commands

_BAD_CALL: Final = 2


class CannotServe(Exception):
    """Why the server cannot start, in one line for people."""


def add_parser(commands: Commands) -> None:
    """Describe the command line of `limner serve`."""
    parser = commands.add_parser("serve", help="share a library with a team over HTTP")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where it is kept")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=8765, help="0 takes any that is free")
    parser.add_argument(
        "--keys", type=Path, metavar="FILE", help="gets the API keys at the first start"
    )
    parser.add_argument(
        "--database", metavar="URL", help="postgresql://…; SQLite in DIR when not given"
    )
    parser.add_argument(
        "--public-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name clients reach this server by, for instance a proxy's; may be repeated",
    )
    parser.add_argument(
        "--insecure-lan",
        action="store_true",
        help="listen beyond this computer though keys and images then travel unencrypted",
    )


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:
        raise ValueError
    return port


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl+C or SIGTERM; 0 then, 2 when it cannot start, with one line why."""
    try:
        _serve(arguments)
    except CannotServe as error:
        print(f"limner serve: {error}", file=sys.stderr)
        return _BAD_CALL
    return 0


def _serve(arguments: argparse.Namespace) -> None:
    host: str = arguments.host
    if not _is_loopback(host) and not arguments.insecure_lan:
        raise CannotServe(
            f"{host} can be reached from other computers and keys would travel unencrypted; "
            "listen on 127.0.0.1 behind a proxy that speaks TLS, or say --insecure-lan"
        )
    with _listening(host, arguments.port) as listener:
        store = _opened(arguments.data, arguments.database)
        try:
            _issue_keys(store, arguments.keys or arguments.data / "keys.json")
            _run_until_stopped(store, listener, _hosts(host, arguments.public_host))
        finally:
            store.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CannotServe(f"cannot listen on {host}:{port}: {reason}") from None


def _opened(data: Path, database: str | None) -> Store:
    try:
        return open_store(data, database)
    except (ValueError, WrongSchema, BlockingIOError) as error:
        raise CannotServe(str(error)) from None
    except OSError as error:
        raise CannotServe(f"the folder {data} cannot be used: {error.strerror}") from None
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise CannotServe(f"the database cannot be opened: {reason}") from None
    except ModuleNotFoundError as error:
        raise CannotServe(f"PostgreSQL needs {error.name}: install limner[postgres]") from None


def _issue_keys(store: Store, path: Path) -> None:
    try:
        made = issue_first_keys(store, path)
    except FileExistsError:
        raise CannotServe(
            f"{path} exists already and this library has no keys yet; move the file away"
        ) from None
    except OSError as error:
        raise CannotServe(f"the keys cannot be written to {path}: {error.strerror}") from None
    if made:
        print(f"The API keys are in {path}; they are not shown again.", file=sys.stderr)


def _hosts(host: str, public: list[str]) -> list[str]:
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    if everywhere and not public:
        return ["*"]
    return [*LOOPBACK, f"[{host}]" if ":" in host else host, *public]


class _Server(uvicorn.Server):
    """uvicorn, which says where it listens once it does."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            name = f"[{host}]" if ":" in host else host
            print(f"Limner serves http://{name}:{port}", flush=True)


def _run_until_stopped(store: Store, listener: socket.socket, hosts: list[str]) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for end in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops on these and then raises them again for whoever handled them before.
        signal.signal(end, lambda _number, _frame: None)
    config = uvicorn.Config(
        create_app(store, hosts=hosts),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    _Server(config).run(sockets=[listener])
