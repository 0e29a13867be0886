"""History with all that the programme consists of, against the spine: the commit before courses had seats.

Both are run in turn, in fresh processes that find their kernels compiled: ratios hold better than times.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.once import ROOT, once, words
from tests.benchmarks.show import table

SPINE = "1d116a5"
"""From registration to the last payment, with an open market known at the announcement."""

PAIRS = 3
TIME, MEMORY = 1.4, 2_200 * 1e6 / 2**20
"""What is asked at full population: the ratio of times, and the peak memory (MiB; 2.2 GB)."""


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Give the files of a commit of this repository in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
        yield Path(folder)


def show(asked: Namespace) -> None:
    """Print seconds and peak memory of both by run, and their ratios."""
    asked_for = words(asked.people, threads=2)
    runs: dict[str, list[dict[str, float]]] = {"history": [], f"spine ({SPINE})": []}
    with checkout(SPINE) as spine:
        roots = dict(zip(runs, (ROOT, spine), strict=True))
        for root in roots.values():
            once(*words(1_600, threads=2), root=root)  # compiles, if nobody has
        for _ in range(PAIRS):
            for name, root in roots.items():
                runs[name].append(once(*asked_for, root=root))
    rows = [
        (f"{name}, run {number}", run["run"], run["peak"])
        for number in range(PAIRS)
        for name, run in ((name, of[number]) for name, of in runs.items())
    ]
    middle = [[statistics.median(run[what] for run in of) for of in runs.values()] for what in ("run", "peak")]
    ratios = [ours / theirs for ours, theirs in middle]
    rows.append((f"median of history, times the spine's (asked: at most {TIME})", *ratios))
    table(
        f"history against the spine, {asked.people:,} people; asked of memory: at most {MEMORY:,.0f} MiB",
        ("run", "s", "peak MiB"),
        rows,
    )
