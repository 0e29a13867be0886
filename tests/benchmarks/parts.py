"""Where the time of history goes: the functions that take it, with one thread, kernels counted to their callers."""

from __future__ import annotations

import cProfile
import pstats
from argparse import Namespace
from collections import defaultdict
from pathlib import Path

from tests.benchmarks.once import ROOT, words
from tests.benchmarks.show import table

LINES = 25


def show(asked: Namespace) -> None:
    """Print the seconds of each module and of the functions that take the most, theirs alone."""
    from sim.composition.compose import load
    from sim.experiments.run import evaluate

    evaluate(load(words(1_600, threads=1))[0])  # compiles, if nobody has
    parameters = load(words(asked.people, threads=1))[0]
    profile = cProfile.Profile()
    profile.runcall(evaluate, parameters)
    own: dict[tuple[str, str], float] = defaultdict(float)
    statistics: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    statistics = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, _, seconds, _, _) in statistics.items():
        own[_module(file), function] += seconds
    modules: dict[str, float] = defaultdict(float)
    for (module, _), seconds in own.items():
        modules[module] += seconds
    total = sum(own.values())
    table(
        f"history with one thread by module, of {total:.1f} s (profiled: somewhat slower than it is)",
        ("module", "s", "%"),
        [(name, s, 100 * s / total) for name, s in sorted(modules.items(), key=lambda x: -x[1])[:LINES]],
    )
    table(
        "by function", ("function", "s", "%"),
        [(f"{m}: {f}", s, 100 * s / total) for (m, f), s in sorted(own.items(), key=lambda x: -x[1])[:LINES]],
    )  # fmt: skip


def _module(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT))
    return "built in" if file == "~" else path.parent.name + "/" + path.name
