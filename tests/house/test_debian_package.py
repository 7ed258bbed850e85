"""The layout of the Debian package, made of a small program in place of the frozen one."""

from __future__ import annotations

import configparser
import gzip
import runpy
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import defusedxml.ElementTree
import pytest

ROOT = Path(__file__).resolve().parents[2]
APP_ID = "io.github.limner.Limner"
debian: Any = SimpleNamespace(**runpy.run_path(str(ROOT / "packaging" / "debian.py")))

pytestmark = pytest.mark.skipif(
    not shutil.which("dpkg-deb") or bool(debian.missing_tools()),
    reason="needs dpkg-dev and binutils: sudo apt-get install dpkg-dev binutils",
)


def a_bundle(folder: Path, library: bytes = b"libc.so.6") -> Path:
    """A folder like PyInstaller's, whose program links to `library`."""
    program = folder / "limner-editor"
    program.parent.mkdir()
    program.write_bytes(Path("/bin/true").read_bytes().replace(b"libc.so.6", library))
    program.chmod(0o755)
    (folder / "_internal").mkdir()
    (folder / "_internal" / "data.txt").write_text("data")
    (folder / "_internal" / "data.txt").chmod(0o666)
    return folder


def a_package(folder: Path, bundle: Path) -> Any:
    drawing = folder / "app.svg"
    drawing.write_text("<svg/>")
    package = debian.Package(folder / "work" / "limner", "1.2.3", epoch=1_700_000_000)
    package.add_program(bundle)
    package.add_desktop(dict.fromkeys(debian.ICON_SIZES, drawing), drawing)
    return package


def field(deb: Path, name: str) -> str:
    told = subprocess.run(["dpkg-deb", "-f", deb, name], capture_output=True, check=True)
    return told.stdout.decode().strip()


@pytest.fixture(scope="module")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    package = a_package(folder, a_bundle(folder / "bundle"))
    site = folder / "site"
    (site / "numpy-1.dist-info").mkdir(parents=True)
    (site / "numpy-1.dist-info" / "METADATA").write_text("Name: numpy\nVersion: 1\n")
    (site / "numpy-1.dist-info" / "LICENSE.txt").write_text("BSD")
    (site / "numpy-1.dist-info" / "RECORD").write_text("numpy-1.dist-info/LICENSE.txt,,\n")
    package.add_documents(site)
    built: Path = package.build(folder / "out", "amd64")
    return built


@pytest.fixture(scope="module")
def installed(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the package, where an installation would put them."""
    target = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "-R", deb, target], check=True)
    return target


def test_the_package_says_what_it_is_and_what_it_needs(deb: Path) -> None:
    assert deb.name == "limner_1.2.3_amd64.deb"
    assert field(deb, "Package") == "limner"
    assert field(deb, "Version") == "1.2.3"
    assert field(deb, "Depends").startswith("libc6 (>= ")


def test_both_commands_are_on_the_path(installed: Path) -> None:
    for name in ("limner-editor", "limner"):
        assert subprocess.run([installed / "usr/bin" / name], check=False).returncode == 0


def test_checksums_fit_the_files(installed: Path) -> None:
    check = ["md5sum", "--check", "--quiet", "DEBIAN/md5sums"]
    assert subprocess.run(check, cwd=installed, check=False).returncode == 0
    listed = {line.split("  ")[1] for line in (installed / check[-1]).read_text().splitlines()}
    files = (path for path in (installed / "usr").rglob("*") if path.is_file())
    assert listed == {str(p.relative_to(installed)) for p in files if not p.is_symlink()}


def test_nobody_but_root_may_write_and_only_programs_run(installed: Path) -> None:
    modes = {path: path.lstat().st_mode & 0o777 for path in (installed / "usr").rglob("*")}
    assert {mode for path, mode in modes.items() if not path.is_symlink()} == {0o755, 0o644}
    runs = [p.name for p, mode in modes.items() if p.is_file() and mode == 0o755]
    assert runs == ["limner-editor"]


def test_the_desktop_finds_the_program_and_its_icon(installed: Path) -> None:
    share = installed / "usr/share"
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(share / f"applications/{APP_ID}.desktop")
    desktop = entry["Desktop Entry"]
    assert (installed / "usr/bin" / desktop["Exec"].split()[0]).is_symlink()
    assert {"inode/directory", "image/jpeg", "image/png"} <= set(desktop["MimeType"].split(";"))
    icons = {path.parent.parent.name for path in share.rglob(f"{desktop['Icon']}.*g")}
    assert icons == {f"{size}x{size}" for size in debian.ICON_SIZES} | {"scalable"}


def test_software_centres_read_name_and_release(installed: Path) -> None:
    about = defusedxml.ElementTree.parse(installed / f"usr/share/metainfo/{APP_ID}.metainfo.xml")
    assert about.findtext("id") == APP_ID
    assert about.findtext("launchable") == f"{APP_ID}.desktop"
    release = about.find("releases/release")
    assert release is not None
    assert release.attrib == {"version": "1.2.3", "date": "2023-11-14"}


def test_rights_and_history_come_along(installed: Path) -> None:
    documents = installed / "usr/share/doc/limner"
    assert "LGPL-3" in (documents / "copyright").read_text()
    assert (documents / "licenses/numpy/LICENSE.txt").read_text() == "BSD"
    packed = (documents / "changelog.gz").read_bytes()
    assert packed[4:8] == bytes(4), "the time of packing would make every build differ"
    changelog = gzip.decompress(packed).decode()
    assert changelog.startswith("limner (1.2.3) stable; urgency=medium\n")
    assert "  Tue, 14 Nov 2023 22:13:20 +0000\n" in changelog


def test_the_same_sources_make_the_same_package(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path / "bundle")
    first, second = (
        a_package(tmp_path, bundle).build(tmp_path / out, "amd64").read_bytes()
        for out in ("first", "second")
    )
    assert first == second


def test_a_library_that_the_package_carries_is_no_dependency(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path / "bundle", library=b"libq.so.6")
    shutil.copy("/bin/true", bundle / "_internal" / "libq.so.6")
    deb = a_package(tmp_path, bundle).build(tmp_path / "out", "amd64")
    assert field(deb, "Depends").split()[0] == "libc6"
    assert "," not in field(deb, "Depends")


def test_a_library_that_no_package_owns_ends_the_build(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    package = a_package(tmp_path, a_bundle(tmp_path / "bundle", library=b"libq.so.6"))
    with pytest.raises(subprocess.CalledProcessError):
        package.build(tmp_path / "out", "amd64")
    assert "libq.so.6" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()
