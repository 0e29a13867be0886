"""Twelve small changes of rules, made by hand in a copy: each fails the check, with the figure that it should, or none.

Beside each stands what a planner would look at: a figure that has to be among those that moved, or NOTHING where the
change is one of a microsecond that no figure shows. The baselines of the copy are those that ship, or recorded there
first, where another size is asked for.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.campaigns.log import FOLDER, Log
from tests.campaigns.mutants import ROOT

NOTHING = None
COPIED = ("sim", "configs", "scenarios", "results/baselines")
FAILED = 1
NO_REPORT = "no report"
"""What is written down of a check that was ended, or could not be made: it is tried again."""


class Mutation(NamedTuple):
    """A change by hand: the file, what stands there, what is put in its place, and the figure that shows it."""

    what: str
    file: str
    old: str
    new: str
    figure: str | None
    """A pattern of one that has to move."""
    scenario: str = "history"
    """The baseline that is checked, unless others are asked for."""


MUTATIONS = (
    Mutation("Saturdays are working days", "calendar/working_days", "day.weekday() < 5", "day.weekday() < 6",
             r"wait\..*due_to_paid\.mean"),
    Mutation("holidays of the config are lost", "calendar/working_days", "day not in holidays and ", "",
             r"wait\..*due_to_paid\."),
    Mutation("one retry fewer", "rules/checks", "attempt + 1 < check", "attempt + 2 < check",
             r"(funnel|wait\.email_retry)\."),
    Mutation("an incentive a month after the last was paid, not due", "rules/next_incentive", "max(due + step, paid)",
             "paid + step", r"(funnel|money|wait)\."),
    Mutation("one more wave is lost before giving up", "rules/patience_in_waves", "lost < tolerated",
             "lost <= tolerated", r"(funnel|wait)\."),
    Mutation("a review at the instant of closing counts", "rules/forfeiture", "reviewed < closing",
             "reviewed <= closing", NOTHING),
    Mutation("a purchase at the instant of the deadline counts", "rules/deadline", "at < deadline", "at <= deadline",
             NOTHING),
    Mutation("a lag is a working day longer", "rules/lags", "until[day] + lag - 1", "until[day] + lag",
             r"wait\..*due_to_paid\.median"),
    Mutation("places of the revoked do not return", "programme/returned_places",
             "self._revoked += awards", "self._revoked += 0", r"(places|funnel)\.", "rate_800k"),
    Mutation("who passes the face check fails it", "rules/face_check", ", named)) < share", ", named)) > share",
             r"(funnel|wait|places)\."),
    Mutation("a survey is offered as the incentive is paid", "rules/surveys", "int(paid + step)", "int(paid)",
             r"(wait\.survey|station|funnel|money)"),
    Mutation("further courses are bought after closing only", "rules/forfeiture", "return at < closing",
             "return at > closing", r"market\.courses_sold"),
)  # fmt: skip


def main(words: list[str]) -> int:
    """Try every mutation, or those that were not tried; print what each moved; 1 where one is not as expected."""
    asked = _asked(words)
    log = Log(asked.log)
    copy = asked.log.parent / "baselines_tree"
    done_so_far = {name for name, line in log.outcomes().items() if not line["outcome"].startswith(NO_REPORT)}
    todo = [one for one in MUTATIONS if re.search(asked.only, one.what) and one.what not in done_so_far]
    if todo:
        _made(copy)
        if asked.record:
            scenarios = asked.scenarios or sorted({one.scenario for one in todo})
            done = _prakerja(copy, ["baseline", *scenarios, *asked.record, "--replace"])
            assert done.returncode == 0, done.stderr
    for one in todo:
        outcome, moved = _tried(one, copy, asked.scenarios or [one.scenario])
        log.add(one.what, outcome, moved=moved)
        print(f"{outcome}: {one.what}: {len(moved)} figures moved: {', '.join(moved[:4])}", flush=True)
    print("\n".join(f"{line['outcome']}: {name} ({len(line['moved'])})" for name, line in log.outcomes().items()))
    return int(any(line["outcome"] != "as expected" for line in log.outcomes().values()))


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns baseline_mutations", description=__doc__)
    parser.add_argument("--only", default="", help="only mutations whose title has this pattern in it")
    parser.add_argument("--scenarios", nargs="*", help="baselines that are checked (default: of each change its own)")
    parser.add_argument("--record", nargs="*", help="record them first, by these words: population.scale=0.001")
    parser.add_argument("--log", type=Path, default=FOLDER / "baseline_mutations.jsonl", help="what was done so far")
    return parser.parse_args(words)


def _made(copy: Path) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    for name in COPIED:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))


def _tried(one: Mutation, copy: Path, scenarios: Sequence[str]) -> tuple[str, list[str]]:
    """Check with a change made; return whether what moved is what should, and which figures moved."""
    file = copy / "sim" / f"{one.file}.py"
    source = file.read_text(encoding="utf-8")
    assert source.count(one.old) == 1, f"{one.file}: {one.old} stands there {source.count(one.old)} times"
    report = copy / "junit.xml"
    report.unlink(missing_ok=True)
    try:
        file.write_text(source.replace(one.old, one.new), encoding="utf-8")
        done = _prakerja(copy, ["check", *scenarios, "--junit", str(report)])
    finally:
        file.write_text(source, encoding="utf-8")
    if not report.exists():
        return f"{NO_REPORT}, exit code {done.returncode}: {done.stderr[-300:]}", []
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314
    moved = [f"{each.get('classname')}: {each.get('name')}" for each in cases if each.find("failure") is not None]
    if one.figure is NOTHING:
        return ("as expected" if not moved and done.returncode == 0 else "moved, and should not"), moved
    shows = any(re.match(one.figure, each.partition(": ")[2]) for each in moved)
    return ("as expected" if shows and done.returncode == FAILED else "not seen"), moved


def _prakerja(copy: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    own = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "NUMBA_CACHE_DIR": str(copy / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "sim", *words]
    return subprocess.run(command, cwd=copy, env=own, capture_output=True, text=True, check=False)
