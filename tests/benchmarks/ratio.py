"""The cohort engine against the plain SimPy model: one scenario, in one run, as large as SimPy finishes in time."""

from __future__ import annotations

import time
from argparse import Namespace

from tests.benchmarks.once import words
from tests.benchmarks.show import table

SMALLEST = 20_000


def show(asked: Namespace) -> None:
    """Print the seconds of both engines by size, doubling it while the person engine keeps within the limit."""
    from sim.composition.compose import load
    from sim.experiments.run import evaluate

    def seconds(people: int, engine: str) -> float:
        parameters = load([*words(people)[1:], f"engine={engine}"])[0]
        began = time.perf_counter()
        evaluate(parameters)
        return time.perf_counter() - began

    for engine in ("person", "cohort"):
        seconds(1_600, engine)  # compiles, if nobody has
    rows: list[tuple[str, float, float, float, float, float]] = []

    def both(people: int) -> float:
        slow, fast = seconds(people, "person"), seconds(people, "cohort")
        rows.append((f"{people:,}", slow, fast, slow / fast, slow / people * 1e6, fast / people * 1e6))
        return slow

    people = min(SMALLEST, asked.people)
    slow = both(people)
    while slow * 2.3 < asked.limit and people * 2 <= asked.people:  # in a crowd a person costs some more
        people *= 2
        slow = both(people)
    largest = min(int(people * (0.95 * asked.limit / slow) ** 0.85), asked.people)
    if largest > people:
        both(largest)
    table(
        f"history with both engines, SimPy's within {asked.limit:g} s",
        ("people", "person s", "cohort s", "times as fast", "person µs each", "cohort µs each"),
        rows,
    )
