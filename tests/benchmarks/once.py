"""Run a scenario once in a process of its own, and measure it: `python -m tests.benchmarks.once` prints JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def once(*overrides: str, cache: Path | None = None, root: Path = ROOT) -> dict[str, float]:
    """Return the seconds (`process` whole, `start` until the first person, `run`) and peak memory (MB) of a run.

    `cache` is a folder of compiled kernels to use instead of the planner's own; an empty one is a cold start. `root` is
    that of another checkout with a benchmark of this name.
    """
    environment = dict(os.environ) | ({} if cache is None else {"NUMBA_CACHE_DIR": str(cache)})
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.once", *overrides],
        cwd=root, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found | {"process": time.perf_counter() - began}


def main(words: list[str]) -> None:
    """Simulate, observe and tabulate, without writing, and print what it took."""
    began = time.perf_counter()
    from sim.composition.compose import load
    from sim.experiments.run import evaluate
    from sim.results.manifest import peak_memory

    parameters, _ = load(words)
    loaded = time.perf_counter()
    result = evaluate(parameters)
    ended = time.perf_counter()
    peak = peak_memory() / 2**20
    people = int(result.observations.by_day("registered").sum())
    print(json.dumps({"start": loaded - began, "run": ended - loaded, "peak": peak, "people": people}))


def words(people: int, **run: Any) -> list[str]:
    """Return the overrides of history with the cohort engine and so many applicants, of 80 million."""
    return ["engine=cohort", f"population.scale={people / 80_000_000:.12g}", *(f"run.{k}={v}" for k, v in run.items())]


if __name__ == "__main__":
    main(sys.argv[1:])
