"""The Debian package: a frozen program, laid out the way Debian expects it."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib.metadata import distributions
from pathlib import Path
from string import Template

FILES = Path(__file__).resolve().parent / "linux"
APP_ID = "io.github.limner.Limner"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
BUILD_TOOLS = {"altgraph", "packaging", "pip", "pyinstaller-hooks-contrib", "setuptools"}
TOOLS = {"dpkg-deb": "dpkg", "dpkg-shlibdeps": "dpkg-dev", "strip": "binutils"}


class Package:
    """One `.deb` in the making, as a tree under `stage`; `epoch` (in seconds) dates all of it."""

    def __init__(self, stage: Path, version: str, epoch: int) -> None:
        self.stage = stage
        self.version = version
        self.epoch = epoch
        shutil.rmtree(stage, ignore_errors=True)

    def put(self, target: str, content: bytes) -> None:
        """Write one file of the package, under `/usr`."""
        file = self.stage / "usr" / target
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def fill(self, name: str, **facts: object) -> bytes:
        """A file of `linux/` with its `$words` filled in."""
        when = datetime.fromtimestamp(self.epoch, UTC)
        common = {"version": self.version, "date": format_datetime(when), "day": f"{when:%Y-%m-%d}"}
        return Template((FILES / name).read_text()).substitute(common | facts).encode()

    def add_program(self, bundle: Path) -> None:
        """The frozen folder, and its two names on the path."""
        shutil.copytree(bundle, self.stage / "usr/lib/limner", symlinks=True)
        commands = self.stage / "usr/bin"
        commands.mkdir(parents=True)
        for name in ("limner-editor", "limner"):
            (commands / name).symlink_to("../lib/limner/limner-editor")

    def add_desktop(self, icons: dict[int, Path], drawing: Path) -> None:
        """What menus, file managers and software centres read."""
        self.put(f"share/applications/{APP_ID}.desktop", self.fill(f"{APP_ID}.desktop"))
        self.put(f"share/metainfo/{APP_ID}.metainfo.xml", self.fill(f"{APP_ID}.metainfo.xml"))
        hicolor = "share/icons/hicolor"
        self.put(f"{hicolor}/scalable/apps/{APP_ID}.svg", drawing.read_bytes())
        for size, file in icons.items():
            self.put(f"{hicolor}/{size}x{size}/apps/{APP_ID}.png", file.read_bytes())

    def add_documents(self, site_packages: Path) -> None:
        """Copyright, changelog and the licence of everything that the bundle carries."""
        changelog = gzip.compress(self.fill("changelog"), mtime=0)
        self.put("share/doc/limner/copyright", self.fill("copyright"))
        self.put("share/doc/limner/changelog.gz", changelog)
        for carried in distributions(path=[str(site_packages)]):
            if carried.name in BUILD_TOOLS:
                continue
            for file in carried.files or ():
                if "dist-info" in file.parts[0] and is_licence(file.name):
                    target = f"share/doc/limner/licenses/{carried.name}/{file.name}"
                    self.put(target, Path(str(file.locate())).read_bytes())

    def build(self, out: Path, architecture: str) -> Path:
        """Write the package into `out`; a library that no Debian package owns ends it."""
        set_modes(self.stage)
        files = sorted(path for path in self.stage.rglob("*") if path.is_file())
        own = [path for path in files if not path.is_symlink()]
        meta = self.stage / "DEBIAN"  # dpkg-shlibdeps knows the root of a package by it
        meta.mkdir()
        facts = {
            "architecture": architecture,
            "kilobytes": sum(path.stat().st_size for path in own) // 1024,
            "depends": dependencies([path for path in own if is_elf(path)], self.stage),
        }
        sums = (f"{md5(path)}  {path.relative_to(self.stage)}\n" for path in own)
        (meta / "control").write_bytes(self.fill("control", **facts))
        (meta / "md5sums").write_text("".join(sums))
        out.mkdir(parents=True, exist_ok=True)
        deb = out / f"limner_{self.version}_{architecture}.deb"
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", self.stage, deb],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(self.epoch)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return deb


def missing_tools() -> set[str]:
    """The Debian packages whose programs are needed here and are not installed."""
    return {package for tool, package in TOOLS.items() if not shutil.which(tool)}


def architecture() -> str:
    """This machine's name for its processor, as Debian says it."""
    command = ["dpkg", "--print-architecture"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def dependencies(programs: list[Path], stage: Path) -> str:
    """The `Depends:` of ELF files: what they link to and the package does not carry itself.

    dpkg-shlibdeps reads the files and Debian's own records, so versions are right too.

    Raises:
        CalledProcessError: a library is not installed here or belongs to no package; it was named.
    """
    source = stage.parent / "debian" / "control"
    source.parent.mkdir(exist_ok=True)
    source.write_text("Source: limner\n\nPackage: limner\nArchitecture: any\n")
    private = {f"-l{path.parent}" for path in programs}
    options = ["-O", "--warnings=0", *sorted(private)]
    command: list[str | Path] = ["dpkg-shlibdeps", *options, *programs]
    done = subprocess.run(command, cwd=stage.parent, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip().removeprefix("shlibs:Depends=")


def set_modes(stage: Path) -> None:
    """Readable by all, writable by the owner; only programs are executable, libraries are not."""
    for path in (stage, *stage.rglob("*")):
        if path.is_symlink():
            continue
        is_program = path.is_dir() or (path.stat().st_mode & 0o100 and ".so" not in path.name)
        path.chmod(0o755 if is_program else 0o644)


def is_elf(path: Path) -> bool:
    """Whether `path` is a program or a shared library."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def is_licence(name: str) -> bool:
    """Whether a file of this name tells rights."""
    return name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "LGPL"))


def md5(path: Path) -> str:
    """The checksum that dpkg wants, against decay only."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
