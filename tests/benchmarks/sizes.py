"""Whether time and memory are linear in people: history at a hundredth, a tenth and the whole."""

from __future__ import annotations

from argparse import Namespace

from tests.benchmarks.once import once, words
from tests.benchmarks.show import table


def show(asked: Namespace) -> None:
    """Print time and memory by size, and what a person more costs."""
    once(*words(1_600))  # compiles, if nobody has
    runs = [once(*words(asked.people // part)) for part in (100, 10, 1)]
    rows = []
    for k, run in enumerate(runs):
        before = runs[k - 1] if k else None
        more = run["people"] - before["people"] if before else 0
        cost = (run["run"] - before["run"]) / more * 1e9 if before and more else float("nan")
        size = (run["peak"] - before["peak"]) / more * 2**20 if before and more else float("nan")
        rows.append((f"{run['people']:,.0f}", run["run"], run["peak"], cost, size))
    table("history by size", ("people", "run s", "peak MB", "ns a person more", "bytes a person more"), rows)
