"""Copies of the tree in which mutants are made and tested, each with machine code of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from sim.rules.compiling import sources_hash
from tests.campaigns.machine_code import forget, importing
from tests.campaigns.mutants import IMPORTS, ROOT, Mutant
from tests.campaigns.tests_in_order import ordered

CRASHES = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGFPE, -signal.SIGBUS, -signal.SIGILL)
"""How a process ends that compiled code has broken; any other end without a failed test tried nothing."""

SECONDS = 1_500.0
"""After which the tests of a mutant are ended: it hangs, which is caught as well."""

COPIED = ("sim", "tests", "configs", "scenarios", "results/readme", "results/baselines", "README.md",
          "pyproject.toml", "constraints.txt", ".ci", ".github", ".gitignore")  # fmt: skip
"""What a copy holds of the tree."""

WARM = (
    "tests/rules",
    "tests/stations",
    "tests/equality/test_markets.py::test_hostile_markets",
    "tests/equality/test_engines.py::test_programmes_known_to_be_hard",
    "tests/equality/test_new_stations.py::test_all_further_stations_at_once",
    "tests/equality/test_new_stations.py::test_a_bank_of_any_kind",
)
"""What compiles nearly everything."""


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
        done = self._pytest(["-n", str(workers), *ordered(self.root, "sim/engines/")], self.warm)
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
            return self._tests([*left_out, *ordered(self.root, mutant.file)], self.cache)
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
        """Run pytest in the copy, with the machine code of a folder."""
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
