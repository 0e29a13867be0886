"""Change the sources a little, fifty times, and see whether the default tests catch it.

Each mutant is made in a copy of the tree and run against the default tests, the most telling first, up to the first
failure. Machine code is kept from mutant to mutant, but for the changed module and all that import it. Tests that fail
without any change catch nothing: they are found first, left out and named. The report names who caught each mutant,
and the survivors.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests.campaigns.log import FOLDER, Log
from tests.campaigns.mutant_trees import Tree, digest
from tests.campaigns.mutants import ROOT, Mutant, draw

MUTANTS = 50

EQUIVALENT: dict[str, str] = {
    "engines/cohort/award_kernels:attend: 1 -> 0 [0]": "where nobody attends, the last end is 0: no run ends so early",
    "programme/demand:demand_curve: < -> <= [0]": "adds to a set of instants what is in it: the first point",
    "programme/demand:demand_curve: < -> <= [1]": "adds to a set of instants what is in it: the last point",
    "rules/lottery:take_smallest: + -> - [4]": "fills the list from its end; it is then sorted by number",
    "rules/joining:module: 64.0 -> 96.0 [0]": "any number above 36.7, the greatest draw, is certainty",
    "rules/people:module: or -> and [0]": "asks of two constants whether either is too small, and neither is",
}
"""Mutants that behave as the source does, by name, each with the reason; others are drawn in their places."""


def main(words: list[str]) -> int:
    """Run, or go on with, the campaign; print who caught which mutant and return 1 where one survived."""
    asked = _asked(words)
    mutants = list(draw(asked.mutants, asked.seed, set(EQUIVALENT)))
    mutants = [mutant for mutant in mutants if re.search(asked.only, mutant.name)]
    if asked.list:
        print("\n".join(f"{mutant.file}:{mutant.line} {mutant.name}" for mutant in mutants))
        return 0
    log = Log(asked.log)
    done = log.outcomes()
    todo = [mutant for mutant in mutants if mutant.name not in done]
    if todo:
        trees: Queue[Tree] = Queue()
        with ThreadPoolExecutor(asked.workers) as workers:
            for tree in workers.map(lambda k: Tree(asked.log.parent / f"tree{k}"), range(asked.workers)):
                trees.put(tree)
            failing = _failing(trees.queue[0], asked.log.parent / "failing.json", asked.workers)
            list(workers.map(lambda mutant: _try(mutant, trees, log, failing), todo))
    print(report(mutants, log))
    outcomes = log.outcomes()
    return int(any(outcomes[mutant.name]["outcome"] == "survived" for mutant in mutants if mutant.name in outcomes))


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns mutations", description=__doc__)
    parser.add_argument("--mutants", type=int, default=MUTANTS, help=f"how many are drawn (default: {MUTANTS})")
    parser.add_argument("--seed", type=int, default=9, help="another seed draws others (default: 9)")
    parser.add_argument("--only", default="", help="only mutants whose name has this pattern in it")
    parser.add_argument("--list", action="store_true", help="name the mutants and end")
    parser.add_argument("--workers", type=int, default=2, help="mutants at a time (default: 2)")
    parser.add_argument("--log", type=Path, default=FOLDER / "mutations.jsonl", help="what was done so far")
    return parser.parse_args(words)


def _failing(tree: Tree, known: Path, workers: int) -> list[str]:
    """Return the tests that fail without any change, found once for a state of the tree."""
    made_of = digest(ROOT)
    found = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    if found.get("digest") != made_of:
        found = {"digest": made_of, "tests": tree.failing(workers)}
        known.write_text(json.dumps(found), encoding="utf-8")
    tests = list(found["tests"])
    if tests:
        print(f"{len(tests)} tests fail without any change and are left out:", *tests, sep="\n  ", flush=True)
    return tests


def _try(mutant: Mutant, trees: Queue[Tree], log: Log, failing: list[str]) -> None:
    """Try a mutant in a copy that is free, and write down what came of it."""
    tree = trees.get()
    try:
        began = time.perf_counter()
        outcome, by = tree.run(mutant, failing)
        seconds = time.perf_counter() - began
        log.add(mutant.name, outcome, by=by, seconds=round(seconds, 1), line=f"{mutant.file}:{mutant.line}")
        print(f"{outcome} after {seconds:.0f} s: {mutant.name} ({by})", flush=True)
    finally:
        trees.put(tree)


# The report


def report(mutants: list[Mutant], log: Log) -> str:
    """Return how many mutants were caught, by which tests, and who survived."""
    outcomes = log.outcomes()
    tried = [mutant for mutant in mutants if mutant.name in outcomes]
    survivors = [mutant for mutant in tried if outcomes[mutant.name]["outcome"] == "survived"]
    lines = [f"{len(tried)} mutants of {len(mutants)}: {len(tried) - len(survivors)} caught, {len(survivors)} survived"]
    for mutant in tried:
        line = outcomes[mutant.name]
        lines.append(f"  {line['outcome']:8} {mutant.name}  by {line['by']}, {line['seconds']:.0f} s")
    lines += [f"  equivalent: {name}: {why}" for name, why in EQUIVALENT.items()]
    lines.append(f"  {sum(outcomes[mutant.name]['seconds'] for mutant in tried) / 60:.0f} minutes of tests")
    return "\n".join(lines)
