"""Run tests with Numba's bounds checks on: `python -m tests.bounds_checks`, with pytest's options behind it.

An index outside an array is then an error at once, where compiled code would otherwise read or write what lies beside
it. The machine code is another one, so it is kept in a folder of its own; the first run compiles it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ALL = ("tests/rules", "tests/stations", "tests/equality")
"""Folders whose tests run every rule and kernel."""

SHORT = (
    "tests/rules/test_lags.py",
    "tests/stations/test_kinds.py",
    "tests/equality/test_calendars.py",
    "tests/equality/test_engines.py::test_programmes_known_to_be_hard",
)
"""What is run before a change lands, with `--short`: every kernel once, in less than two minutes."""


def main(words: list[str]) -> int:
    """Run the tests that are named, or all that there are for it; return pytest's exit code."""
    folder = Path.home() / ".cache" / "prakerja-bounds-checks"
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(folder)}
    options = [word for word in words if word != "--short"]
    named = any(word.startswith("tests/") for word in options)
    files = () if named else SHORT if "--short" in words else ALL
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *files], cwd=ROOT, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
