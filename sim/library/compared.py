"""Scenarios side by side: what `prakerja compare` does, from Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.composition.words import quoted, word
from sim.library.question import Changes, words_of
from sim.library.whole import whole

if TYPE_CHECKING:
    from sim.composition.study import Request
    from sim.experiments.comparing.evaluate import Evaluated as Made
    from sim.experiments.comparing.plan import Plan
    from sim.results.comparison import Comparison
    from sim.results.table import Table


@dataclass(frozen=True)
class ToCompare:
    """A comparison that is in order, planned, and not made yet."""

    request: Request
    plan: Plan
    work: Path
    """The folder in which runs are kept: what is there is not simulated again."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what was understood of the numbers that were given."""
        return self.request.remarks

    @property
    def called(self) -> str:
        """Return what its folder is called."""
        names = [each.name for each in self.request.design.scenarios]
        return self.request.design.study or f"compare-{len(names)}-scenarios"

    def planned_again(self) -> Plan:
        """Return the plan by what is done now."""
        from sim.experiments.comparing.plan import plan_of

        options = self.request.options
        return plan_of(self.request.design, self.work, options.workers, options.scheduler is not None)

    def compare(self, tell: Callable[[str], None] = lambda so_far: None) -> SideBySide:
        """Make the runs and hold them side by side; nothing but the runs is written."""
        from sim.experiments.comparing.evaluate import evaluate

        made = evaluate(self.request.design, self.plan, self.work, self.request.options.scheduler, tell)
        return SideBySide(self, made)


@dataclass(frozen=True)
class SideBySide:
    """What a comparison gives."""

    asked: ToCompare
    made: Made

    @property
    def comparison(self) -> Comparison:
        """Return the scenarios and their runs."""
        return self.made.comparison

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Return the tables by name."""
        from sim.results.tables.comparing import tables_of

        return tables_of(self.comparison)

    @cached_property
    def answer(self) -> str:
        """Return the answer in full, as it stands in the folder."""
        from sim.report.comparing import answer

        return answer(self.comparison, self.tables)

    @property
    def screen(self) -> str:
        """Return the finding and one table, as they stand on the screen."""
        from sim.report.comparing import screen

        return screen(self.comparison, self.tables)

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write the folder that the command writes, whole or not at all; it must not be there, or be empty."""
        with whole(folder) as unfinished:
            self.write_into(unfinished)

    def write_into(self, folder: Path) -> None:
        """Write all results into a folder that is there and empty."""
        from sim.experiments.comparing.folder import write

        request = self.asked.request
        command = ["prakerja", "compare", *request.words]
        about = (self.comparison, self.tables, self.answer, command, folder)
        write(
            *about,
            made=request.made,
            plan=self.asked.plan,
            seconds=self.made.seconds,
            draws=request.draws,
            words=request.again,
            worlds=[None if each is None else (each.block(), each.text) for each in request.worlds],
        )


def asked_to_compare(words: Sequence[str], work: str | os.PathLike[str] | None = None) -> ToCompare:
    """Return the comparison that the words of a command line ask for; raise BadInput where it cannot be made.

    All scenarios are composed and in order in every world then, and nothing is simulated. `work` is the folder in which
    runs are kept.
    """
    from sim.composition.study import asked
    from sim.experiments.comparing.evaluate import WORK
    from sim.experiments.comparing.plan import plan_of

    request, folder = asked(words), WORK if work is None else Path(work)
    plan = plan_of(request.design, folder, request.options.workers, request.options.scheduler is not None)
    return ToCompare(request, plan, folder)


def compare(
    scenarios: str | Sequence[str] = (),
    changes: Changes = (),
    tell: Callable[[str], None] = lambda so_far: None,
    work: str | os.PathLike[str] | None = None,
    *,
    study: str | None = None,
) -> SideBySide:
    """Compare the scenarios of a study (its name, or the path of its file) or of a list, with some keys changed.

        compare(["rate_200k", "rate_800k"], {"replications": 4, "population.scale": 0.001}).answer
        compare(study="processing_rates").answer

    Runs are simulated in processes side by side: a script has to begin under `if __name__ == "__main__":`. Those that
    are done are kept in `work`, results/.runs unless it is said, and not made again.
    """
    words = [word(key, value) for key, value in changes.items()] if isinstance(changes, Mapping) else words_of(changes)
    studies = [each for each in (study, scenarios) if isinstance(each, str)]
    named = [f"study={each}" for each in studies]
    named += [] if isinstance(scenarios, str) else [f"scenario={quoted(each)}" for each in scenarios]
    return asked_to_compare([*named, *words], work).compare(tell)
