"""Try command lines, files, configs and markets drawn by seed: what is no good is refused in words, and at once.

Nothing may end in a traceback, take longer than a minute, or leave anything behind. Of what is accepted some hundreds
are simulated with a few people, and some hundreds of all are tried as commands in processes of their own.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.campaigns.log import FOLDER, Log
from tests.campaigns.trials import FINE, trial
from tests.campaigns.tried_as_command import as_command
from tests.campaigns.tried_here import tried_alone, warm

ROOT = Path(__file__).resolve().parents[2]

TRIALS = 20_000

COMMAND_EVERY = 40
"""Of so many trials one is also tried as a command."""

MOST_STARTS = 100
"""How often a share that crashes is started again."""


def main(words: list[str]) -> int:
    """Run, or go on with, the campaign; print the counts and return 1 where something was found."""
    asked = _asked(words)
    log = Log(asked.log)
    if asked.share is not None:
        _try_share(asked, log)
        return 0
    began = time.time()
    left = set(range(asked.workers))
    for _ in range(MOST_STARTS):
        shares = {share: _started(asked, share) for share in left}
        # One that crashed has noted on what: it goes on behind it.
        left = {share for share, process in shares.items() if process.wait()}
        if not left:
            break
    print(report(log))
    print(f"  {time.time() - began:,.0f} s")
    return 0 if not left and not wrong(log) else 1


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns fuzz", description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS, help=f"how many (default: {TRIALS:,})")
    parser.add_argument("--first", type=int, default=0, help="number of the first, where others were tried before")
    parser.add_argument("--seed", type=int, default=9, help="another seed draws other trials (default: 9)")
    parser.add_argument("--workers", type=int, default=2, help="processes that share the trials (default: 2)")
    parser.add_argument("--log", type=Path, default=FOLDER / "fuzz.jsonl", help="what was done so far")
    parser.add_argument("--share", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _started(asked: argparse.Namespace, share: int) -> subprocess.Popen[bytes]:
    """Start the process of a share, with a log of its own."""
    given = {"trials": asked.trials, "first": asked.first, "seed": asked.seed, "workers": asked.workers, "share": share}
    words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    command = [
        sys.executable,
        "-m",
        "tests.campaigns",
        "fuzz",
        "--log",
        str(_log_of(asked.log, share)),
        *words,
    ]
    return subprocess.Popen(command, cwd=ROOT)


def _log_of(log: Path, share: int) -> Path:
    return log.with_suffix(f".{share}{log.suffix}")


def _try_share(asked: argparse.Namespace, log: Log) -> None:
    """Try the share of a process, from where it was stopped; a trial that ended the process is told as a crash."""
    now = log.file.with_suffix(".now")
    warm()
    gc.freeze()  # what is loaded by now is not looked through again at every trial
    done = log.outcomes()
    if now.exists() and now.read_text() and now.read_text() not in done:
        log.add(now.read_text(), "crash", what="it ended the process, or stood still for minutes")
        done = log.outcomes()
    for number in range(asked.first + asked.share, asked.trials, asked.workers):
        if str(number) in done:
            continue
        now.write_text(str(number))
        outcome, seconds, what = tried_alone(trial(asked.seed, number))
        log.add(str(number), outcome, seconds=round(seconds, 3), what=what)
        if number % COMMAND_EVERY == 0 and outcome in FINE:
            outcome, seconds, what = as_command(trial(asked.seed, number))
            log.add(f"command {number}", outcome, seconds=round(seconds, 3), what=what)
    now.unlink(missing_ok=True)


# Counts


def _logs(log: Log) -> list[Log]:
    return [Log(file) for file in sorted(log.file.parent.glob(f"{log.file.stem}.*{log.file.suffix}"))]


def outcomes(log: Log) -> dict[str, dict[str, Any]]:
    """Return the outcome of each trial, of all shares."""
    return {name: line for each in _logs(log) for name, line in each.outcomes().items()}


def wrong(log: Log) -> int:
    """Return how many trials found something."""
    return sum(line["outcome"] not in FINE for line in outcomes(log).values())


def report(log: Log) -> str:
    """Return the counts, and what was found."""
    found = outcomes(log)
    commands = {name: line for name, line in found.items() if name.startswith("command ")}
    alone = {name: line for name, line in found.items() if name not in commands}
    lines = []
    for what, some in (("trials", alone), ("as commands", commands)):
        counts = Counter(line["outcome"] for line in some.values())
        lines.append(f"{len(some):,} {what}: " + ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(counts.items())))
    for name, line in found.items():
        if line["outcome"] not in FINE:
            lines.append(f"  {name}: {line['outcome']}: {(str(line['what']).strip().splitlines() or [''])[-1][:300]}")
    seconds = [line["seconds"] for line in found.values() if "seconds" in line]
    if seconds:
        lines.append(f"  {sum(seconds):,.0f} s in all, the slowest {max(seconds):.0f} s")
    return "\n".join(lines)
