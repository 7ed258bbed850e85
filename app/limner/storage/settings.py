"""What the person has chosen: one small JSON file that holds only what differs from the defaults.

Keys never stand in it (see `keys.py`); the window's geometry has a file of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from limner.model.verdicts import TargetType
from limner.storage.files import replace_file


class Choice(BaseModel):
    """A part of the settings, never changed in place; what a newer version wrote is kept."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Connection(Choice):
    """A server the person added; its key is in the keyring under `kind` and `url`."""

    id: str = Field(default_factory=lambda: str(uuid4()), description="Names this connection")
    kind: Literal["pictograph", "patronus"] = Field(description="Which API the server speaks")
    name: str = Field(description="What the connection is called in the window")
    url: str = Field(description="The address of the server, without a key")
    dialect: Literal["image-id", "dataset-path"] | None = Field(
        default=None, description="How its annotation routes name an image; found by a probe"
    )


class Binding(Choice):
    """What is reviewed when a person reviews a project: which type, and which reference."""

    image_type: TargetType = Field(
        default=TargetType.LOG, description="The type that an image is given"
    )
    image_reference: str = Field(default="{image_id}", description="The reference of an image")
    object_type: TargetType = Field(
        default=TargetType.SPAN, description="The type of one annotation"
    )
    object_reference: str = Field(
        default="{annotation_id}", description="The reference of an annotation"
    )
    connection: str | None = Field(
        default=None, description="Whose verdicts; none for this computer's"
    )
    project: str | None = Field(
        default=None, description="The project's name there; none for the same"
    )


class LastProject(Choice):
    """Something that was open: which dataset, where, and at which image."""

    connection_id: str | None = Field(
        default=None, description="The connection; none for this computer"
    )
    dataset_id: str = Field(description="The dataset's id on that server")
    image: str = Field(default="", description="The file name of the image")
    image_id: str = Field(default="", description="The image's id on that server")
    file: str | None = Field(
        default=None, description="Where the image lies on this computer, to decode it at once"
    )
    folder: str | None = Field(
        default=None, description="The folder it was opened from, to look into again"
    )


class Settings(Choice):
    """Everything that is remembered between two starts of the program."""

    theme: Literal["dark", "light", "system"] = Field(
        default="system", description="The window's colours"
    )
    autosave_s: Annotated[float, Field(ge=0.5, le=600)] = Field(
        default=3.0, description="How long after the last edit the work is sent, in seconds"
    )
    pixel_memory_mb: Annotated[int, Field(ge=64, le=65_536)] = Field(
        default=512, description="The most memory that decoded images may take, in megabytes"
    )
    image_cache_mb: Annotated[int, Field(ge=100, le=10_000_000)] = Field(
        default=4_000, description="Disk space for images that came from servers, in megabytes"
    )
    pyramid_cache_mb: Annotated[int, Field(ge=100, le=10_000_000)] = Field(
        default=20_000, description="Disk space for very large images made ready, in megabytes"
    )
    minimap: bool = Field(
        default=True, description="Whether a map of the image is shown while one is zoomed in"
    )
    crosshair: bool = Field(
        default=True, description="Whether lines go through the pointer while one draws"
    )
    rulers: bool = Field(default=False, description="Whether rulers stand beside the image")
    pixel_grid: bool = Field(
        default=True, description="Whether the borders between pixels are drawn beyond 8x"
    )
    smooth: bool = Field(
        default=True, description="Whether enlarged pixels are blended, up to 8x, or squares"
    )
    last_project: LastProject | None = Field(
        default=None, description="What opens at the next start"
    )
    review_connection: str | None = Field(
        default=None,
        description="Where verdicts go, unless a dataset's binding says; none for here",
    )
    connections: tuple[Connection, ...] = Field(
        default=(), description="The servers that were added"
    )
    bindings: Mapping[str, Binding] = Field(
        default_factory=dict, description="By dataset: where its verdicts go"
    )

    def binding_of(self, dataset_id: str) -> Binding:
        """Where the verdicts on a dataset go; the defaults when nobody chose."""
        return self.bindings.get(dataset_id, Binding())

    def connection(self, id_: str) -> Connection | None:
        return next((each for each in self.connections if each.id == id_), None)

    def with_connection(self, connection: Connection) -> Settings:
        """The same with `connection` added, or put in place of the one with its id."""
        kept = {each.id: each for each in self.connections} | {connection.id: connection}
        return self.model_copy(update={"connections": tuple(kept.values())})

    def without_connection(self, id_: str) -> Settings:
        kept = tuple(each for each in self.connections if each.id != id_)
        return self.model_copy(update={"connections": kept})


class SettingsUnreadable(UserWarning):
    """The file was no settings file: it was moved to `kept_at`, and the defaults are used."""

    def __init__(self, kept_at: Path, reason: str) -> None:
        super().__init__(f"The settings could not be read ({reason}); they are kept in {kept_at}.")
        self.kept_at = kept_at


class SettingsFile:
    """The settings on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Settings, SettingsUnreadable | None]:
        """The settings, and what to tell the person when they had to be set aside.

        Raises:
            OSError: the file is there and cannot be read or moved.
        """
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return Settings(), None
        try:
            return Settings.model_validate_json(text), None
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            aside = self._path.with_name(self._path.name + ".bak")
            self._path.replace(aside)
            return Settings(), SettingsUnreadable(aside, first["msg"])

    def save(self, settings: Settings) -> None:
        """Write what differs from the defaults.

        Raises:
            OSError: it could not be written; the old file is untouched.
        """
        chosen: dict[str, Any] = settings.model_dump(mode="json", exclude_defaults=True)
        text = json.dumps(chosen, ensure_ascii=False, indent=2, allow_nan=False)
        replace_file(self._path, text.encode() + b"\n")
