"""What the tests of the edge share: files of the worst kind, and the command run on them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.command.main import main

ROOT = Path(__file__).resolve().parents[2]

SECONDS = 30
"""How long an answer to bad input may take; it takes a fraction of a second on a machine that is not busy."""

ASKED = 'scenario: {name: bad, question: "What is wrong here?"}\n'
"""The beginning of a scenario of which nothing is wrong yet."""

TINY = ("population.scale=1e-6", "clock.end=2020-06-01T00:00")
"""The words of a run that takes no time: 80 people, seven weeks."""


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what is said of bad input: at once, on standard error, with exit code 2 and no traceback."""
    began = time.perf_counter()
    code = main(words)
    took = time.perf_counter() - began
    out, said = capsys.readouterr()
    assert (code, out) == (2, "")
    assert "Traceback" not in said
    assert re.match(r"(One thing|\d+ things) to mend:\n", said), said
    assert len(said) < 120_000
    assert took < SECONDS
    return said


def shell(*words: str, cwd: Path, wrapped: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; `wrapped` is Python that is run before it."""
    code = f"{wrapped}\nimport sys\nfrom sim.command.main import main\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def names(folder: Path) -> list[str]:
    """Return the names of all that stands in a folder, hidden or not."""
    return sorted(path.name for path in folder.iterdir())
