"""A run that is made to fail, and what came of it: a message, a whole run, or something wrong."""

from __future__ import annotations

import contextlib
import io
import shutil
import traceback
from pathlib import Path

from tests.campaigns.disk_steps import Strike
from tests.campaigns.leaks import State, contents, leaked, state

WORDS = ("population.scale=1e-6", "clock.end=2020-08-01T00:00", "run.people=participants")
"""The words of the run: few people, and an end within months."""


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
