"""The run of tests with bounds checks: what it must notice, and that it names files which are there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.bounds_checks import ALL, ROOT, SHORT

OUTSIDE = """
import numpy as np
from sim.rules.lags import LAG, LagTable, ready_from
from sim.rules.compiling import kernel

@kernel
def outside(values, at):
    return values[at]

print(outside(np.zeros(3), 2))
outside(np.zeros(3), 3)
"""
"""A kernel that reads one beyond its array."""


def test_a_read_outside_an_array_is_an_error(tmp_path: Path) -> None:
    """Catches bounds checks that are not on: the whole run would then find nothing, whatever there is."""
    script = tmp_path / "outside.py"
    script.write_text(OUTSIDE)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    codes = []
    for on in ("0", "1"):
        done = subprocess.run(
            [sys.executable, script],
            env=environment | {"NUMBA_BOUNDSCHECK": on, "NUMBA_CACHE_DIR": str(tmp_path / on)},
            capture_output=True,
            text=True,
            check=False,
        )
        codes.append(done.returncode)
        assert done.stdout.startswith("0.0")
        assert ("IndexError" in done.stderr) == (on == "1")
    assert codes == [0, 1]


def test_what_is_run_is_there() -> None:
    """Catches a file of tests, or a test, that has moved: its kernels are then no longer run with bounds checks."""
    for named in (*ALL, *SHORT):
        file, _, test = named.partition("::")
        assert (ROOT / file).exists(), named
        assert not test or f"\ndef {test}(" in (ROOT / file).read_text(), named
