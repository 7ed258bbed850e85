"""What the person chose is there at the next start, and a broken file breaks nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from limner.model.verdicts import TargetType
from limner.storage.files import replace_file
from limner.storage.places import Places
from limner.storage.settings import Binding, Connection, Settings, SettingsFile
from limner.storage.thumbnails import Thumbnails

SERVER = Connection(kind="pictograph", name="Team", url="https://label.example.org")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_without_a_file_there_are_the_defaults(file: Path) -> None:
    assert SettingsFile(file).load() == (Settings(), None)
    assert not file.exists()


def test_what_was_chosen_is_there_again_and_nothing_else_is_in_the_file(file: Path) -> None:
    chosen = Settings(autosave_s=5.0).with_connection(SERVER)
    SettingsFile(file).save(chosen)
    assert SettingsFile(file).load() == (chosen, None)
    assert set(json.loads(file.read_text())) == {"autosave_s", "connections"}
    SettingsFile(file).save(Settings())
    assert json.loads(file.read_text()) == {}


def test_a_binding_belongs_to_its_dataset(file: Path) -> None:
    binding = Binding(image_type=TargetType.TRACE, image_reference="img-{image_id}")
    chosen = Settings(bindings={"d1": binding})
    SettingsFile(file).save(chosen)
    loaded, _ = SettingsFile(file).load()
    assert loaded.binding_of("d1") == binding
    default = loaded.binding_of("d2")
    assert (default.image_type, default.image_reference) == (TargetType.LOG, "{image_id}")
    assert (default.object_type, default.object_reference) == (TargetType.SPAN, "{annotation_id}")


def test_a_connection_is_added_changed_and_removed() -> None:
    other = Connection(kind="patronus", name="Review", url="https://review.example.org")
    settings = Settings().with_connection(SERVER).with_connection(other)
    renamed = SERVER.model_copy(update={"name": "Our team"})
    settings = settings.with_connection(renamed)
    assert settings.connections == (renamed, other)
    assert settings.connection(SERVER.id) == renamed
    assert settings.without_connection(SERVER.id).connections == (other,)
    assert settings.without_connection(SERVER.id).connection(SERVER.id) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"theme":"purple"}', b'{"autosave_s":0}', b"\xff", b"null"]
)
def test_a_file_that_cannot_be_read_is_moved_aside_with_a_warning(
    file: Path, content: bytes
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    settings, warning = SettingsFile(file).load()
    assert settings == Settings()
    assert warning is not None
    assert warning.kept_at.read_bytes() == content
    assert str(warning.kept_at) in str(warning)
    assert SettingsFile(file).load() == (Settings(), None)


def test_what_a_newer_version_wrote_is_kept(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"lantern": true, "autosave_s": 9.0}')
    settings, warning = SettingsFile(file).load()
    assert warning is None
    SettingsFile(file).save(settings.with_connection(SERVER))
    assert json.loads(file.read_text())["lantern"] is True


def test_settings_are_never_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        Settings().theme = "dark"  # type: ignore[misc]  # the very thing that must fail


def test_every_setting_is_described() -> None:
    described: list[type[BaseModel]] = [Settings, Connection, Binding]
    for model in described:
        assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_a_write_that_fails_leaves_the_old_file(file: Path, tmp_path: Path) -> None:
    replace_file(file, b"old")
    file.chmod(0o600)
    target = file.parent / "folder"
    target.mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_file(target, b"new")
    assert sorted(each.name for each in file.parent.iterdir()) == ["folder", "settings.json"]
    assert file.read_bytes() == b"old"


def test_one_variable_puts_everything_under_one_folder(tmp_path: Path) -> None:
    places = Places.find({"LIMNER_HOME": str(tmp_path / "home")})
    places.make()
    assert sorted(each.name for each in (tmp_path / "home").iterdir()) == [
        "cache",
        "config",
        "data",
    ]
    elsewhere = Places.find({})
    assert len({elsewhere.config, elsewhere.data, elsewhere.cache}) == 3
    assert all("limner" in str(each) for each in (elsewhere.config, elsewhere.data))


# Thumbnails


def test_a_thumbnail_is_found_by_server_image_and_version(tmp_path: Path) -> None:
    cache = Thumbnails(tmp_path)
    cache.put("o", "../../etc/passwd", "v1", b"png")
    assert cache.get("o", "../../etc/passwd", "v1") == b"png"
    assert cache.get("o", "../../etc/passwd", "v2") is None
    assert cache.get("o2", "../../etc/passwd", "v1") is None
    assert Thumbnails(tmp_path).get("o", "../../etc/passwd", "v1") == b"png"


def test_the_cache_stays_below_its_limit_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = Thumbnails(tmp_path, limit_bytes=10_000)
    for number in range(30):
        cache.put("o", f"i{number}", "v", bytes(1000))
        assert cache.get("o", "i0", "v") is not None
    kept = [number for number in range(30) if cache.get("o", f"i{number}", "v") is not None]
    assert 0 in kept
    assert 29 in kept
    assert len(kept) <= 10


def test_a_full_cache_is_cleaned_up_by_the_next_start_too(tmp_path: Path) -> None:
    for number in range(20):
        Thumbnails(tmp_path).put("o", f"i{number}", "v", bytes(1000))
    Thumbnails(tmp_path, limit_bytes=5000).put("o", "new", "v", bytes(1000))
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 5000
