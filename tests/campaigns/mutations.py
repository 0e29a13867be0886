"""Change the sources a little, fifty times, and see whether the default tests catch it.

Each mutant is made in a copy of the tree and run against the default tests, the most telling first, up to the first
failure. Machine code is kept from mutant to mutant, but for the changed module and all that import it. Tests that fail
without any change catch nothing: they are found first, left out and named. The report names who caught each mutant,
and the survivors.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from sim.rules.compiling import imports_of, sources_hash
from tests.campaigns.log import FOLDER, Log
from tests.campaigns.mutants import IMPORTS, ROOT, Mutant, draw

MUTANTS = 50

CRASHES = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGFPE, -signal.SIGBUS, -signal.SIGILL)
"""How a process ends that compiled code has broken; any other end without a failed test tried nothing."""

SECONDS = 1_500.0
"""After which the tests of a mutant are ended: it hangs, which is caught as well."""

COPIED = ("sim", "tests", "configs", "scenarios", "results/readme", "results/baselines", "README.md",
          "pyproject.toml", "constraints.txt", ".ci", ".github", ".gitignore")  # fmt: skip

ORDER = {
    "rules": ("rules", "market", "programme", "stations", "equality", "limits", "journey", "engine", "theory", "peer"),
    "stations": (
        "stations",
        "market",
        "equality",
        "rules",
        "limits",
        "theory",
        "peer",
        "programme",
        "engine",
        "journey",
    ),
    "programme": (
        "programme",
        "market",
        "equality",
        "engine",
        "limits",
        "rules",
        "stations",
        "theory",
        "peer",
        "journey",
    ),
    "engines": (
        "equality",
        "market",
        "engine",
        "limits",
        "rules",
        "stations",
        "theory",
        "peer",
        "programme",
        "journey",
    ),
    "observers": (
        "engine",
        "equality",
        "market",
        "limits",
        "theory",
        "rules",
        "stations",
        "programme",
        "peer",
        "journey",
    ),
}
"""Folders of tests by the folder of the changed source, the most telling first; all other tests follow."""

WARM = (
    "tests/rules",
    "tests/stations",
    "tests/equality/test_markets.py::test_hostile_markets",
    "tests/equality/test_engines.py::test_programmes_known_to_be_hard",
    "tests/equality/test_new_stations.py::test_all_further_stations_at_once",
    "tests/equality/test_new_stations.py::test_a_bank_of_any_kind",
)
"""What compiles nearly everything."""

NOT_RUN = ("benchmarks", "campaigns")
"""Folders whose tests say nothing of a mutant's behaviour, or would run mutants themselves."""

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
    tree = trees.get()
    try:
        began = time.perf_counter()
        outcome, by = tree.run(mutant, failing)
        seconds = time.perf_counter() - began
        log.add(mutant.name, outcome, by=by, seconds=round(seconds, 1), line=f"{mutant.file}:{mutant.line}")
        print(f"{outcome} after {seconds:.0f} s: {mutant.name} ({by})", flush=True)
    finally:
        trees.put(tree)


# A copy of the tree


class Tree:
    """A copy of the tree with machine code of its own, in which one mutant after another is tried."""

    def __init__(self, folder: Path) -> None:
        self.root, self.warm, self.cache = folder / "tree", folder / "warm", folder / "cache"
        made_of, ready = digest(ROOT), folder / "ready"
        if ready.exists() and ready.read_text() == made_of == digest(self.root):
            return  # from a campaign that was stopped
        shutil.rmtree(folder, ignore_errors=True)
        for name in COPIED:
            source, copy = ROOT / name, self.root / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy2(source, copy)
        outcome, by = self._tests(WARM, self.warm)
        if outcome != "survived":
            raise SystemExit(f"Without any change {by} fails: what compiles nearly everything must pass.")
        ready.write_text(made_of)

    def failing(self, workers: int) -> list[str]:
        """Return the default tests that fail without any change."""
        done = self._pytest(["-n", str(workers), *_ordered(self.root, "sim/engines/")], self.warm)
        return sorted(set(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)))

    def run(self, mutant: Mutant, failing: Iterable[str] = ()) -> tuple[str, str]:
        """Return whether a mutant is caught or survives, and by which test."""
        file = self.root / mutant.file
        source, stat = file.read_bytes(), file.stat()
        shutil.rmtree(self.cache, ignore_errors=True)
        shutil.copytree(self.warm, self.cache)
        for module in importing(mutant.file, self.root):
            forget(module, self.cache)
        changed = mutant.applied(source)
        for old, new in (IMPORTS[mutant.where],) if mutant.where in IMPORTS else ():
            changed = changed.replace(old, new)
        try:
            file.write_bytes(changed)
            self._keep_the_rest()
            left_out = [f"--deselect={test}" for test in failing]
            return self._tests([*left_out, *_ordered(self.root, mutant.file)], self.cache)
        finally:
            file.write_bytes(source)
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def _keep_the_rest(self) -> None:
        """Let the changed sources find what was compiled of the others, which is under another hash."""
        for folder in self.cache.iterdir():
            folder.rename(self.cache / sources_hash(self.root / "sim"))

    def _pytest(
        self, words: Iterable[str], cache: Path, seconds: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(self.root), "NUMBA_CACHE_DIR": str(cache)}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
            cwd=self.root,
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def _tests(self, words: Iterable[str], cache: Path) -> tuple[str, str]:
        """Run tests up to the first failure; return what came of it, and by which test."""
        try:
            done = self._pytest(["-x", *words], cache, SECONDS)
        except subprocess.TimeoutExpired:
            return "caught", f"a hang: not over after {SECONDS:.0f} s"
        if done.returncode == 0:
            return "survived", "nobody"
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        if failed:
            return "caught", failed[1]
        return ("caught", "a crash") if done.returncode in CRASHES else ("not tried", f"exit code {done.returncode}")


def digest(root: Path) -> str:
    """Return a hash of all that is copied."""
    found = hashlib.sha256()
    for name in COPIED:
        path = root / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return found.hexdigest()


def _ordered(root: Path, source: str) -> list[str]:
    """Return the files of tests in the order in which they tell most of a source; its own come first."""
    folders = ORDER[source.split("/")[1]]
    own = f"test_{Path(source).stem}.py"
    files = [file.relative_to(root) for file in sorted((root / "tests").rglob("test_*.py"))]
    files = [file for file in files if file.parts[1] not in NOT_RUN]

    def place(file: Path) -> tuple[bool, int, str]:
        folder = file.parts[1]
        return file.name != own, folders.index(folder) if folder in folders else len(folders), file.as_posix()

    return [file.as_posix() for file in sorted(files, key=place)]


# Machine code


def importing(source: str, root: Path) -> set[str]:
    """Return the files that read a source, directly or not, and the source itself, as paths below the root."""
    readers: dict[str, set[str]] = {}
    for file in (root / "sim").rglob("*.py"):
        path = file.relative_to(root).as_posix()
        for module in imports_of(file.read_text(encoding="utf-8")):
            readers.setdefault(module.replace(".", "/") + ".py", set()).add(path)
    found, new = {source}, {source}
    while new:
        new = set().union(*(readers.get(each, set()) for each in new)) - found
        found |= new
    return found


def forget(source: str, cache: Path) -> None:
    """Remove the machine code of a source."""
    module = source.removeprefix("sim/").removesuffix(".py").replace("/", ".")
    for folder in cache.glob(f"*/{module}"):
        shutil.rmtree(folder)


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
