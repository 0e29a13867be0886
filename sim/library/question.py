"""One question: `load` parameters, `run` them, read the result."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.composition.asked import BASE
from sim.composition.compose import Composition, composition
from sim.composition.named import named_as
from sim.composition.understood import remarks
from sim.composition.words import quoted, word
from sim.library.whole import whole
from sim.parameters import BadInput, Parameters, Problem
from sim.parameters.named import Named
from sim.parameters.outages import Outages, left_out
from sim.parameters.problems import NOTHING, shown

if TYPE_CHECKING:
    from sim.composition.ensemble import Worlds
    from sim.experiments.in_worlds import InWorlds
    from sim.experiments.run import Result as Evaluated
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
    words = [word(key, value) for key, value in changes.items()] if isinstance(changes, Mapping) else words_of(changes)
    named = [] if str(scenario) == BASE else [f"scenario={quoted(str(scenario))}"]
    return asked([*named, *words])


def words_of(changes: Sequence[object]) -> list[str]:
    """Return changes that are words of a command line; raise BadInput where one is none."""
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
    many = evaluate_in_worlds(
        question.parameters,
        question.config,
        question.worlds.worlds,
        tell,
        question.outages,
        discrepancy=question.worlds.discrepancy,
    )
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
        return {**self.evaluated.tables, **({} if self.in_worlds is None else self.in_worlds.tables)}

    @cached_property
    def answer(self) -> str:
        """Return the answer as it stands on the screen."""
        if self.in_worlds is not None and self.question.worlds is not None:
            from sim.experiments.worlds import outside
            from sim.report.intervals import Told
            from sim.report.worlds import answer

            many, asked = self.in_worlds, self.question.worlds
            kept = asked.unmoved
            unmoved = (kept.held, kept.absent_blocks(), kept.unknown)
            about = (self.evaluated.tables, self.kpis, many.runs, many.intervals, asked.made, asked.members)
            beside = {str(row["figure"]): row for row in many.tables["published_in_worlds"].rows}
            beyond = outside(asked.worlds, self.question.config)
            otherwise = (kept.about, not self.question.named.differs)
            told = Told(*about, *unmoved, many.seconds, beside, asked.discrepancy, beyond, *otherwise)
            return answer(told, self.question.named)
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

        with whole(folder) as unfinished, tempfile.TemporaryDirectory() as aside:
            write_tables(self.tables, Path(aside) / "tables")
            draw_figures(Path(aside) / "tables", unfinished, self.question.config, self.question.named)

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write the folder that the command writes, whole or not at all; it must not be there, or be empty.

        Raises FolderTakenError where it cannot be had.
        """
        with whole(folder) as unfinished:
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
