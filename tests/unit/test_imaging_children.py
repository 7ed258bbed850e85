"""The program starts itself again to decode, from source and as a bundle of one executable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image

from limner.imaging.children import command, run_as_child
from limner.imaging.decoder import Decoder

LAUNCH = Path(__file__).resolve().parents[2] / "packaging" / "launch.py"
CELL = "limner.imaging.cell"


def test_what_a_bundle_starts_decodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (30, 20), "red").save(tmp_path / "a.png")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    executable, *arguments = command(CELL)
    assert executable == sys.executable
    decoder = Decoder([sys.executable, str(LAUNCH), *arguments])
    try:
        assert decoder.facts(tmp_path / "a.png", "a.png").width == 30
    finally:
        decoder.close()


def test_only_what_decodes_is_started() -> None:
    with pytest.raises(ValueError, match=r"limner\.cli"):
        command("limner.cli.main")
    assert run_as_child(["--decoding-child", "limner.cli.main", "serve"]) is None
    assert run_as_child(["--decoding-child"]) is None
    assert run_as_child([]) is None
    assert run_as_child(["a folder"]) is None


def test_from_source_a_child_is_a_module_of_its_own() -> None:
    for module in (CELL, "limner.imaging.pyramid_child"):
        assert command(module) == (sys.executable, "-m", module)
