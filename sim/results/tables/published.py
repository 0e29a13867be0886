"""Simulated beside published, with the difference; only for runs that end on a date, as history does."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sim.calendar.instants import DAY, instant, moment
from sim.journey.measures import STAGES
from sim.journey.money import FLOWS, Benefit
from sim.observers.observations import Observations
from sim.parameters.fitted import why_not_fitted
from sim.programme.waves import WaveRecord
from sim.results.table import Cell, Table, ratio

COLUMNS = {
    "figure": "what is compared, stable name",
    "scope": "waves that the figure speaks of; empty: all",
    "at": "instant of the figure (WIB)",
    "simulated": "simulated people or rupiah",
    "full_population": "the same divided by the scale; shares as they are",
    "published": "as published; empty: of a date to come, as the fit sees it",
    "difference": "full_population less published",
    "difference_share": "the difference as a share of what was published",
    "role": "fitted (the fit uses it), compared (the fit does not use it: it is later, or says again what a fitted one "
    "says), input (the config sets it: registrations, the awards of waves by a calendar, the share of those who joined "
    "that is eligible) or prediction",
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
REVOKED = "revoked"
PREDICTED = ("registered", *FUNNEL, "fully_paid")
"""What the fit looks at as it stands when the fit ends."""

BY_DATE = tuple(stage for stage in STAGES if stage != "processed")
"""Stages that are told of each date of a prediction; who is processed has passed or failed the civil registry."""

PAID = {RUPIAH: Benefit.INCENTIVE, "survey_rupiah": Benefit.SURVEY}
"""Rupiah paid to participants, by the benefit."""

TRAINING = {f"training_{flow}_rupiah": flow for flow in FLOWS}
"""Rupiah of training balances until the end of the day of a prediction, by what became of them."""

GIVEN, GIVEN_BY_CALENDAR = ("registered",), ("awarded", "training_awarded_rupiah")
"""What of a date to come is no prediction, since the config sets it; the second where the waves come by a calendar."""


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


def _role(observations: Observations, figure: str, at: datetime, known: float) -> str:
    return "compared" if why_not_fitted(observations.programme.parameters, figure, at, known) else "fitted"


def _paid(observations: Observations, benefit: Benefit, at: datetime) -> int:
    """Return the rupiah of the incentives, or of the surveys, paid before an instant."""
    budget = observations.programme.parameters.budget
    each = budget.incentive if benefit is Benefit.INCENTIVE else budget.survey
    return observations.payments_before(benefit, "paid", instant(at)) * each


def _before(observations: Observations, stamp: str, at: datetime) -> int:
    return observations.before(stamp, instant(at))


def stages_at(observations: Observations, at: datetime) -> dict[str, float]:
    """Return how many people had come to each stage of BY_DATE by a snapshot, at full population."""
    scale = observations.programme.parameters.population.scale
    return {stage: _before(observations, STAGES[stage][0], at) / scale for stage in BY_DATE}


def _funnel(observations: Observations) -> list[dict[str, Cell]]:
    rows = []
    for row in observations.programme.parameters.published.funnel:
        for figure in FUNNEL:
            known = getattr(row, figure)
            if known is not None:
                count = _before(observations, STAGES[figure][0], row.at)
                # What had been awarded by a date is set by the calendar, where there is one.
                given = figure == "awarded" and observations.programme.parameters.waves.calendar is not None
                role = "input" if given else _role(observations, figure, row.at, known)
                rows.append(_row(observations, figure, None, row.at, count, known, role))
        if row.incentive_rupiah is not None:
            known = row.incentive_rupiah
            role = _role(observations, RUPIAH, row.at, known)
            rows.append(
                _row(observations, RUPIAH, None, row.at, _paid(observations, PAID[RUPIAH], row.at), known, role)
            )
    return rows


def _revoked(observations: Observations) -> list[dict[str, Cell]]:
    rows = []
    for row in observations.programme.parameters.published.revocations:
        by_wave = observations.by_wave("revoked")[observations.snapshots.index(instant(row.at))]
        count = int(by_wave[row.first_wave - 1 : row.last_wave].sum())
        scope = f"{row.first_wave}-{row.last_wave}" if row.last_wave > row.first_wave else str(row.first_wave)
        role = _role(observations, REVOKED, row.at, row.revoked)
        rows.append(_row(observations, REVOKED, scope, row.at, count, row.revoked, role))
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
            role = _role(observations, "joined", at, row.people)
            rows.append(_row(observations, "joined", str(row.wave), at, joined, row.people, role))
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
            # The config sets the shares of applicants (selection.eligible) so that these come out.
            rows.append(_row(observations, "eligible_share", scope, at, share or 0.0, group.share, "input"))
    return rows


def _predictions(observations: Observations) -> list[dict[str, Cell]]:
    parameters = observations.programme.parameters
    given = GIVEN if parameters.waves.calendar is None else GIVEN + GIVEN_BY_CALENDAR
    rows = []
    for at in parameters.published.predictions:
        every = {}
        for figure in BY_DATE:
            every[figure] = _before(observations, STAGES[figure][0], at)
            if figure == "awarded":
                every[REVOKED] = _before(observations, "revoked", at)
        every |= {figure: _paid(observations, benefit, at) for figure, benefit in PAID.items()}
        days = instant(at) // DAY + 1
        for figure, flow in TRAINING.items():
            every[figure] = int(observations.rupiah(flow, Benefit.TRAINING)[:days].sum())
        for figure, count in every.items():
            role = "input" if figure in given else "prediction"
            rows.append(_row(observations, figure, None, at, count, None, role))
    return rows
