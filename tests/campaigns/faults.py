"""Let the disk and the memory fail at every single step of a run: one message, nothing half-written, nothing left.

A run is made again and again, in one process; each time another of its steps on the disk fails, in another way: the
step alone, or it and all after it. Where disks of a given size can be had, real ones are filled; and every size that a
file may not exceed is tried, so that each file in turn is the one that cannot be written.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.campaigns.disk_steps import GONE, KINDS, struck
from tests.campaigns.faulty_runs import judged, run
from tests.campaigns.leaks import state
from tests.campaigns.limited_disks import on_a_small_disk, with_limited_files
from tests.campaigns.log import FOLDER, Log

FINE = ("told", "whole", "cannot be had")
"""Outcomes of which nothing is wrong: a message, a whole run in spite of all, a disk that is not to be had here."""


def main(words: list[str]) -> int:
    """Run, or go on with, the campaign; print the counts and return 1 where something was found."""
    asked = _asked(words)
    log = Log(asked.log)
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        home = Path(name)
        done = set(log.outcomes())
        for number, fault in enumerate(every_fault(home)):
            if number % asked.every == 0 and fault.name not in done:
                outcome, what = fault.tried(home)
                log.add(fault.name, outcome, what=what)
                done.add(fault.name)
                if len(done) % 100 == 0:
                    print(report(log), flush=True)
    print(report(log))
    print(f"  {time.time() - began:,.0f} s")
    return 0 if not wrong(log) else 1


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns faults", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="of so many faults try one (default: all)")
    parser.add_argument("--log", type=Path, default=FOLDER / "faults.jsonl", help="what was done so far")
    return parser.parse_args(words)


class Fault:
    """A way in which a run may fail."""

    def __init__(self, name: str, strike: Callable[[Path], Any], alone: bool = True) -> None:
        self.name = name
        self._strike = strike
        """Returns the context in which the run is made; or, not in this process, what came of it."""
        self._in_this_process = alone

    def tried(self, home: Path) -> tuple[str, str]:
        """Make a run that fails so; return the outcome, and what was wrong."""
        folder = Path(tempfile.mkdtemp(dir=home))
        try:
            if not self._in_this_process:
                found: tuple[str, str] = self._strike(folder)
                return found
            before = state(folder)
            with self._strike(folder) as strike:
                code, said = run(folder)
            return judged(code, said, folder, before, strike)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


# All faults


def every_fault(home: Path) -> Iterator[Fault]:
    """Yield every fault, those of one step after another."""
    steps, sizes, room = _measured(home)
    for at in range(1, steps + 1):
        for kind in KINDS:
            for lasting in (False, True) if kind in ("full", "read-only", "denied") else (False,):
                yield _step(at, kind, lasting)
        for kind in GONE:
            yield _step(at, kind, False)
    for size in sizes:
        yield Fault(
            f"no file larger than {size}", lambda folder, size=size: with_limited_files(folder, size), alone=False
        )
    for size in range(16, room + 64, 16):
        yield Fault(f"a disk of {size} kB", lambda folder, size=size: on_a_small_disk(folder, size), alone=False)


def _step(at: int, kind: str, lasting: bool) -> Fault:
    after = " and all after it" if lasting else ""
    return Fault(f"step {at}{after}: {kind}", lambda folder: struck(folder, at, kind, lasting))


def _measured(home: Path) -> tuple[int, list[int], int]:
    """Return the steps of a run on the disk, sizes at which another file is too large, and its room in kB."""
    folder = Path(tempfile.mkdtemp(dir=home))
    run(folder)  # what compiles, and is loaded once
    shutil.rmtree(folder / "run")
    with struck(folder, None, "", False) as strike:
        code, said = run(folder)
    assert code == 0, said
    files = [path for path in (folder / "run").rglob("*") if path.is_file()]
    sizes = sorted({size for path in files for size in (path.stat().st_size - 1, path.stat().st_size // 2)})
    room = sum(path.stat().st_size // 1024 + 4 for path in files)
    shutil.rmtree(folder)
    return strike.steps, [0, 1, *(size for size in sizes if size > 1)], room


# Counts


def wrong(log: Log) -> int:
    """Return how many found something."""
    return sum(line["outcome"] not in FINE for line in log.outcomes().values())


def report(log: Log) -> str:
    """Return the counts, and what was found."""
    found = log.outcomes()
    counts = Counter(line["outcome"] for line in found.values())
    lines = [f"{len(found):,} faults: " + ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(counts.items()))]
    lines += [
        f"  {name}: {line['outcome']}: {(str(line['what']).strip().splitlines() or [''])[-1][-300:]}"
        for name, line in found.items()
        if line["outcome"] not in FINE
    ]
    return "\n".join(lines)
