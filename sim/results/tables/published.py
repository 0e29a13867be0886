"""Simulated beside published, with the difference; only for runs that end on a date, as history does."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sim.calendar.instants import instant, moment
from sim.journey.measures import STAGES
from sim.journey.money import Benefit
from sim.observers.observations import Observations
from sim.programme.waves import WaveRecord
from sim.results.table import Cell, Table, ratio

COLUMNS = {
    "figure": "what is compared, stable name",
    "scope": "waves that the figure speaks of; empty: all",
    "at": "instant of the figure (WIB)",
    "simulated": "simulated people or rupiah",
    "full_population": "the same divided by the scale; shares as they are",
    "published": "as published; empty: a prediction",
    "difference": "full_population less published",
    "difference_share": "the difference as a share of what was published",
    "role": "fitted (the fit used it), compared (not used by the fit), input (set in the config) or prediction",
}

FUNNEL = (
    "email_verified",
    "nik_verified",
    "layer3_verified",
    "ever_joined",
    "awarded",
    "bought_first",
    "completed_first",
    "paid_first_incentive",
)
RUPIAH = "incentive_rupiah"
PREDICTED = ("registered", *FUNNEL, "fully_paid")


def published(observations: Observations, records: list[WaveRecord]) -> Table:
    """Return every published figure beside the simulated one; of single waves only where they come by the calendar.

    A wave by a rule has the number of a published one and nothing else of it.
    """
    if observations.programme.parameters.clock.end is None:
        return Table("published", COLUMNS, [])
    rows = [*_funnel(observations)]
    if observations.programme.parameters.waves.calendar is not None:
        rows += [*_revoked(observations), *_waves(observations, records)]
    rows += _predictions(observations)
    rows = [row for row in rows if instant(row["at"]) <= observations.end]
    return Table("published", COLUMNS, rows)


def _row(
    observations: Observations,
    figure: str,
    scope: str | None,
    at: datetime,
    simulated: float,
    known: float | None,
    role: str,
) -> dict[str, Cell]:
    scale = 1.0 if figure.endswith("share") else observations.programme.parameters.population.scale
    full = simulated / scale
    whole = full if figure.endswith("share") else round(full)
    return {
        "figure": figure,
        "scope": scope,
        "at": at,
        "simulated": simulated,
        "full_population": whole,
        "published": known,
        "difference": None if known is None else whole - known,
        "difference_share": None if known is None else ratio(whole - known, known),
        "role": role,
    }


def _role(observations: Observations, at: datetime) -> str:
    return "fitted" if at <= observations.programme.parameters.published.fit_until else "compared"


def _incentives_paid(observations: Observations, at: datetime) -> int:
    """Return the rupiah of the incentives paid before an instant."""
    paid = observations.payments_before(Benefit.INCENTIVE, "paid", instant(at))
    return paid * observations.programme.parameters.budget.incentive


def _before(observations: Observations, stamp: str, at: datetime) -> int:
    return observations.before(stamp, instant(at))


def _funnel(observations: Observations) -> list[dict[str, Cell]]:
    rows = []
    for row in observations.programme.parameters.published.funnel:
        for figure in FUNNEL:
            known = getattr(row, figure)
            if known is not None:
                count = _before(observations, STAGES[figure][0], row.at)
                # What had been awarded by a date is set by the calendar, where there is one.
                given = figure == "awarded" and observations.programme.parameters.waves.calendar is not None
                role = "input" if given else _role(observations, row.at)
                rows.append(_row(observations, figure, None, row.at, count, known, role))
        if row.incentive_rupiah is not None:
            known, role = row.incentive_rupiah, _role(observations, row.at)
            rows.append(_row(observations, RUPIAH, None, row.at, _incentives_paid(observations, row.at), known, role))
    return rows


def _revoked(observations: Observations) -> list[dict[str, Cell]]:
    rows = []
    for row in observations.programme.parameters.published.revocations:
        by_wave = observations.by_wave("revoked")[observations.snapshots.index(instant(row.at))]
        count = int(by_wave[row.first_wave - 1 : row.last_wave].sum())
        scope = f"{row.first_wave}-{row.last_wave}" if row.last_wave > row.first_wave else str(row.first_wave)
        rows.append(_row(observations, "revoked", scope, row.at, count, row.revoked, _role(observations, row.at)))
    return rows


def _waves(observations: Observations, records: list[WaveRecord]) -> list[dict[str, Cell]]:
    published = observations.programme.parameters.published
    plan = observations.programme.waves.waves

    def announced(wave: int) -> datetime:
        return moment(plan[wave - 1]["announced"])

    rows = []
    for row in published.joined:
        if row.wave <= len(records) and records[row.wave - 1].announced:
            at = announced(row.wave)
            joined = records[row.wave - 1].joined
            rows.append(_row(observations, "joined", str(row.wave), at, joined, row.people, _role(observations, at)))
    for row in published.selected:
        if row.wave <= len(records) and records[row.wave - 1].announced:
            role = "compared" if row.wave == 1 else "input"
            awarded = records[row.wave - 1].awarded
            rows.append(_row(observations, "selected", str(row.wave), announced(row.wave), awarded, row.people, role))
    for group in published.eligible_of_joined:
        some = records[group.first_wave - 1 : group.last_wave]
        if some and all(record.announced for record in some):
            share = ratio(float(np.sum([r.eligible for r in some])), float(np.sum([r.joined for r in some])))
            scope = (
                f"{group.first_wave}-{group.last_wave}" if group.last_wave > group.first_wave else str(group.first_wave)
            )
            at = announced(group.last_wave)
            rows.append(_row(observations, "eligible_share", scope, at, share or 0.0, group.share, "compared"))
    return rows


def _predictions(observations: Observations) -> list[dict[str, Cell]]:
    rows = []
    for at in observations.programme.parameters.published.predictions:
        counts = {figure: _before(observations, STAGES[figure][0], at) for figure in PREDICTED}
        every = counts | {RUPIAH: _incentives_paid(observations, at)}
        rows += [_row(observations, figure, None, at, count, None, "prediction") for figure, count in every.items()]
    return rows
