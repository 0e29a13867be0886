"""Hold both engines against each other on parameters drawn at random and at their limits.

Every set of parameters is run by both engines; each stamp, record and table must be the same, the audit of every day
and the promises recounted from people's stamps must hold, and nothing may fail otherwise or take longer than a minute.
Sets are drawn by seed, in batches of a process each: at limits, of programmes and of markets, in turn; a set that was
drawn before is not counted again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.campaigns.log import FOLDER, Log

ROOT = Path(__file__).resolve().parents[2]

SETS = 2_000
BATCH = 40
"""Sets that a process draws."""

SLOW = 60.0
"""Seconds that one set may take in both engines and the comparison; more counts as a hang."""

GIVES_UP = 300.0
"""Seconds without a word from a batch after which its process is ended."""

SOUND = "equal"

KINDS = ("limits", "programmes", "markets")
"""What the sets of a batch are drawn of: parameters at their limits, programmes at random, markets at random."""

Config = dict[str, Any]
Tell = Callable[[str, str, float, str, Config], None]
"""Is told of a set: its name, the outcome, the seconds, what went wrong, and the config."""


def main(words: list[str]) -> int:
    """Run, or go on with, the campaign; print the counts and return 1 where something was found."""
    asked = _asked(words)
    log = Log(asked.log)
    if asked.batch is not None:
        draw_batch(asked.batch, asked.seed, log)
        return 0
    batch = 0
    done = {line["batch"] for line in log.lines() if line["outcome"] == "batch done"}
    with ThreadPoolExecutor(asked.workers) as workers:
        while _sets(log) < asked.sets:
            some: list[int] = []
            while len(some) < asked.workers:
                if batch not in done:
                    some.append(batch)
                batch += 1
            list(workers.map(lambda number: _in_a_process(number, asked, log), some))
            print(_summary(log), flush=True)
    print(report(log))
    return 0 if _wrong(log) == 0 else 1


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns engines", description=__doc__)
    parser.add_argument("--sets", type=int, default=SETS, help=f"different sets of parameters (default: {SETS:,})")
    parser.add_argument("--seed", type=int, default=9, help="another seed draws other sets (default: 9)")
    parser.add_argument("--workers", type=int, default=2, help="batches at a time (default: 2)")
    parser.add_argument("--log", type=Path, default=FOLDER / "engines.jsonl", help="what was done so far")
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(words)


# A batch


def draw_batch(batch: int, seed: int, log: Log) -> None:
    """Draw the sets of a batch, hold the engines against each other on each, and write down what came of it."""

    def tell(name: str, outcome: str, seconds: float, what: str, config: Config) -> None:
        log.add(name, outcome, seconds=round(seconds, 2), what=what, batch=batch)
        if outcome != SOUND:
            file = log.file.parent / "engines_found" / f"{name}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(_with_its_market(config, file), indent=1), encoding="utf-8")
        print(f"{name} {outcome}", flush=True)

    known = set(log.outcomes())
    draw_sets(KINDS[batch % len(KINDS)], number=BATCH, seed=seed * 1_000_003 + batch, known=known, tell=tell)
    log.add(f"batch {batch}", "batch done", batch=batch)


def draw_sets(kind: str, *, number: int, seed: int, known: set[str], tell: Tell) -> None:
    """Draw sets of parameters of a kind that are not known yet, and try each."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    from tests.building import parameters_config
    from tests.engine.extremes import extremes
    from tests.equality.awkward_programmes import awkward, usual
    from tests.equality.random_markets import markets

    drawn: st.SearchStrategy[Config] = {
        "limits": extremes,
        "programmes": lambda: (usual() | awkward("stations", "waves", "participation")).map(parameters_config),
        "markets": lambda: markets().map(parameters_config),
    }[kind]()

    @seeded(seed)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(config=drawn)
    def each(config: Config) -> None:
        name = _name_of(config)
        if name not in known:
            known.add(name)
            tell(name, *tried(config), config)

    each()


def _name_of(config: Config) -> str:
    """Return what a set is known by: the same whatever folder its market file lies in."""
    market = config.get("market")
    if market and market["file"]:
        config = {**config, "market": {**market, "file": Path(market["file"]).name}}
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:16]


def _with_its_market(config: Config, beside: Path) -> Config:
    """Return a config that is to be kept, with a copy of its market file beside it."""
    market = config.get("market")
    if not market or not market["file"]:
        return config
    kept = shutil.copy(market["file"], beside.with_suffix(".csv"))
    return {**config, "market": {**market, "file": str(kept)}}


def tried(config: Config) -> tuple[str, float, str]:
    """Run a config in both engines; return the outcome, the seconds, and what went wrong."""
    began = time.perf_counter()
    outcome, what = SOUND, ""
    try:
        hold(config)
    except AssertionError:
        outcome, what = "different", traceback.format_exc(limit=-3)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what the campaign looks for)
        outcome, what = type(error).__name__, traceback.format_exc(limit=-6)
    seconds = time.perf_counter() - began
    if outcome == SOUND and seconds > SLOW:
        outcome, what = "hang", f"{seconds:.0f} s"
    return outcome, seconds, what


def hold(config: Config) -> None:
    """Assert that both engines say the same of a config, and that its promises hold."""
    from sim.parameters import validate
    from sim.programme.compiling import compile_programme
    from tests.engine.promises import hold as hold_promises
    from tests.equality.same import assert_same, run_both

    journal, result = run_both(compile_programme(validate(config)))
    assert_same(journal, result)
    hold_promises(journal)


def _in_a_process(batch: int, asked: argparse.Namespace, log: Log) -> None:
    """Draw a batch in a process of its own; one that says nothing for long is ended, and told as a hang."""
    words = [sys.executable, "-m", "tests.campaigns", "engines", "--batch", str(batch)]
    words += ["--seed", str(asked.seed), "--log", str(log.file)]
    before = log.file.stat().st_mtime if log.file.exists() else time.time()
    ended_here = False
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            time.sleep(0.5)
            last = max(before, log.file.stat().st_mtime if log.file.exists() else before)
            if time.time() - last > GIVES_UP:
                process.kill()
                ended_here = True
                log.add(f"hang of batch {batch}", "hang", batch=batch, what="no word for minutes")
        if process.returncode != 0 and not ended_here:
            log.add(f"end of batch {batch}", "crash", batch=batch, what=f"exit code {process.returncode}")
        if process.returncode != 0:  # do not try the same batch for ever
            log.add(f"batch {batch}", "batch done", batch=batch)


# Counts


def _sets(log: Log) -> int:
    return sum(count for outcome, count in log.counts().items() if outcome not in ("batch done", "crash"))


def _wrong(log: Log) -> int:
    return sum(count for outcome, count in log.counts().items() if outcome not in ("batch done", SOUND))


def _summary(log: Log) -> str:
    counts = {outcome: count for outcome, count in sorted(log.counts().items()) if outcome != "batch done"}
    return f"{_sets(log):,} sets: " + ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())


def report(log: Log) -> str:
    """Return the counts, and what was found of each set that was not sound."""
    lines = [_summary(log)]
    for name, line in log.outcomes().items():
        if line["outcome"] not in (SOUND, "batch done"):
            last = line["what"].strip().splitlines()[-1:] or [""]
            lines.append(f"  {name}: {line['outcome']}: {last[0]}")
    seconds = [line["seconds"] for line in log.outcomes().values() if "seconds" in line]
    if seconds:
        lines.append(f"  {sum(seconds):,.0f} s in all, the slowest set {max(seconds):.0f} s")
    return "\n".join(lines)
