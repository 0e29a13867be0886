"""A trial of the fuzzing in this process: composed, checked and, some of the time, simulated with a few people."""

from __future__ import annotations

import contextlib
import copy
import faulthandler
import io
import os
import random
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.campaigns.hostile import UNSEEN, Config
from tests.campaigns.leaks import contents, leaked, state
from tests.campaigns.messages import unclear
from tests.campaigns.trials import FINE, GIVEN, PEOPLE, SLOW, Trial

SIMULATED_EVERY = 11
"""Of so many that are accepted one is also simulated."""


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
    """Return what comes of a trial; one that takes too long is ended as a hang, and no error is let through."""

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
    """Compose a trial and return what came of it; its files are removed at the end."""
    composed: list[Config] = []
    code, said = _told(lambda: composed.append(_composed(each, folder)))
    try:
        return _came_of(each, code, said, composed, folder)
    finally:
        for name in GIVEN:
            (folder / name).unlink(missing_ok=True)


def _came_of(each: Trial, code: int, said: str, composed: list[Config], folder: Path) -> tuple[str, str]:
    """Return the outcome of what was composed, or refused in some words."""
    why = unclear(said) if code == 2 else ""
    if why:
        return "unclear", f"{why}: {said[:500]!r}"
    if code == 2:
        return "refused", ""
    if code != 0:
        return "traceback", f"exit code {code}: {said[:500]}"
    if random.Random(each.number).randrange(SIMULATED_EVERY):  # noqa: S311
        return "accepted", ""
    return _simulated(composed[0], folder)


def _composed(each: Trial, folder: Path) -> Config:
    """Return the config of a trial, checked; BadInput says what is wrong with it."""
    from sim.command.composed import config_lines
    from sim.composition.compose import composition
    from sim.composition.understood import remarks
    from sim.parameters import validate

    if each.config is not None:
        validate(each.config)
        return each.config
    words = each.words_in(folder)
    if each.file is not None and each.number % 2:
        _refused_or_composed([f"config={folder / 'mine.yaml'}"])  # a stranger's file in place of a whole config
    found = composition(words)
    remarks(found)
    config_lines(found)
    _composes_to_itself(found.config, folder / "again.yaml")
    return found.config


def _refused_or_composed(words: list[str]) -> None:
    """Compose words, which may be refused; any other error is let through."""
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


def _told(does: Callable[[], object]) -> tuple[int, str]:
    """Return the exit code that the command would have, and what it would say."""
    from sim.command.edge import guarded

    said = io.StringIO()

    def command() -> int:
        does()
        return 0

    with contextlib.redirect_stderr(said):
        return guarded(command), said.getvalue()


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
