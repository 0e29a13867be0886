"""The folder of a run."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from sim.parameters import BadInput, Parameters, Problem

NEW = "Name a new folder, or leave run.folder out for one in results/runs/."


def choose(parameters: Parameters) -> Path:
    """Return the folder of a run, which is not there yet or is empty; it is not made."""
    asked = parameters.run.folder
    path = _free(parameters.scenario.name) if asked is None else Path(asked).expanduser()
    said = str(path) if asked is None else asked
    try:
        if path.exists() and not path.is_dir():
            raise BadInput([Problem("run.folder", said, "is a file", NEW)])
        if path.is_dir() and any(path.iterdir()):
            raise BadInput([Problem("run.folder", said, "is not empty", NEW)])
        there = next(above for above in (path, *path.absolute().parents) if above.exists())
        if not there.is_dir():
            raise BadInput([Problem("run.folder", said, f"cannot be made: {there} is a file", NEW)])
        with tempfile.TemporaryDirectory(prefix=".prakerja-", dir=there):  # permissions alone do not tell
            pass
    except OSError as error:  # no permission, a name too long
        raise BadInput([Problem("run.folder", said, f"cannot be used ({error.strerror})", NEW)]) from None
    return path


def _free(scenario: str) -> Path:
    now = datetime.now().strftime("%Y-%m-%d-%H%M%S")  # noqa: DTZ005  (the planner's own clock)
    first = Path("results/runs") / f"{scenario}-{now}"
    path, count = first, 1
    while path.exists():
        count += 1
        path = first.with_name(f"{first.name}-{count}")
    return path
