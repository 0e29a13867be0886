"""Which uncertainties drive a figure: what `prakerja drivers` does, from Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.composition.compose import composition
from sim.library.question import Question, asked
from sim.library.whole import whole

if TYPE_CHECKING:
    from sim.experiments.drivers.drive import Found
    from sim.experiments.drivers.runs import Figures
    from sim.results.table import Table

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
    refuse_figures(question, figures)
    words = {word: name for word, (name, _) in KNOWN.items()}
    members = all_members(composition(question.words))

    def wanted(base: Figures) -> list[str]:
        return named_among(figures or [word for word in USUAL if words[word] in base], base, words)

    ensemble = Ensemble(members.numbers, members.rows, members.made)
    return Drivers(question, drive(question.config, ensemble, wanted, points, tell))


def refuse_figures(question: Question, figures: Sequence[str]) -> None:
    """Raise BadInput where a figure that is asked for is none that a question may have."""
    from sim.experiments.drivers.drive import refuse_unknown
    from sim.report.drivers.words import KNOWN
    from sim.results.meaning import declared

    refuse_unknown(figures, declared(question.parameters), {word: name for word, (name, _) in KNOWN.items()})


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
        with whole(folder) as unfinished:
            self.write_into(unfinished, ["prakerja", "drivers", *self.question.words])

    def write_into(self, folder: Path, command: list[str]) -> None:
        """Write tables, picture, config and manifest into a folder that is there and empty."""
        from sim.experiments.drivers.write import write

        write(self.found, self.tables, self.question.config, self.question.named, command, folder)
