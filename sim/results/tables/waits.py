"""Waits, by Kaplan-Meier over all who began to wait; who still waits at the end is censored."""

from __future__ import annotations

from sim.calendar.instants import DAY
from sim.journey.measures import WAITS, partner_wait
from sim.observers.durations import Durations
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table

COLUMNS = {
    "wait": "what is waited for, stable name: a station, a partner's run, or from one stage to another",
    "label": "the same in words",
    "kind": "station, run (payments) or journey",
    "began": "people (runs: payments) who began to wait",
    "ended": "of them, those whose wait ended with what they waited for",
    "left": "of them, those who left without it: gave up, were refused, revoked, or lost it after a year; "
    "for a place, for which only the eligible wait, also those there when the last wave was announced",
    "still_waiting": "of them, those who still wait at the end of the run",
    "leaving": "what leaving without it means for the quantiles: ends the wait, or never reaches it",
    "median_days": "median wait, days (Kaplan-Meier, to 0.1 %); empty: not reached",
    "p95_days": "95th percentile of the wait, days (Kaplan-Meier, to 0.1 %); empty: not reached",
    "mean_days": "mean of the waits that ended, days; where leaving ends the wait, of those who left as well",
    "person_days": "sum of all waits until the end of the run, person-days",
}

COUNTS = ("began", "ended", "left", "still_waiting", "person_days")
"""Columns that count at full population."""


def waits(observations: Observations) -> Table:
    """Return the waits of the run."""
    journey = observations.programme.journey
    rows = [
        _row(name, wait.label, "journey", observations.waits(name), wait.leaving_ends) for name, wait in WAITS.items()
    ]
    rows += [
        _row(name, journey.station(name).label, "station", observer.waits, True)
        for name, observer in observations.stations.items()
    ]
    rows += [
        _row(partner.key, f"Run of {partner.name}", "run", observations.waits(partner_wait(partner.key)), True)
        for partner in observations.programme.partners
    ]
    table, scale = Table("waits", COLUMNS, rows), observations.programme.parameters.population.scale
    return at_full_population(table, scale, COUNTS, "began", "people (runs: payments) who began to wait")


def _row(name: str, label: str, kind: str, wait: Durations, leaving_ends: bool) -> dict[str, Cell]:
    return {
        "wait": name,
        "label": label,
        "kind": kind,
        "began": wait.began,
        "ended": wait.ended,
        "left": wait.gave_up,
        "still_waiting": wait.waiting,
        "leaving": "ends the wait" if leaving_ends else "never reaches it",
        "median_days": wait.quantile(0.5, leaving_ends=leaving_ends),
        "p95_days": wait.quantile(0.95, leaving_ends=leaving_ends),
        "mean_days": wait.mean_days(leaving_ends=leaving_ends),
        "person_days": wait.time / DAY,
    }
