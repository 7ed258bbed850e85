"""What the window works with: the servers, this computer's store, the threads.

Everything slow happens on a worker; the window is painted before the server inside is imported.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from limner import resources
from limner.api.late_wire import LateWire
from limner.api.patronus import Patronus
from limner.api.pictograph import Dataset, Dialect, ImageRow, Pictograph
from limner.api.transport import Wire, connect
from limner.imaging.children import command
from limner.imaging.decoder import Decoder
from limner.imaging.pyramid_cache import PyramidCache
from limner.review.desk import Desk
from limner.shell.review_road import ReviewRoad
from limner.storage.data_folder import refuse_temporary
from limner.storage.errors import StoreReadOnly
from limner.storage.image_files import ImageFiles
from limner.storage.keys import Keys
from limner.storage.places import Places
from limner.storage.settings import Connection, LastProject, SettingsFile
from limner.storage.thumbnails import Thumbnails
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.breaker import Breaker
from limner.sync.image_source import KnownFile
from limner.sync.lanes import PROCESSES, Lanes
from limner.sync.opening import Opener, Wanted
from limner.sync.pixels import Pixels
from limner.sync.sample import install
from limner.sync.session import Link
from limner.sync.small_pictures import SmallPictures
from limner.sync.traffic import Traffic
from limner.sync.workspace import Workspace
from limner.tasks import MainThread, Tasks

if TYPE_CHECKING:
    import httpx

_LOG = logging.getLogger(__name__)
LOCAL_ORIGIN: Final = "http://limner.local"
_MEGA: Final = 1_000_000
_PATIENCE_S: Final = 1.0
"""How long quitting waits for what is written or decoded just now."""
SAMPLE: Final = "Sample project"


class Hosted(Protocol):
    """The server inside this process."""

    key: str

    @property
    def transport(self) -> httpx.BaseTransport: ...

    def close(self) -> None: ...


Host = Callable[[Path], Hosted]
"""Starts the server over the library in a folder; slow, so it is called on a worker."""


@dataclass
class Local:
    """What this computer keeps, and the clients of the server inside: their calls wait for it."""

    server: Pictograph
    review: Patronus
    file: WorkspaceFile
    wire: LateWire
    hosted: Hosted | None = None
    """None until it is up."""
    traffic: list[Traffic] = field(default_factory=list)
    """What begins when it is."""


def _raised(error: Exception) -> None:
    raise error


@dataclass
class Services:
    """One per process. Main thread only, but for the functions that say otherwise."""

    host: Host
    places: Places
    main: MainThread
    tasks: Tasks = field(init=False)
    pixels: Pixels = field(init=False)
    keys: Keys = field(default_factory=Keys)
    local: Local | None = None
    not_saved: Callable[[Exception], None] = _raised
    """Hears why the settings could not be written; everything else goes on."""

    _wires: dict[tuple[str, str | None], Wire] = field(default_factory=dict, repr=False)
    _reviews: dict[str, Traffic] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        try:
            self.places.make()
        except OSError as error:  # what needs them says so, and the rest can be looked at
            _LOG.warning("a folder of Limner's own cannot be made: %s", error)
        self.tasks = Tasks(self.main, workers=4, name="limner-network")
        self._writes = Tasks(self.main, workers=1, name="limner-settings")
        self.file = SettingsFile(self.places.config / "settings.json")
        self.settings, self.warning = self.file.load()
        self.decoder = Decoder(command("limner.imaging.cell"), processes=PROCESSES)
        self.decoder.start()  # it gets ready on the other core while the window is made
        self._lanes = Lanes(self.main)
        self.pixels = self._pixels()
        self._files = ImageFiles(
            self.places.cache / "images",
            self.settings.image_cache_mb * _MEGA,
            kept=self.places.data / "offline",
        )

    def _pixels(self) -> Pixels:
        cache, settings = self.places.cache, self.settings
        pyramids = PyramidCache(
            cache / "pyramids",
            settings.pyramid_cache_mb * _MEGA,
            command("limner.imaging.pyramid_child"),
        )
        budget = settings.pixel_memory_mb * _MEGA
        opener = Opener(self.decoder, pyramids, budget)
        small = SmallPictures(self.decoder, self._lanes, Thumbnails(cache / "thumbnails"))
        return Pixels(opener, self._lanes, small, budget)

    def change(self, **values: object) -> None:
        """Change settings and write them, off the main thread."""
        self.settings = self.settings.model_copy(update=values)
        settings, file = self.settings, self.file
        self._writes.run(lambda: file.save(settings), lambda _done: None, self.not_saved)

    def decode_ahead(self, last: LastProject) -> None:
        """Have the image of the last time decoded before any server is up, if it lies here."""
        origin = self.origin_of(last.connection_id)
        if origin is not None and last.file is not None:
            row = ImageRow(last.image_id, last.dataset_id, last.image)
            source = KnownFile(origin, self._files, Path(last.file))
            self.pixels.prefetch([Wanted(source, row)])

    def origin_of(self, connection_id: str | None) -> str | None:
        """What the work on a connection is kept under; None when there is none such any more."""
        if connection_id is None:
            return LOCAL_ORIGIN
        connection = self.settings.connection(connection_id)
        return None if connection is None else connection.url

    # --- the server inside

    def open_store(
        self, done: Callable[[Local], None], failed: Callable[[Exception], None]
    ) -> None:
        """Open what this computer keeps: enough to go on with what was open the last time."""

        def opened(file: WorkspaceFile) -> None:
            wire = LateWire(LOCAL_ORIGIN)
            server = Pictograph(wire, Dialect.DATASET_PATH)
            self.local = Local(server, Patronus(wire), file, wire)
            done(self.local)

        self.tasks.run(lambda: _file_in(self.places), opened, failed)

    def start_server(
        self, done: Callable[[Local], None], failed: Callable[[Exception], None]
    ) -> None:
        """Start the server inside, which takes a good part of a second; the store is open."""
        local = self._held()

        def started(hosted: Hosted) -> None:
            local.hosted = hosted
            local.wire.attach(hosted.key, hosted.transport)
            for traffic in local.traffic:
                traffic.begin()
            done(local)

        def not_started(error: Exception) -> None:
            local.wire.give_up(str(error))
            failed(error)

        self.tasks.run(lambda: self.host(self.places.data / "library"), started, not_started)

    def install_sample(self, local: Local) -> Dataset:
        """Make or find the sample project; on a worker."""
        source = resources.path("sample")
        return install(local.server, local.review, source, self.places.data / SAMPLE)

    # --- servers elsewhere

    def wire(self, connection: Connection) -> Wire:
        """A wire to a server elsewhere with its key; on a worker, for the keyring may wait."""
        key = self.keys.get(connection.kind, connection.url)
        return self._wires.setdefault((connection.url, key), connect(connection.url, key))

    def remote(self, connection: Connection) -> Pictograph:
        """The client of a connection, its dialect found when it is not known; on a worker."""
        wire = self.wire(connection)
        dialect = connection.dialect or Pictograph.probe(wire)
        return Pictograph(wire, Dialect(dialect))

    # --- what the window opens

    def workspace(self, server: Pictograph, origin: str) -> Workspace:
        local = self._held()
        is_inside = origin == LOCAL_ORIGIN
        has_begun = local.hosted is not None or not is_inside
        breaker = None if is_inside else Breaker()
        traffic = Traffic(self.tasks, self.main, breaker, server.reach, has_begun=has_begun)
        if is_inside:
            local.traffic.append(traffic)
        link = Link(
            server, origin, local.file, self.tasks, self.main, traffic, self.settings.autosave_s
        )
        return Workspace(link, self._files)

    def desk(self, review: Patronus, origin: str) -> Desk:
        road = ReviewRoad(self._review_traffic(review, origin))
        return Desk(review, origin, self._held().file, self.tasks, self.main, road)

    def _review_traffic(self, review: Patronus, origin: str) -> Traffic:
        """One for each server, which stays, with another client of it too."""
        local = self._held()
        is_inside = origin == LOCAL_ORIGIN
        traffic = self._reviews.get(origin)
        if traffic is None:
            has_begun = local.hosted is not None or not is_inside
            breaker = None if is_inside else Breaker()
            traffic = Traffic(self.tasks, self.main, breaker, review.whoami, has_begun=has_begun)
            self._reviews[origin] = traffic
            if is_inside:
                local.traffic.append(traffic)
        traffic.probe = review.whoami
        traffic.try_again()  # perhaps with another key
        return traffic

    def close(self, patience_s: float = _PATIENCE_S) -> None:
        """Stop the threads, write what is waiting to be written, stop the server inside.

        Requests on their way are waited for as long as `patience_s`.
        """
        self.main.close()
        self.pixels.close()
        self.decoder.close()
        if self.local is not None:
            self.local.wire.give_up("The editor was closed.")
        quiet = [self.tasks.close(patience_s), self._lanes.close(_PATIENCE_S)]
        self._writes.close(_PATIENCE_S, finish=True)
        for wire in self._wires.values():
            wire.close()
        if self.local is not None:
            self.local.file.close(2.0)
            hosted = self.local.hosted
            if all(quiet) and hosted is not None:  # else the process ends in mid-request
                hosted.close()

    def _held(self) -> Local:
        if self.local is None:
            raise RuntimeError("the store has not been opened")
        return self.local


def _file_in(places: Places) -> WorkspaceFile:
    """What this computer keeps; only to be looked at where nothing can be written.

    Raises:
        StorageError: it cannot be opened, or its place is one that the system empties.
    """
    if places.is_default:
        refuse_temporary(places.data)
    path = places.data / "workspace.db"
    try:
        return WorkspaceFile(path)
    except StoreReadOnly:
        return WorkspaceFile.open_read_only(path)
