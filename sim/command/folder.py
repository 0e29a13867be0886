"""The folder of a run, taken before anything is simulated."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sim.parameters import BadInput, Problem
from sim.parameters.named import Named
from sim.results.folder import FolderTakenError, Tell, left_behind, refuse_what_is_there, whole_folder

NEW = "Name a new folder, or leave run.folder out for one in results/runs/."
RUNS = Path("results/runs")

LONGEST_CHANGE = 48
"""Letters of a folder's name that tell what was changed; with the longest name of a scenario it fits a disk."""


@dataclass(frozen=True)
class Folder:
    """Say where the results of a run will be, and where they are written until they are whole."""

    path: Path
    unfinished: Path


@contextmanager
def taken(asked: str | None, called: str, tell: Tell) -> Iterator[Folder]:
    """Take the folder of a run, which is not there or is empty; until the end no other run can have it.

    Without one that was asked for, it is a new one in results/runs/ whose name begins with what the run is called.
    Raises BadInput if it cannot be had, at once or at the end.
    """
    try:
        with ExitStack() as stack:
            yield _by_the_clock(called, stack, tell) if asked is None else _taken(_path(asked), stack, tell)
    except FolderTakenError as error:
        raise _refused(asked, str(error)) from None


def refuse_what_cannot_be_had(asked: str | None) -> None:
    """Raise BadInput if a folder that is asked for is not empty or cannot be made; nothing is written."""
    if asked is None:
        return
    path = _path(asked)
    try:
        refuse_what_is_there(Path(os.path.realpath(path)))
        above = next(each for each in path.absolute().parents if each.exists())
    except FolderTakenError as error:
        raise _refused(asked, str(error)) from None
    except OSError as error:
        raise _refused(asked, f"cannot be used ({error.strerror})") from None
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise _refused(asked, f"cannot be made: {above} is no folder that you may write to")


def called(named: Named, worlds: int = 0) -> str:
    """Return what a run's folder is called: the scenario, the first that is changed of it, and in how many worlds."""
    return f"{_called(named)}{f'-in-{worlds}-worlds' if worlds else ''}"


def _called(named: Named) -> str:
    if not named.changed:
        return named.name
    first, more = named.changed[0].words, len(named.changed) - 1
    words = re.findall(r"[a-z0-9]+(?:\.[0-9]+)*", first.partition(" instead of ")[0].lower().replace(",", ""))
    told = "-".join(words)
    if len(told) > LONGEST_CHANGE:
        told = told[: LONGEST_CHANGE + 1].rpartition("-")[0] or told[:LONGEST_CHANGE]
    return f"{named.name}-{told}{f'-and-{more}-more' if more else ''}"


def _taken(path: Path, stack: ExitStack, tell: Tell) -> Folder:
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        raise _refused(str(path), "lies in a folder whose name is not UTF-8") from None
    except FileNotFoundError:
        raise _refused(str(path), "lies in a working folder that is no longer there") from None
    try:
        return Folder(path, stack.enter_context(whole_folder(path, tell)))
    except OSError as error:  # no permission, a name too long, a file among the folders above
        left = left_behind(error)
        also = "" if left is None else f" {left} is left behind: the next run beside it removes it."
        raise _refused(str(path), f"cannot be used ({error.strerror})", NEW + also) from None


def _by_the_clock(called: str, stack: ExitStack, tell: Tell) -> Folder:
    """Take the first folder that is free of those named by what the run is called and the time."""
    name = f"{called}-{datetime.now():%Y-%m-%d-%H%M%S}"  # noqa: DTZ005  (the planner's own clock)
    for each in chain([name], (f"{name}-{number}" for number in count(2))):
        if not (RUNS / each).exists():
            try:
                return _taken(RUNS / each, stack, tell)
            except FolderTakenError:  # another run has taken it in this moment
                continue
    raise AssertionError("numbers do not end")


def _path(asked: str) -> Path:
    try:
        return Path(asked).expanduser()
    except RuntimeError:  # ~ of somebody who is not there
        raise _refused(asked, "is in a home that is not there") from None


def _refused(asked: str | None, allowed: str, do: str = NEW) -> BadInput:
    return BadInput([Problem("run.folder", str(RUNS) if asked is None else asked, allowed, do)])
