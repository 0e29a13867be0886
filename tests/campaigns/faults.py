"""Let the disk and the memory fail at every single step of a run: one message, nothing half-written, nothing left.

A run is made again and again, in one process; each time another of its steps on the disk fails, in another way: the
step alone, or it and all after it. Where disks of a given size can be had, real ones are filled; and every size that a
file may not exceed is tried, so that each file in turn is the one that cannot be written.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.campaigns.leaks import State, contents, leaked, state
from tests.campaigns.log import FOLDER, Log

ROOT = Path(__file__).resolve().parents[2]

WORDS = ("population.scale=1e-6", "clock.end=2020-08-01T00:00", "run.people=participants")

FINE = ("told", "whole", "cannot be had")
"""Outcomes of which nothing is wrong: a message, a whole run in spite of all, a disk that is not to be had here."""

HANGS = 60.0

KINDS: dict[str, Callable[[], BaseException]] = {
    "full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "quota": lambda: OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
    "read-only": lambda: OSError(errno.EROFS, os.strerror(errno.EROFS)),
    "denied": lambda: OSError(errno.EACCES, os.strerror(errno.EACCES)),
    "broken": lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    "too many files": lambda: OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
    "no memory": MemoryError,
    "interrupted": KeyboardInterrupt,
}
"""How a step may fail."""

GONE = ("taken away", "replaced by a file", "filled by another")
"""What somebody else may do to the folder at a step."""

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STEPS = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink")


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


def run(folder: Path) -> tuple[int | None, str]:
    """Run into `run` in a folder; return the exit code, none where there was a traceback, and what was said."""
    from sim.command.main import main as command

    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            code = command(["run", f"run.folder={folder / 'run'}", *WORDS])
            # So few people may never need what is compiled last, so that each run says that it compiles.
            return code, "".join(line for line in said.getvalue().splitlines(True) if " run compiles " not in line)
        except Exception:  # noqa: BLE001  (whatever it is, it is what the campaign looks for)
            return None, traceback.format_exc(limit=-8)


def judged(code: int | None, said: str, folder: Path, before: State | None, strike: Strike | None) -> tuple[str, str]:
    """Return what came of a run that failed."""
    whole = (folder / "run" / "manifest.json").exists()
    planted = strike.planted if strike is not None else ""
    left = [name for name in contents(folder) if "unfinished" in name and name != planted]
    theirs = strike is not None and (strike.theirs or bool(planted))
    if code is None or "Traceback" in said:
        return "traceback", said[-2_500:]
    if code not in (0, 2, 130):
        return "failed", f"exit code {code}: {said[-500:]}"
    if code == 130 and whole and not left:
        return "whole", ""  # interrupted when all was done: what stands there was renamed into its place
    if (code == 0) != whole:
        return "partial", f"exit code {code}, there are {contents(folder)[:9]}"
    if code != 0 and (folder / "run").exists() and not theirs:
        return "partial", f"exit code {code}, there are {contents(folder)[:9]}"
    lines = said.splitlines()
    told = [line for line in lines if not line.startswith(("Removed ", "Compiled code cannot be kept"))]
    if code == 130 and told != ["Interrupted. Nothing is half-written."] and not left:
        return "unclear", said[-500:]
    if code == 2 and not (len(told) == 1 or (len(told) == 2 and told[0] == "One thing to mend:")):
        return "unclear", said[-500:]
    if left and "is left behind" not in said and "is unfinished" not in said:
        return "leak", f"left {left}, but said {said[-300:]}"
    if left:
        again, then = run(folder)
        # Into a folder that is whole no other run may go, but it removes what was left beside it.
        if again != (2 if whole else 0) or [name for name in contents(folder) if "unfinished" in name]:
            return "leak", f"the next run: {again}, {then[-300:]}"
        shutil.rmtree(folder / "run")
    more = "" if before is None else leaked(before, state(folder)) if code != 0 and not theirs else ""
    if more:
        return "leak", more
    return ("whole" if code == 0 else "told"), ""


# Steps on the disk


class Strike:
    """Count the steps that a run takes on the disk, and let one fail, or it and all that follow."""

    def __init__(self, at: int | None, kind: str, lasting: bool) -> None:
        self.at, self.kind, self.lasting = at, kind, lasting
        self.steps = 0
        self.theirs = False
        self.planted = ""
        """A file that somebody else put where the run writes: nobody but them may remove it."""
        self.folder = Path()
        self.active = False

    def step(self) -> None:
        """Take a step, or fail."""
        self.steps += 1
        struck = self.at is not None and (self.steps == self.at or (self.lasting and self.steps > self.at))
        if not struck:
            return
        if self.kind in GONE:
            self._somebody_else()
        else:
            raise KINDS[self.kind]()

    def _somebody_else(self) -> None:
        self.active = False
        aside, path = self.folder / ".run.unfinished", self.folder / "run"
        if self.kind == "filled by another":
            path.mkdir(exist_ok=True)
            (path / "theirs").touch()
            self.theirs = True
        else:
            shutil.rmtree(aside, ignore_errors=True)
            if self.kind == "replaced by a file":
                aside.touch()
                self.planted = aside.name
        self.active = True


_striking: list[Strike] = []
"""What strikes now: a hook of Python's cannot be taken away."""


def _hook(event: str, given: tuple[Any, ...]) -> None:
    if not _striking or not _striking[-1].active:
        return
    if event == "open":
        path, _, flags = given
        if not (isinstance(flags, int) and flags & WRITES):
            return
    elif event in STEPS or event == "duckdb":
        path = given[0]
    else:
        return
    if isinstance(path, str | bytes | os.PathLike) and os.fspath(_striking[-1].folder) in os.fsdecode(path):
        _striking[-1].step()


@contextmanager
def _struck(folder: Path, at: int | None, kind: str, lasting: bool) -> Iterator[Strike]:
    """Let a step of what is done inside fail."""
    strike = Strike(at, kind, lasting)
    strike.folder = folder
    if _hook not in _hooked:
        sys.addaudithook(_hook)
        _hooked.append(_hook)
    _striking.append(strike)
    strike.active = True
    try:
        with _duckdb_in_steps():
            yield strike
    finally:
        strike.active = False
        _striking.pop()


_hooked: list[Any] = []


@contextmanager
def _duckdb_in_steps() -> Iterator[None]:
    """Let DuckDB's writing of a file be a step, which fails in words of its own as it does."""
    import duckdb

    from sim.results import write

    real = write.connection

    class Connection:
        def __init__(self) -> None:
            self._database = real()

        def execute(self, query: str) -> Any:
            target = query.rpartition(" TO '")[2].partition("'")[0]
            try:
                if target:
                    sys.audit("duckdb", target)
            except MemoryError as error:
                raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate") from error
            except OSError as error:
                reason = f'IO Error: Could not write file "{target}": {error.strerror}'
                raise duckdb.IOException(reason) from error
            return self._database.execute(query)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._database, name)

    write.connection = Connection  # type: ignore[assignment]
    try:
        yield
    finally:
        write.connection = real


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
        yield Fault(f"no file larger than {size}", lambda folder, size=size: _limited(folder, size), alone=False)
    for size in range(16, room + 64, 16):
        yield Fault(f"a disk of {size} kB", lambda folder, size=size: _small_disk(folder, size), alone=False)


def _step(at: int, kind: str, lasting: bool) -> Fault:
    after = " and all after it" if lasting else ""
    return Fault(f"step {at}{after}: {kind}", lambda folder: _struck(folder, at, kind, lasting))


def _measured(home: Path) -> tuple[int, list[int], int]:
    """Return the steps of a run on the disk, sizes at which another file is too large, and its room in kB."""
    folder = Path(tempfile.mkdtemp(dir=home))
    run(folder)  # what compiles, and is loaded once
    shutil.rmtree(folder / "run")
    with _struck(folder, None, "", False) as strike:
        code, said = run(folder)
    assert code == 0, said
    files = [path for path in (folder / "run").rglob("*") if path.is_file()]
    sizes = sorted({size for path in files for size in (path.stat().st_size - 1, path.stat().st_size // 2)})
    room = sum(path.stat().st_size // 1024 + 4 for path in files)
    shutil.rmtree(folder)
    return strike.steps, [0, 1, *(size for size in sizes if size > 1)], room


# In processes of their own


def _limited(folder: Path, size: int) -> tuple[str, str]:
    """Run where no file may be larger than a size."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    words = [sys.executable, "-m", "sim", "run", f"run.folder={folder / 'run'}", *WORDS]
    return _alone(words, folder, limit)


def _small_disk(folder: Path, size: int) -> tuple[str, str]:
    """Run on a disk of a size, where one can be had."""
    disk = folder / "disk"
    disk.mkdir()
    words = [sys.executable, "-m", "sim", "run", f"run.folder={disk / 'run'}", *WORDS]
    script = (
        f'mount -t tmpfs -o size={size}k none "$0" 2>/dev/null || exit 77; "$@"; code=$?; '
        'test $code = 0 || test -z "$(ls -A "$0")" || { echo "left: $(ls -A "$0")" >&2; code=78; }; exit $code'
    )
    options = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    return _alone(["unshare", *options, "sh", "-c", script, str(disk), *words], folder, None, whole=None)


def _alone(
    words: list[str], folder: Path, before: Callable[[], None] | None, whole: bool | None = True
) -> tuple[str, str]:
    changes = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            words, cwd=folder, env={**os.environ, **changes}, capture_output=True, text=True, check=False,
            timeout=HANGS, preexec_fn=before, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "hang", " ".join(words)
    except FileNotFoundError:  # no unshare here
        return "cannot be had", ""
    if done.returncode == 77:
        return "cannot be had", ""
    if done.returncode == 78:
        return "leak", done.stderr[-500:]
    if whole is None:  # the disk is gone with the process
        if "Traceback" in done.stderr or done.returncode not in (0, 2):
            return "traceback", done.stderr[-2_500:]
        return ("whole" if done.returncode == 0 else "told"), ""
    return judged(done.returncode, done.stderr, folder, None, None)


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
