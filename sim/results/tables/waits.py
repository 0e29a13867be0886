"""Waits by outcome: who got it, who left without it, who still waits; beside them how long all who began take."""

from __future__ import annotations

from sim.calendar.instants import DAY
from sim.journey.measures import WAITS, partner_wait
from sim.observers.counting import ENDED, GAVE_UP
from sim.observers.durations import Durations
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.members import members
from sim.results.table import Cell, Table

COLUMNS = {
    "wait": "what is waited for, stable name: a station, a platform's, a partner's run, or from one stage to another",
    "label": "the same in words",
    "kind": "station, platform (of the station before), run (payments) or journey",
    "who": "who counts: all of these who began to wait",
    "began": "people (runs and waits of payments: payments; classes: bookings) who began to wait",
    "got_it": "of them, those whose wait ended with what they waited for",
    "median_days_got_it": "median wait of those who got it, days (to 0.1 %); empty: nobody did",
    "p95_days_got_it": "95th percentile of the wait of those who got it, days (to 0.1 %); empty: nobody did",
    "p05_days_got_it": "5th percentile of the wait of those who got it, days (to 0.1 %); empty: nobody did",
    "p25_days_got_it": "lower quartile of the wait of those who got it, days (to 0.1 %); empty: nobody did",
    "p75_days_got_it": "upper quartile of the wait of those who got it, days (to 0.1 %); empty: nobody did",
    "mean_days_got_it": "mean wait of those who got it, days; empty: nobody did",
    "left_without": "of those who began, those who left without it: gave up, were refused, revoked, or lost it after a "
    "year; for a place also those there when the last wave was announced",
    "median_days_left_without": "median wait of those who left without it, days (to 0.1 %); empty: nobody did",
    "still_waiting": "of those who began, those who still wait at the end of the run",
    "median_days": "time within which half of all who began got it, days (cumulative incidence by "
    "Aalen and Johansen, to 0.1 %: who left never gets it, who still waits is censored); empty: not reached",
    "p95_days": "time within which 95 % of all who began got it, days (in the same way); empty: not reached",
    "person_days": "sum of all waits until the end of the run, person-days",
}

COUNTS = ("began", "got_it", "left_without", "still_waiting", "person_days")
"""Columns that count at full population."""

CAME = "all who came to it"


def waits(observations: Observations) -> Table:
    """Return the waits of the run."""
    journey = observations.programme.journey
    rows = [_row(name, wait.label, "journey", wait.who, observations.waits(name)) for name, wait in WAITS.items()]
    for name, observer in observations.stations.items():
        rows.append(_row(name, journey.station(name).label, "station", CAME, observer.waits))
        rows += [_row(own.name, own.label, "platform", CAME, own.observer.waits) for own in members(observations, name)]
    rows += [
        _row(
            partner.key,
            f"Run of {partner.name}",
            "run",
            "payments ready for a run",
            observations.waits(partner_wait(partner.key)),
        )
        for partner in observations.programme.partners
    ]
    table, scale = Table("waits", COLUMNS, rows), observations.programme.parameters.population.scale
    return at_full_population(table, scale, COUNTS, "began", "people (runs: payments) who began to wait")


def _row(name: str, label: str, kind: str, who: str, wait: Durations) -> dict[str, Cell]:
    half, most, least, quarter, three_quarters = wait.quantiles_of(ENDED, 0.5, 0.95, 0.05, 0.25, 0.75)
    half_of_all, most_of_all = wait.quantiles(0.5, 0.95)
    return {
        "wait": name,
        "label": label,
        "kind": kind,
        "who": who,
        "began": wait.began,
        "got_it": wait.ended,
        "median_days_got_it": half,
        "p95_days_got_it": most,
        "p05_days_got_it": least,
        "p25_days_got_it": quarter,
        "p75_days_got_it": three_quarters,
        "mean_days_got_it": wait.mean_days(),
        "left_without": wait.gave_up,
        "median_days_left_without": wait.quantiles_of(GAVE_UP, 0.5)[0],
        "still_waiting": wait.waiting,
        "median_days": half_of_all,
        "p95_days": most_of_all,
        "person_days": wait.time / DAY,
    }
