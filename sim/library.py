"""The planner from Python: `load` parameters, `run` them, read the result. The command does the same."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.composition.asked import BASE
from sim.composition.compose import Composition, composition
from sim.composition.named import named_as
from sim.composition.understood import remarks
from sim.composition.words import quoted, word
from sim.parameters import BadInput, Parameters, Problem
from sim.parameters.named import Named
from sim.parameters.outages import Outages, left_out
from sim.parameters.problems import NOTHING, shown
from sim.results.folder import FolderTakenError, whole_folder

if TYPE_CHECKING:
    from sim.composition.ensemble import Worlds
    from sim.composition.study import Request
    from sim.experiments.comparing.evaluate import Evaluated as Made
    from sim.experiments.comparing.plan import Plan
    from sim.experiments.drivers.drive import Found
    from sim.experiments.drivers.runs import Figures
    from sim.experiments.in_worlds import InWorlds
    from sim.experiments.run import Result as Evaluated
    from sim.results.comparison import Comparison
    from sim.results.figure import Figure
    from sim.results.frame import Frame
    from sim.results.table import Table

Changes = Mapping[str, Any] | Sequence[str]
"""What differs from a scenario: {"processing.rate": 1_600_000}, or the words of the command line."""


@dataclass(frozen=True)
class Question:
    """Parameters that are in order, and what they were composed from."""

    parameters: Parameters
    config: dict[str, Any]
    """The composed config, as plain values."""
    named: Named
    """How it is named: the scenario, and what differs from it and from the base."""
    words: tuple[str, ...]
    """The words that ask the same on the command line, after `prakerja run`."""
    outages: Outages = field(default_factory=dict)
    """The outages without which it is simulated again, where `run.without_outages` asks for it."""
    worlds: Worlds | None = None
    """The worlds that it is asked in; None: in the base alone."""
    remarks: tuple[str, ...] = ()
    """What was understood of the rates, caps and counts that were given, and what of them may not be meant."""


def load(scenario: str | os.PathLike[str] = BASE, changes: Changes = ()) -> Question:
    """Return the parameters of a scenario (its name, or the path of a file), with some keys changed.

    Raises BadInput, which tells all that is wrong at once.
    """
    if isinstance(changes, str):
        raise TypeError(f"changes must be a mapping of keys or a list of words, not the text {changes!r}")
    words = [word(key, value) for key, value in changes.items()] if isinstance(changes, Mapping) else _words(changes)
    named = [] if str(scenario) == BASE else [f"scenario={quoted(str(scenario))}"]
    return asked([*named, *words])


def _words(changes: Sequence[object]) -> list[str]:
    do = 'Write it as on the command line, such as "processing.rate=5".'
    wrong = [each for each in changes if not isinstance(each, str)]
    if wrong:
        raise BadInput(Problem(shown(each), NOTHING, "is no word of a command line", do) for each in wrong)
    return [each for each in changes if isinstance(each, str)]


def asked(words: Sequence[str]) -> Question:
    """Return the parameters that the words of a command line ask for; raise BadInput where they cannot be."""
    found = composition(words)
    return Question(
        parameters=found.parameters,
        config=found.config,
        named=named_as(found),
        words=tuple(words),
        outages=left_out(found.parameters, found.base.parameters) if found.parameters.run.without_outages else {},
        worlds=_worlds(found),
        remarks=tuple(remarks(found)),
    )


def _worlds(found: Composition) -> Worlds | None:
    if found.asked.worlds == 0 or (found.asked.worlds is None and found.asked.replayed is None):
        return None
    from sim.composition.ensemble import worlds_of  # loads what draws: only where worlds may be asked for

    return worlds_of(found)


def run(question: Question, tell: Callable[[str], None] = lambda so_far: None) -> Result:
    """Simulate a question and return the result; nothing is written.

    Where `run.without_outages` is true, the same is simulated again without the outages. Worlds are simulated in
    processes side by side: a script that asks for them has to begin under `if __name__ == "__main__":`.

    `tell` is told how far the run is, in words. Raises BadInput where the run does not fit into memory.
    """
    from sim.experiments.in_worlds import evaluate_in_worlds  # loads what simulates: only once something is
    from sim.experiments.run import evaluate

    if question.worlds is None:
        return Result(question, evaluate(question.parameters, tell, question.outages))
    many = evaluate_in_worlds(question.parameters, question.config, question.worlds.worlds, tell, question.outages)
    return Result(question, many.base, many)


@dataclass(frozen=True)
class Result:
    """What a run gives."""

    question: Question
    evaluated: Evaluated
    """The run of the base."""
    in_worlds: InWorlds | None = None
    """What the worlds give, where it was asked in some."""

    @property
    def kpis(self) -> dict[str, Figure]:
        """Return the key figures: name → value and unit."""
        return self.evaluated.figures

    @property
    def tables(self) -> dict[str, Table]:
        """Return the tables by name: `tables["daily"]["date"]` is an array, `.pandas()` and `.arrow()` are frames."""
        return self.evaluated.tables | ({} if self.in_worlds is None else self.in_worlds.tables)

    @cached_property
    def answer(self) -> str:
        """Return the answer as it stands on the screen."""
        if self.in_worlds is not None and self.question.worlds is not None:
            from sim.report.intervals import Told
            from sim.report.worlds import answer

            many, asked = self.in_worlds, self.question.worlds
            kept = asked.unmoved
            unmoved = (kept.held, kept.absent_blocks(), kept.unknown)
            about = (self.evaluated.tables, self.kpis, many.runs, many.intervals, asked.made, asked.members)
            return answer(Told(*about, *unmoved, many.seconds), self.question.named)
        return self.evaluated.answer(self.question.named)

    @cached_property
    def people(self) -> Frame:
        """Return the rows of people, those whom `run.people` names, by person's number (`person`).

        The cohort engine simulates again for them. Raises BadInput where `run.people` is none, or where they do not
        fit into memory: then `write` them, which takes a part at a time.
        """
        from sim.experiments.memory import refuse_rows_that_do_not_fit
        from sim.results.codebook import codebook
        from sim.results.frame import Frame, joined
        from sim.results.people import people_rows

        if self.question.parameters.run.people == "none":
            do = 'Load with {"run.people": "participants"}, or "all".'
            raise BadInput([Problem("run.people", "none", "says that nobody's row is wanted", do)])
        observations = self.evaluated.observations
        who = "awarded" if self.question.parameters.run.people == "participants" else "registered"
        refuse_rows_that_do_not_fit(self.question.parameters, observations.total(who))
        columns = joined(map(people_rows, self.evaluated.rows()))
        told = codebook(observations.programme)
        return Frame(columns, {name: column.meaning for name, column in told.items()})

    def draw(self, folder: str | os.PathLike[str]) -> None:
        """Draw the figures into a folder, each as SVG and PNG; it must not be there, or be empty.

        Raises FolderTakenError where it cannot be had.
        """
        from sim.report.figures import draw_figures
        from sim.results.write import write_tables

        with _whole_folder(folder) as unfinished, tempfile.TemporaryDirectory() as aside:
            write_tables(self.tables, Path(aside) / "tables")
            draw_figures(Path(aside) / "tables", unfinished, self.question.config, self.question.named)

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write the folder that the command writes, whole or not at all; it must not be there, or be empty.

        Raises FolderTakenError where it cannot be had.
        """
        with _whole_folder(folder) as unfinished:
            self.write_into(unfinished)

    def write_into(self, folder: Path) -> None:
        """Write all results into a folder that is there and empty."""
        from sim.experiments.run import write

        question = self.question
        beside = None
        if self.in_worlds is not None and question.worlds is not None:
            beside = self.in_worlds.beside(question.worlds.block(), question.worlds.text)
        command = ["prakerja", "run", *question.words]
        write(self.evaluated, question.config, question.named, command, folder, beside)


SCALE_OF_DRIVERS = 0.003
"""The people of a run of `drivers`, unless another scale is said: it makes hundreds of runs."""

POINTS = 256
"""The points of a design, unless another number is said."""


def of_drivers(words: Sequence[str]) -> list[str]:
    """Return the words of a question about drivers: at a small scale, unless they say which."""
    own = any(word.startswith("population.scale=") for word in words)
    return list(words) if own else [*words, f"population.scale={SCALE_OF_DRIVERS}"]


def drivers(
    question: Question,
    figures: Sequence[str] = (),
    points: int = POINTS,
    tell: Callable[[str], None] = lambda so_far: None,
) -> Drivers:
    """Return which uncertainties drive some figures of a question: the usual ones, or those that are named.

    Some 290 runs in processes side by side: a script has to begin under `if __name__ == "__main__":`. They are at a
    population.scale of 0.003, unless the question says another, and are kept in results/runs/.drivers/. Raises
    BadInput where a figure is not known, or a run does not fit into memory.
    """
    from sim.composition.ensemble import all_members
    from sim.experiments.drivers.drive import Ensemble, drive, named_among
    from sim.report.drivers.words import KNOWN, USUAL

    question = asked(of_drivers(question.words))
    members = all_members(composition(question.words))
    words = {word: name for word, (name, _) in KNOWN.items()}

    def wanted(base: Figures) -> list[str]:
        return named_among(figures or [word for word in USUAL if words[word] in base], base, words)

    ensemble = Ensemble(members.numbers, members.rows, members.made)
    return Drivers(question, drive(question.config, ensemble, wanted, points, tell))


@dataclass(frozen=True)
class Drivers:
    """Which uncertainties drive some figures of a question."""

    question: Question
    found: Found

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Return the tables by name: `drivers`, a row a figure and driver, and what is behind it."""
        from sim.experiments.drivers.told import tables_of

        return tables_of(self.found)

    @cached_property
    def answer(self) -> str:
        """Return the answer as it stands on the screen."""
        from sim.report.drivers.answer import answer

        return answer(
            self.tables,
            self.question.named,
            made=self.found.ensemble.made,
            members=len(self.found.ensemble.rows),
            scale=self.question.parameters.population.scale,
            seconds=self.found.seconds,
        )

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write the folder that the command writes, whole or not at all; it must not be there, or be empty."""
        with _whole_folder(folder) as unfinished:
            self.write_into(unfinished, ["prakerja", "drivers", *self.question.words])

    def write_into(self, folder: Path, command: list[str]) -> None:
        """Write tables, picture, config and manifest into a folder that is there and empty."""
        from sim.experiments.drivers.write import write

        write(self.found, self.tables, self.question.config, self.question.named, command, folder)


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
        """Return the answer as it stands on the screen."""
        from sim.report.comparing import answer

        return answer(self.comparison, self.tables)

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write the folder that the command writes, whole or not at all; it must not be there, or be empty."""
        with _whole_folder(folder) as unfinished:
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
    words = [word(key, value) for key, value in changes.items()] if isinstance(changes, Mapping) else _words(changes)
    studies = [each for each in (study, scenarios) if isinstance(each, str)]
    named = [f"study={each}" for each in studies]
    named += [] if isinstance(scenarios, str) else [f"scenario={quoted(each)}" for each in scenarios]
    return asked_to_compare([*named, *words], work).compare(tell)


@contextmanager
def _whole_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a folder that takes its place when it is whole; the error says which folder cannot be had."""
    try:
        with whole_folder(Path(folder)) as unfinished:
            yield unfinished
    except FolderTakenError as error:
        raise FolderTakenError(f"{shown(str(folder))} {error}") from None
