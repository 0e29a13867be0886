"""One run of a scenario: simulate, observe and audit; then answer, then write.

The answer stands on the screen as soon as all is simulated. What it takes to write and to draw is loaded after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calendar.instants import moment
from sim.engines.observed import observe, paid_days, places
from sim.engines.rows import Rows
from sim.experiments.memory import ROWS_OF_A_PART, ROWS_OF_A_PASS, refuse_what_does_not_fit, share_one_heap
from sim.observers.audit import audit
from sim.observers.observations import Observations
from sim.observers.paid_days import PaidDays
from sim.observers.places import Places
from sim.parameters import Parameters
from sim.parameters.market_file import COPY
from sim.parameters.named import Named
from sim.parameters.outages import Outages, without
from sim.programme.compiling import compile_programme
from sim.programme.payment_runs import RunRecord
from sim.programme.programme import Programme
from sim.programme.waves import WaveRecord
from sim.report.answer import answer
from sim.results.closed_places import Side
from sim.results.figure import Figure
from sim.results.key_figures import figures_of_outages, key_figures
from sim.results.table import Table
from sim.results.tables import tables
from sim.results.tables.outages import outages

if TYPE_CHECKING:
    from sim.experiments.in_worlds import Beside

Tell = Callable[[str], None]
Progress = Callable[[int, int], None]
"""Is told the instant and the simulated people so far."""


@dataclass(frozen=True)
class Result:
    """What one run gives: what was observed, its tables and key figures, and the rows of people in parts."""

    observations: Observations
    tables: Mapping[str, Table]
    figures: dict[str, Figure]
    rows: Callable[[], Iterator[Rows]]
    seconds: float = 0.0
    """Wall time until all was simulated and counted."""
    places: Places | None = None
    """Who has a place at the end, in the order of people's numbers, where that was asked for."""

    def answer(self, named: Named) -> str:
        """Return the answer as text, of a run that is so named."""
        return answer(self.tables, self.figures, named, self.observations.programme.parameters.run, self.seconds)


@dataclass(frozen=True)
class Simulated:
    """What an engine gives: what was observed, waves, payment runs, and rows of people.

    The days of payments, and who has a place at the end, where they are wanted.
    """

    observations: Observations
    waves: list[WaveRecord]
    runs: list[RunRecord]
    paid_days: PaidDays | None
    rows: Callable[[], Iterator[Rows]]
    places: Places | None

    def side(self) -> Side:
        """Return what is compared with another run."""
        assert self.paid_days is not None, "the days of payments were not noted"
        return Side(self.observations, self.runs, self.paid_days)


def evaluate(
    parameters: Parameters,
    tell: Tell | None = None,
    left_out: Outages | None = None,
    *,
    with_places: bool = False,
) -> Result:
    """Simulate once and return the results, without writing anything.

    Where some outages are to be left out, the same is simulated again without them, and compared. With places it is
    kept who has one at the end.
    """
    started = time.perf_counter()
    refuse_what_does_not_fit(parameters)
    simulated = _simulated(parameters, tell, with_places=with_places)
    made: Mapping[str, Table] = tables(simulated.observations, simulated.waves, simulated.runs)
    figures = key_figures(simulated.observations, simulated.waves, made)
    if left_out:
        other = _simulated(without(parameters, left_out), tell, "the same without outages: ")
        beside = outages(simulated.side(), other.side(), left_out)
        made = {**made, **{table.name: table for table in beside}}
        figures |= figures_of_outages(made["outages"])
    seconds = time.perf_counter() - started
    figures = dict(sorted(figures.items()))
    return Result(simulated.observations, made, figures, simulated.rows, seconds, simulated.places)


def _simulated(parameters: Parameters, tell: Tell | None, what: str = "", *, with_places: bool = False) -> Simulated:
    programme = compile_programme(parameters)
    return (_person if parameters.engine == "person" else _cohort)(programme, tell, what, with_places)


def _progress(tell: Tell | None, programme: Programme, what: str = "") -> Progress:
    """Return what tells how far a run is, in people of the full population."""
    scale = programme.parameters.population.scale

    def progress(now: int, people: int) -> None:
        if tell is not None:
            tell(f"{what}{moment(now):%d %B %Y}, {people / scale:,.0f} people")

    return progress


def _person(programme: Programme, tell: Tell | None, what: str, with_places: bool) -> Simulated:
    from sim.engines.person import model

    journal = model.simulate(programme, _progress(tell, programme, what))
    observations = observe(journal)
    audit(observations, journal.days)

    def rows() -> Iterator[Rows]:
        everyone = model.rows(journal)
        participants = np.flatnonzero(everyone.participant_row >= 0)
        return _in_parts(everyone if programme.parameters.run.people == "all" else everyone.some(participants))

    held = places(journal, observations.total("registered")) if with_places else None
    return Simulated(observations, journal.waves, journal.runs, paid_days(journal), rows, held)


def _in_parts(rows: Rows) -> Iterator[Rows]:
    for begin in range(0, max(rows.numbers.size, 1), ROWS_OF_A_PART):
        yield rows.some(np.arange(begin, min(begin + ROWS_OF_A_PART, rows.numbers.size)))


def _cohort(programme: Programme, tell: Tell | None, what: str, with_places: bool) -> Simulated:
    from sim.engines.cohort.model import simulate

    share_one_heap()
    done = simulate(programme, _progress(tell, programme, what))
    audit(done.observations, done.days)
    awarded, nobody = done.participants, done.rows

    def rows() -> Iterator[Rows]:
        """Simulate again, once for each pass: the same luck gives the same run."""
        who = programme.parameters.run.people
        chosen = np.arange(programme.people) if who == "all" else np.sort(awarded.astype(np.int64))
        if not chosen.size:
            yield nobody
            return
        starts = range(0, chosen.size, ROWS_OF_A_PASS)
        for number, first in enumerate(starts, 1):
            progress = _progress(tell, programme, f"rows of people, run {number} of {len(starts)}: ")
            yield from _in_parts(simulate(programme, progress, chosen[first : first + ROWS_OF_A_PASS]).rows)

    held = done.places.by_person() if with_places else None
    return Simulated(done.observations, done.waves, done.runs, done.paid_days, rows, held)


def write(
    result: Result,
    composed: dict[str, Any],
    named: Named,
    command: list[str],
    folder: Path,
    beside: Beside | None = None,
) -> None:
    """Write the results of a run to a folder that is there and empty: tables, figures, rows of people, the manifest.

    `command` are the words by which the run can be made again; `beside` is what the same gives in many worlds.
    """
    from sim.report.figures import draw_figures
    from sim.results.codebook import codebook_table
    from sim.results.manifest import manifest
    from sim.results.people import people_rows
    from sim.results.write import (
        write_codebook,
        write_json,
        write_key_figures,
        write_parts,
        write_tables,
        write_yaml,
    )

    started = time.perf_counter()
    parameters = result.observations.programme.parameters
    made = result.tables if beside is None else {**result.tables, **beside.tables}
    write_tables(made, folder / "tables", parameters.results.csv)
    if parameters.run.people != "none":
        write_parts(map(people_rows, result.rows()), folder / "people.parquet")
        write_codebook(codebook_table(result.observations.programme), folder / "codebook.csv", parameters.results.csv)
    write_key_figures(result.figures, folder / "kpis.json", {} if beside is None else beside.intervals)
    write_yaml(composed if beside is None else composed | {"worlds": beside.block}, folder / "config.yaml")
    if beside is not None:
        (folder / beside.copy).write_text(beside.worlds, encoding="utf-8")
    if parameters.market is not None and parameters.market.file is not None:
        (folder / COPY).write_bytes(parameters.market.file.contents)
    if parameters.run.figures != "none":
        draw_figures(folder / "tables", folder / "figures", composed, named)
    writing = time.perf_counter() - started
    simulated = result.seconds if beside is None else beside.seconds
    seconds = {"simulation": simulated, "writing": writing, "all": simulated + writing}
    origin = manifest(command, composed, named, seconds)
    write_json(origin if beside is None else origin | {"worlds": beside.origin}, folder / "manifest.json")


def trace(parameters: Parameters, person: int, tell: Tell | None = None) -> list[str]:
    """Simulate and return one person's journey in dated sentences."""
    from sim.report.trace import sentences

    refuse_what_does_not_fit(parameters)
    programme = compile_programme(parameters)
    progress = _progress(tell, programme)
    if parameters.engine == "person":
        from sim.engines.person import model

        return sentences(model.rows(model.simulate(programme, progress)), person)
    from sim.engines.cohort.model import simulate

    share_one_heap()
    return sentences(simulate(programme, progress, np.array([person])).rows)
