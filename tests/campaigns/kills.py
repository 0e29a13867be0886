"""Kill runs at random moments of every phase, and run into the same folder again: what is there is whole, or nothing.

A phase is known by what stands in the folder that a run writes; a kill comes some random time after its beginning. It
counts only if it hit a live run. Most are SIGKILL, which nothing can be done about; the others ask the run to end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.leaks import contents
from tests.campaigns.log import FOLDER, Log

ROOT = Path(__file__).resolve().parents[2]

KILLS = 200

HANGS = 60.0
"""Seconds that a run which does not compile may take, on a machine that does nothing else."""

COMPILES = 300.0
"""Seconds that a run may take which compiles."""

COLD_EVERY = 25
"""Of so many kills one is of a run that compiles, and damages its cache."""

WORDS = ("population.scale=2e-5", "run.people=participants")

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)

FINE = ("whole again", "was whole already")

RESULTS = ("kpis.json", "config.yaml", "tables/daily.csv", "tables/waves.csv", "tables/payments.csv", "people.parquet")
"""Files that are the same, byte for byte, whenever the run is whole."""


@dataclass(frozen=True)
class Phase:
    """Name a phase of a run, what tells that it has begun, and the seconds that it takes at the most."""

    name: str
    begun: Callable[[Path], bool]
    seconds: float


def _has(*names: str) -> Callable[[Path], bool]:
    return lambda folder: any((folder / ".run.unfinished" / name).exists() for name in names)


PHASES = (
    Phase("starting", lambda folder: True, 1.0),
    Phase("reading", lambda folder: True, 2.0),
    Phase("taken", lambda folder: (folder / ".run.unfinished.lock").exists(), 0.1),
    Phase("simulating", lambda folder: (folder / ".run.unfinished").exists(), 3.0),
    Phase("tables", _has("tables"), 0.4),
    Phase("rows of people", _has("people.parts", "people.parquet"), 0.6),
    Phase("figures", _has("figures"), 1.5),
    Phase("at the end", _has("manifest.json"), 0.02),
)


def main(words: list[str]) -> int:
    """Run, or go on with, the campaign; print the counts and return 1 where something was found."""
    asked = _asked(words)
    log = Log(asked.log)
    began, number = time.time(), 0
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        wanted = _reference(Path(name))
        while hit(log) < asked.kills and number < 4 * asked.kills:
            if str(number) not in log.outcomes():
                log.add(str(number), **_killed(number, asked.seed, Path(name), wanted))
            number += 1
            if number % 20 == 0:
                print(report(log), flush=True)
    print(report(log))
    print(f"  {time.time() - began:,.0f} s")
    return 0 if not wrong(log) else 1


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"kills that hit a live run (default: {KILLS})")
    parser.add_argument("--seed", type=int, default=9, help="another seed draws other moments (default: 9)")
    parser.add_argument("--log", type=Path, default=FOLDER / "kills.jsonl", help="what was done so far")
    return parser.parse_args(words)


# One kill


def _command(folder: Path, cache: Path | None) -> subprocess.Popen[str]:
    """Start a run into `run`, in a group of processes of its own."""
    changes = {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "tmp")}
    if cache is not None:
        changes["XDG_CACHE_HOME"] = str(cache)
    (folder / "tmp").mkdir(exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"} | changes
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "run", "run.folder=run", *WORDS],
        cwd=folder, env=environment, text=True, start_new_session=True, errors="backslashreplace",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def _reference(home: Path) -> dict[str, bytes]:
    """Return what the files of a whole run are."""
    folder = home / "reference"
    folder.mkdir()
    process = _command(folder, None)
    said = process.communicate(timeout=COMPILES)[1]
    assert process.returncode == 0, said
    return {name: (folder / "run" / name).read_bytes() for name in RESULTS} | {
        "all": "\n".join(contents(folder / "run")).encode()
    }


def _killed(number: int, seed: int, home: Path, wanted: dict[str, bytes]) -> dict[str, str]:
    """Kill a run at a moment that is drawn by number, run again, and return what came of it."""
    chance = random.Random(f"{seed}-{number}")  # noqa: S311
    phase, ends = PHASES[number % len(PHASES)], chance.choice(SIGNALS)
    folder = home / str(number)
    folder.mkdir()
    cache = home / "cache" if number % COLD_EVERY == COLD_EVERY - 1 else None
    process = _command(folder, cache)
    try:
        hit = _kill(process, phase, ends, folder, chance.random())
        said = process.communicate(timeout=HANGS)[1]
        found = _after(process, ends, hit, said, folder, wanted)
        outcome, what = found or _again(folder, cache, wanted)
    except subprocess.TimeoutExpired:
        outcome, what = "hang", f"after {phase.name}, {ends.name}"
    finally:
        alive = _end_group(process)
    if alive and outcome in FINE:
        outcome, what = "leak", "a process went on"
    shutil.rmtree(folder)
    return {"outcome": outcome, "what": what, "phase": phase.name, "signal": ends.name, "hit": "yes" if hit else ""}


def _kill(process: subprocess.Popen[str], phase: Phase, ends: signal.Signals, folder: Path, share: float) -> bool:
    """Wait for a phase, and for a share of it; return whether the run was still alive when it was killed."""
    deadline = time.monotonic() + COMPILES
    while process.poll() is None and not phase.begun(folder) and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(share * phase.seconds)
    if process.poll() is not None:
        return False
    os.kill(process.pid, ends)
    return True


def _after(
    process: subprocess.Popen[str], ends: signal.Signals, hit: bool, said: str, folder: Path, wanted: dict[str, bytes]
) -> tuple[str, str] | None:
    """Return what is wrong after a kill; nothing if all is well."""
    code = process.returncode
    if "Traceback" in said and _is_ours(said):
        return "traceback", said[-2_000:]
    if not hit and code != 0:
        return "failed", f"exit code {code} without a kill: {said[-500:]}"
    asked_to_end = hit and ends is not signal.SIGKILL
    if (
        asked_to_end
        and code not in (0, 130, 143, -signal.SIGTERM, -signal.SIGINT)
        and not (
            code == 1 and "KeyboardInterrupt" in said  # while Python itself starts or ends
        )
    ):
        return "failed", f"exit code {code} after {ends.name}: {said[-500:]}"
    left = [name for name in contents(folder) if name.startswith(".run")]
    if asked_to_end and left:
        return "leak", f"{ends.name}, exit code {code}, left {left}"
    if (folder / "run").exists():
        return _not_whole(folder, wanted)
    return None


def _is_ours(said: str) -> bool:
    """Return whether a traceback leads through the command; what ends Python while it starts is none of it."""
    return "in guarded" in said or "in command" in said


def _not_whole(folder: Path, wanted: dict[str, bytes]) -> tuple[str, str] | None:
    run = folder / "run"
    there = "\n".join(contents(run))
    if there.encode() != wanted["all"]:
        return "partial", f"there are {there}"
    json.loads((run / "manifest.json").read_text())
    differ = [name for name in RESULTS if (run / name).read_bytes() != wanted[name]]
    return ("partial", f"{differ} differ") if differ else None


def _again(folder: Path, cache: Path | None, wanted: dict[str, bytes]) -> tuple[str, str]:
    """Run into the folder of a killed run, and return what came of it."""
    was_whole, unfinished = (folder / "run").exists(), (folder / ".run.unfinished").exists()
    process = _command(folder, cache)
    try:
        said = process.communicate(timeout=COMPILES if cache else HANGS)[1]
    finally:
        alive = _end_group(process)
    if alive:
        return "leak", "a process went on"
    if "Traceback" in said:
        return "traceback", said[-2_000:]
    if was_whole:
        fine = process.returncode == 2 and "is not empty" in said
        return ("was whole already", "") if fine else ("failed", said[-500:])
    if process.returncode != 0:
        return "failed", f"exit code {process.returncode}: {said[-500:]}"
    if unfinished != ("left behind by a run that was killed" in said):
        return "failed", f"unfinished: {unfinished}, but said {said[-500:]}"
    left = set(contents(folder)) - {"run", "tmp"}  # what is in tmp counts
    left = {name for name in left if not name.startswith("run/")}
    if left:
        return "leak", str(sorted(left))
    return _not_whole(folder, wanted) or ("whole again", "")


def _end_group(process: subprocess.Popen[str]) -> bool:
    """End what still runs of a group of processes, and return whether something did."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


# Counts


def hit(log: Log) -> int:
    """Return how many kills hit a live run."""
    return sum(bool(line["hit"]) for line in log.outcomes().values())


def wrong(log: Log) -> int:
    """Return how many found something."""
    return sum(line["outcome"] not in FINE for line in log.outcomes().values())


def report(log: Log) -> str:
    """Return the counts, and what was found."""
    found = log.outcomes()
    counts = Counter(line["outcome"] for line in found.values())
    phases = Counter(line["phase"] for line in found.values() if line["hit"])
    lines = [
        f"{hit(log):,} kills of a live run: " + ", ".join(f"{n:,} {what}" for what, n in sorted(counts.items())),
        "  " + ", ".join(f"{phases[phase.name]} {phase.name}" for phase in PHASES),
    ]
    lines += [
        f"  {name}, {line['signal']}, {line['phase']}: {line['outcome']}: {str(line['what'])[-300:]}"
        for name, line in found.items()
        if line["outcome"] not in FINE
    ]
    return "\n".join(lines)
