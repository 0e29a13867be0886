"""History at full population, each run in a fresh process: compiling first, then from the cache."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from pathlib import Path

from tests.benchmarks.once import once, words
from tests.benchmarks.show import table


def show(asked: Namespace) -> None:
    """Print wall time and peak memory, cold and warm, with two threads and with one."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        runs = {
            "cold, two threads (compiles)": once(*words(asked.people, threads=2), cache=cache),
            "warm, two threads": once(*words(asked.people, threads=2), cache=cache),
            "warm, two threads, again": once(*words(asked.people, threads=2), cache=cache),
            "warm, one thread": once(*words(asked.people, threads=1), cache=cache),
        }
    people = next(iter(runs.values()))["people"]
    table(
        f"history, {people:,.0f} people, simulated and tabulated, nothing written",
        ("run", "process s", "of it run s", "peak MB"),
        [(name, run["process"], run["run"], run["peak"]) for name, run in runs.items()],
    )
