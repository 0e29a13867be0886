"""The command itself killed at random moments, by a signal that nothing can heed, then asked again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.comparing.test_compare import WORDS, files

ROOT = Path(__file__).parents[2]


def command(folder: Path, name: str) -> subprocess.Popen[bytes]:
    """Start a comparison, which leads a group of its own, with its processes."""
    words = [sys.executable, "-m", "sim", "compare", *WORDS, f"run.folder={name}"]
    there = {**os.environ, "PYTHONPATH": str(ROOT)}
    out = subprocess.DEVNULL
    return subprocess.Popen(words, cwd=folder, env=there, stdout=out, stderr=out, start_new_session=True)


def ended(group: int, seconds: float = 30) -> bool:
    """Return whether all processes of a group end soon: those that are being begun see it when they are there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.exhaustive
@pytest.mark.parametrize("moments", [20])
def test_killed_and_asked_again(tmp_path: Path, moments: int) -> None:
    """Catch a comparison that a kill makes another, a folder that is half there, and processes that live on."""
    began = time.monotonic()
    assert command(tmp_path, "whole").wait(600) == 0
    took, luck = time.monotonic() - began, random.Random(20200411)  # noqa: S311  (moments)
    whole = files(tmp_path / "whole")
    runs = {path.name: path.read_bytes() for path in (tmp_path / "results" / ".runs").iterdir()}
    hit = 0
    for moment in range(moments):
        here = tmp_path / str(moment)
        here.mkdir()
        started = command(here, "mine")
        time.sleep(luck.uniform(0.3, 1) * took)
        hit += started.poll() is None
        started.kill()
        started.wait(60)
        assert ended(started.pid), "its processes live on"
        if not (here / "mine").exists():
            assert command(here, "mine").wait(600) == 0
        assert files(here / "mine") == whole
        assert {path.name: path.read_bytes() for path in (here / "results" / ".runs").iterdir()} == runs
        assert not list(here.rglob("*.unfinished*"))
    assert hit > moments / 2
