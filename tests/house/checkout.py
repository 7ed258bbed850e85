"""A checkout to try the real `run` script in, with stand-ins for the machine around it.

The stand-ins are small shell scripts on a PATH of their own: `uv` makes a `.venv` whose programs
say how they were called, `apt-get`, `ldconfig` and `ldd` answer from files. So a story runs in
milliseconds, needs no network and never touches this machine.
"""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """\
name=${0##*/}
echo "$name $*"
echo "platform=${QT_QPA_PLATFORM-unset} modules=$PYTHONPATH"
case " $FAILING " in *" $name "*) exit 3;; esac
"""
UV = """\
echo "uv $*" >>"$BOX/log"
case "$1" in
venv) for last; do :; done
    /bin/mkdir -p "$last/bin"
    for name in python ruff mypy lint-imports; do /bin/cp "$BOX/program" "$last/bin/$name"; done;;
pip) if [ -e "$BOX/gate" ]; then read -r _ <"$BOX/gate"; fi;;
esac
case "$*" in *"${BREAKS_AT:-nothing}") exit 9;; esac
"""
APT_GET = """\
echo "apt-get $*" >>"$BOX/log"
case "$* " in
*" update "*) : >"$BOX/lists";;
*) [ -e "$BOX/lists" ] || exit 100
   : >"$BOX/unresolved"
   /bin/cp "$BOX/all-libraries" "$BOX/libraries";;
esac
"""
PRETEND = """
import os, runpy, sys
os.geteuid = lambda: {uid}
if {bare}:
    sys.modules["ensurepip"] = None
sys.argv = {argv!r}
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Checkout:
    def __init__(self, root: Path, box: Path) -> None:
        self.root = root
        self.box = box
        self.table: dict[str, str] = runpy.run_path(str(ROOT / "run"))["DEBIAN_QT"]
        shutil.copy(ROOT / "run", root / "run")
        self.write_lock("requirements.lock", "first")
        self.write_lock("requirements-dev.lock", "first")
        self.script("program", PROGRAM, folder=box)
        self.script("uv", UV)
        self.script("ldconfig", 'read -r _ <"$BOX/libraries"; /bin/cat "$BOX/libraries"\n')
        self.script("ldd", '/bin/cat "$BOX/unresolved"\n')
        self.box.joinpath("unresolved").touch()
        self.has_libraries(set(self.table))
        self.box.joinpath("libraries").rename(self.box / "all-libraries")
        self.has_libraries(set(self.table))

    def script(self, name: str, text: str, folder: Path | None = None) -> None:
        file = (folder or self.box / "bin") / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{text}")
        file.chmod(0o755)

    def has_apt(self, lists_are_fresh: bool = True) -> None:
        self.script("apt-get", APT_GET)
        if lists_are_fresh:
            (self.box / "lists").touch()

    def lacks_uv(self) -> None:
        (self.box / "bin" / "uv").unlink()

    def has_libraries(self, names: set[str]) -> None:
        listing = "".join(f"\t{name} (libc6,x86-64) => /lib/{name}\n" for name in sorted(names))
        (self.box / "libraries").write_text(f"{len(names)} libs found\n{listing}")

    def linker_misses(self, *names: str) -> None:
        (self.box / "unresolved").write_text("".join(f"\t{name} => not found\n" for name in names))

    def write_lock(self, name: str, text: str) -> None:
        (self.root / name).write_text(f"# {text}\n")

    def start(
        self, *words: str, screen: bool = True, uid: int = 0, bare: bool = False, **environment: str
    ) -> subprocess.Popen[str]:
        """Start `./run WORDS` as user `uid`; `bare` is a Python without ensurepip."""
        argv = [str(self.root / "run"), *words]
        variables = {"PATH": str(self.box / "bin"), "BOX": str(self.box), **environment}
        if screen:
            variables["DISPLAY"] = ":5"
        return subprocess.Popen(
            [sys.executable, "-c", PRETEND.format(uid=uid, bare=bare, argv=argv)],
            env=variables,
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *words: str, screen: bool = True, uid: int = 0, bare: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        with self.start(*words, screen=screen, uid=uid, bare=bare, **environment) as process:
            out, err = process.communicate(timeout=60)
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def log(self) -> list[str]:
        """What was asked of uv and apt-get since the last look."""
        file = self.box / "log"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def installed(self) -> list[str]:
        """The lock files that were installed since the last look."""
        return [Path(line.split()[-1]).name for line in self.log() if line.startswith("uv pip")]
