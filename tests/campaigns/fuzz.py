"""Try command lines, files, configs and markets drawn by seed: what is no good is refused in words, and at once.

Nothing may end in a traceback, take longer than a minute, or leave anything behind. Of what is accepted some hundreds
are simulated with a few people, and some hundreds of all are tried as commands in processes of their own.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import faulthandler
import gc
import io
import os
import random
import shutil
import signal
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

from tests.campaigns.hostile import UNSEEN, Config
from tests.campaigns.leaks import contents, leaked, state
from tests.campaigns.log import FOLDER, Log
from tests.campaigns.trials import Trial, trial

ROOT = Path(__file__).resolve().parents[2]

TRIALS = 20_000

COMMAND_EVERY = 40
"""Of so many trials one is also tried as a command."""

SIMULATED_EVERY = 11
"""Of so many that are accepted one is also simulated."""

SLOW = 60.0
"""Seconds that a trial may take; more is a hang."""

MOST_STARTS = 100
"""How often a share that crashes is started again."""

PEOPLE = 200
"""People of a simulation."""

GIVEN = ("mine.yaml", "courses.csv")
"""The files that words may name: a scenario's, and that of courses."""

FINE = ("refused", "accepted", "simulated", "done", "told")
"""Outcomes of which nothing is wrong: the last two are of commands."""


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


# One trial


def warm() -> None:
    """Load, compile and draw once, so that no trial counts as slow, or as leaving files open, for being the first."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        _simulated(copy.deepcopy(_composed(Trial(0, "words"), folder)), folder)


def tried_alone(each: Trial) -> tuple[str, float, str]:
    """Try something in a folder and an environment of its own; return the outcome, the seconds, and what was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    here, environment = Path.cwd(), dict(os.environ)
    began = time.perf_counter()
    try:
        os.chdir(folder)
        os.environ.update(UNSEEN=UNSEEN, HOME=str(folder), TMPDIR=str(folder))
        before = state(folder)
        faulthandler.dump_traceback_later(5 * SLOW, exit=True)  # where nothing else can end it
        outcome, what = _in_time(lambda: _tried(each, folder))
        faulthandler.cancel_dump_traceback_later()
        more = leaked(before, state(folder))
        if outcome in FINE and more:
            outcome, what = "leak", more
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(environment)
        shutil.rmtree(folder, ignore_errors=True)
    return outcome, time.perf_counter() - began, what


class _TooLongError(BaseException):
    """Interrupt a trial that takes too long."""


def _in_time(does: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    def end(number: int, frame: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, SLOW)
    try:
        return does()
    except _TooLongError:
        return "hang", traceback.format_exc(limit=-3)
    except Exception:  # noqa: BLE001  (whatever it is, it is what the campaign looks for)
        return "traceback", traceback.format_exc(limit=-6)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _tried(each: Trial, folder: Path) -> tuple[str, str]:
    composed: list[Config] = []
    code, said = _told(lambda: composed.append(_composed(each, folder)))
    try:
        return _came_of(each, code, said, composed, folder)
    finally:
        for name in GIVEN:
            (folder / name).unlink(missing_ok=True)


def _came_of(each: Trial, code: int, said: str, composed: list[Config], folder: Path) -> tuple[str, str]:
    """Return the outcome of what was composed, or refused in some words."""
    unclear = _unclear(said) if code == 2 else ""
    if unclear:
        return "unclear", f"{unclear}: {said[:500]!r}"
    if code == 2:
        return "refused", ""
    if code != 0:
        return "traceback", f"exit code {code}: {said[:500]}"
    if random.Random(each.number).randrange(SIMULATED_EVERY):  # noqa: S311
        return "accepted", ""
    return _simulated(composed[0], folder)


def _composed(each: Trial, folder: Path) -> Config:
    from sim.command.composed import config_lines
    from sim.composition.compose import composition
    from sim.composition.understood import remarks
    from sim.parameters import validate

    if each.config is not None:
        validate(each.config)
        return each.config
    words = _words(each, folder)
    if each.file is not None and each.number % 2:
        _refused_or_composed([f"config={folder / 'mine.yaml'}"])  # a stranger's file in place of a whole config
    found = composition(words)
    remarks(found)
    config_lines(found)
    _composes_to_itself(found.config, folder / "again.yaml")
    return found.config


def _refused_or_composed(words: list[str]) -> None:
    from sim.composition.compose import composition
    from sim.parameters import BadInput

    with contextlib.suppress(BadInput):
        composition(words)


def _composes_to_itself(config: Config, file: Path) -> None:
    """Hold what is composed against what is composed of it once it is written."""
    from sim.composition.compose import compose
    from sim.results.write import write_yaml

    write_yaml(config, file)
    again = compose([f"config={file}"])
    file.unlink()
    assert again == {**config, "run": {**config["run"], "folder": None}}, "a run cannot be made again"


def _words(each: Trial, folder: Path) -> list[str]:
    file, courses = (folder / name for name in GIVEN)
    if each.file is not None:
        file.write_bytes(each.file)
    if each.courses is not None:
        courses.write_bytes(each.courses)
    return [word.replace("=FILE", f"={file}").replace("=COURSES", f"={courses}") for word in each.words]


def _told(does: Callable[[], object]) -> tuple[int, str]:
    """Return the exit code that the command would have, and what it would say."""
    from sim.command.edge import guarded

    said = io.StringIO()

    def command() -> int:
        does()
        return 0

    with contextlib.redirect_stderr(said):
        return guarded(command), said.getvalue()


def _unclear(said: str) -> str:
    """Return what is wrong with a message; nothing if it is one."""
    lines = said.splitlines()
    if not lines or not lines[0].endswith((" thing to mend:", " things to mend:", "One thing to mend:")):
        return "is no message"
    if not all(line.isprintable() for line in lines):
        return "holds what hides"
    if UNSEEN in said:
        return "shows the environment"
    return "is a book" if len(said) > 150_000 or len(lines) > 60 else ""


def _simulated(config: Config, folder: Path) -> tuple[str, str]:
    """Simulate a config with a few people and for some months, write it and draw it, as the command does."""
    from sim.composition.compose import load
    from sim.experiments.run import evaluate, write
    from sim.parameters import BadInput, validate
    from sim.parameters.named import named

    small = tiny(config)
    try:
        parameters = validate(small)
    except BadInput:
        return "accepted", ""  # not so small
    out = folder / "out"
    out.mkdir()
    result, name = evaluate(parameters), named(parameters, load([])[0])
    write(result, small, name, [], out)
    if not result.answer(name) or not (out / "manifest.json").exists():
        return "partial", str(contents(out))
    shutil.rmtree(out)
    return "simulated", ""


def tiny(config: Config) -> Config:
    """Return a config with a few people and, where nothing else says so, an end within months."""
    from datetime import datetime, timedelta

    small = copy.deepcopy(config)
    small["population"]["scale"] = 1
    small["population"]["applicants"] = min(PEOPLE, int(small["population"]["applicants"]))
    start = datetime.fromisoformat(str(small["clock"]["start"]))
    end = small["clock"]["end"]
    soon = f"{start + timedelta(days=300):%Y-%m-%dT%H:%M}"
    small["clock"]["end"] = soon if end is None else min(str(end), soon)
    return small


# As a command


def as_command(each: Trial) -> tuple[str, float, str]:
    """Try something as a command in a process of its own; return the outcome, the seconds, and what was wrong."""
    if each.config is not None:
        from tests.campaigns.trials import _yaml

        changed = {key: value for key, value in each.config.items() if isinstance(key, str)}
        each = Trial(each.number, "file", ["scenario=FILE"], _yaml(changed).encode("utf-8", "surrogatepass"))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        words = [*_words(each, folder), f"population.scale={PEOPLE / 80_000_000}", "run.folder=out"]
        if any("\0" in word for word in words):  # no command can hold it
            words = [word.replace("\0", "") for word in words]
        outcome, what = _run(["run", *words], folder)
    return outcome, time.perf_counter() - began, what


def _run(words: list[str], folder: Path) -> tuple[str, str]:
    changes = {"UNSEEN": UNSEEN, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    with _group([sys.executable, "-m", "sim", *words], folder, changes) as process:
        try:
            _, said = process.communicate(timeout=SLOW)
        except subprocess.TimeoutExpired:
            return "hang", " ".join(words)[:2_000]
    text = said.decode("utf-8", "backslashreplace")
    left = set(contents(folder)) - {*GIVEN}
    if "Traceback" in text or process.returncode not in (0, 2):
        return "traceback", f"exit code {process.returncode}: {text[-2_000:]}"
    if process.returncode == 2:
        unclear = _unclear(text)
        return ("leak", str(left)) if left else ("unclear", f"{unclear}: {text[:500]!r}") if unclear else ("told", "")
    if {path.split("/")[0] for path in left} != {"out"} or "out/manifest.json" not in left:
        return "leak", str(sorted(path for path in left if not path.startswith("out/")))
    return "done", ""


@contextmanager
def _group(command: list[str], folder: Path, changes: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a group of processes of its own, all of which are ended at the end."""
    process = subprocess.Popen(
        [os.fsencode(word) if isinstance(word, str) else word for word in map(_encodable, command)],
        cwd=folder, env={**os.environ, **changes}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _encodable(word: str) -> str:
    """Return a word that can stand on a command line: half a character is one of its bytes."""
    return "".join(sign if not "\ud800" <= sign <= "\udfff" else "\udcff" for sign in word)


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
