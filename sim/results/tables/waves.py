"""Waves: joined, eligible, quota, awarded, revoked."""

from __future__ import annotations

from sim.calendar.instants import moment
from sim.observers.observations import Observations
from sim.programme.waves import WaveRecord
from sim.results.full_population import at_full_population
from sim.results.table import Table, ratio
from sim.rules.selecting import Verdict

COLUMNS = {
    "wave": "number of the wave",
    "open": "opening (WIB)",
    "close": "closing (WIB)",
    "announced": "announcement (WIB)",
    "quota": "places offered; in wave 1 those drawn before the face check",
    "joined": "people who pressed join, losers of earlier waves among them; empty: not yet announced",
    "eligible": "of those who joined, the eligible",
    "eligible_share": "eligible of joined, share",
    "awarded": "people awarded",
    "by_priority": "of those drawn, by the priority share",
    "by_regional": "of those drawn, by the regional share or what spilled to it",
    "by_affirmative": "of those drawn, by the affirmative share or what spilled to it",
    "by_lottery": "of those drawn, by lottery among all the rest",
    "failed_face_check": "drawn and lost at the face check",
    "places_unfilled": "quota less those drawn and less those refused by the budget",
    "refused_by_budget": "places that the budget refused although eligible people had joined for them",
    "revoked": "awarded in this wave and revoked by the end of the run",
    "revoked_share": "revoked of awarded, share",
}

COUNTS = (
    "quota",
    "joined",
    "eligible",
    "awarded",
    "by_priority",
    "by_regional",
    "by_affirmative",
    "by_lottery",
    "failed_face_check",
    "places_unfilled",
    "refused_by_budget",
    "revoked",
)
"""Columns that count at full population."""


def waves(observations: Observations, records: list[WaveRecord]) -> Table:
    """Return the waves that opened by the end of the run."""
    by_wave = {stamp: observations.by_wave(stamp)[-1].tolist() for stamp in ("awarded", "revoked")}
    rows = []
    for number, record in enumerate(records):
        plan = observations.programme.waves.waves[number]
        if not record.opened:
            continue
        known = record.announced
        awarded, revoked = by_wave["awarded"][number], by_wave["revoked"][number]
        rows.append(
            {
                "wave": number + 1,
                "open": moment(plan["open"]),
                "close": moment(plan["close"]),
                "announced": moment(plan["announced"]),
                "quota": record.quota,
                "joined": record.joined if known else None,
                "eligible": record.eligible if known else None,
                "eligible_share": ratio(record.eligible, record.joined),
                "awarded": awarded,
                "by_priority": record.by_verdict[Verdict.PRIORITY],
                "by_regional": record.by_verdict[Verdict.REGIONAL],
                "by_affirmative": record.by_verdict[Verdict.AFFIRMATIVE],
                "by_lottery": record.by_verdict[Verdict.LOTTERY],
                "failed_face_check": record.by_verdict[Verdict.FACE_CHECK_FAILED],
                "places_unfilled": record.quota - record.drawn - record.refused_by_budget if known else None,
                "refused_by_budget": record.refused_by_budget,
                "revoked": revoked,
                "revoked_share": ratio(revoked, awarded),
            }
        )
    table, scale = Table("waves", COLUMNS, rows), observations.programme.parameters.population.scale
    return at_full_population(table, scale, COUNTS, "awarded", "people awarded")
