"""One run of a scenario: simulate, observe, audit, and write the folder whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.calendar.instants import moment
from sim.engines.journal import Journal
from sim.engines.person.model import simulate
from sim.observers.audit import audit
from sim.observers.from_journal import observe
from sim.observers.observations import Observations
from sim.parameters import Parameters
from sim.programme.programme import compile_programme
from sim.report.answer import answer
from sim.report.figures import draw_figures
from sim.results.folder import whole_folder
from sim.results.key_figures import Figure, key_figures
from sim.results.manifest import manifest
from sim.results.people import people_rows
from sim.results.table import Table
from sim.results.tables import tables
from sim.results.write import write_columns, write_json, write_key_figures, write_tables, write_yaml

Tell = Callable[[datetime, int], None]


@dataclass(frozen=True)
class Result:
    """What one run gives: its journal, what was observed, its tables and key figures."""

    journal: Journal
    seen: Observations
    tables: dict[str, Table]
    figures: dict[str, Figure]


def evaluate(parameters: Parameters, tell: Tell = lambda now, people: None) -> Result:
    """Simulate once and return the results, without writing anything."""
    programme = compile_programme(parameters)
    journal = simulate(programme, lambda now, people: tell(moment(now), people))
    seen = observe(journal)
    audit(seen, journal.days)
    made = tables(seen, journal.waves, journal.runs)
    return Result(journal, seen, made, key_figures(seen, journal.waves, made))


def run(parameters: Parameters, composed: dict[str, Any], command: list[str], tell: Tell) -> str:
    """Simulate a scenario, write its folder, and return the answer for the screen."""
    started = time.perf_counter()
    folder = Path(str(parameters.run.folder))
    with whole_folder(folder) as aside:
        result = evaluate(parameters, tell)
        simulated = time.perf_counter()
        write_tables(result.tables, aside / "tables")
        if parameters.run.people != "none":
            write_columns(people_rows(result.journal, parameters.run.people), aside / "people.parquet")
        write_key_figures(result.figures, aside / "kpis.json")
        write_yaml(composed, aside / "config.yaml")
        draw_figures(aside / "tables", aside / "figures", composed)
        ended = time.perf_counter()
        seconds = {"simulation": simulated - started, "writing": ended - simulated, "all": ended - started}
        origin = manifest(command, composed, seconds)
        write_json(origin, aside / "manifest.json")
    return answer(result.tables, result.figures, composed, folder, origin)
