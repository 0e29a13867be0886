"""Waves, groups and published figures, counted anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.rules.eligibility import is_eligible
from sim.rules.people import Trait, trait
from sim.rules.selecting import Verdict
from tests.engine.promises.waves import joinings
from tests.engine.recount.journal import incentive_names, ratio, since_epoch, survey_names, together, when
from tests.engine.recount.money import flows_of
from tests.engine.recount.stages import stages

SHARES = {
    "by_priority": Verdict.PRIORITY,
    "by_regional": Verdict.REGIONAL,
    "by_affirmative": Verdict.AFFIRMATIVE,
    "by_lottery": Verdict.LOTTERY,
}


def waves(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the waves; places and who failed the face check are those of the record."""
    own, programme = journal.participants, journal.programme
    joined = Counter(wave for _, wave, _ in joinings(journal))
    eligible = Counter(
        wave
        for person, wave, _ in joinings(journal)
        if is_eligible(programme.key, programme.waves.waves[wave]["eligible"], person)
    )
    rows = []
    for wave, record in enumerate(journal.waves):
        if not record.opened:
            continue
        plan, here = programme.waves.waves[wave], own["wave"] == wave
        awarded, revoked = int(here.sum()), int(np.count_nonzero(own["revoked"][here] < NEVER))
        by = journal.people["awarded_by"][own["person"][here]]
        shares = {name: int(np.count_nonzero(by == verdict)) for name, verdict in SHARES.items()}
        failed = record.by_verdict[Verdict.FACE_CHECK_FAILED]
        known = record.announced
        rows.append(
            {
                "wave": wave + 1,
                **{name: when(int(plan[key])) for name, key in (("open", "open"), ("close", "close"))},
                "announced": when(int(plan["announced"])),
                "quota": record.quota,
                "joined": joined[wave] if known else None,
                "eligible": eligible[wave] if known else None,
                "eligible_share": ratio(eligible[wave], joined[wave]) if known else None,
                "awarded": awarded,
                **shares,
                "failed_face_check": failed,
                "places_unfilled": record.quota - awarded - failed - record.refused_by_budget if known else None,
                "refused_by_budget": record.refused_by_budget,
                "revoked": revoked,
                "revoked_share": ratio(revoked, awarded),
            }
        )
    return rows


PUBLISHED_OF = {
    ("woman", "yes"): "women",
    ("rural", "yes"): "rural",
    ("disability", "yes"): "disability",
    ("lagging", "yes"): "lagging",
    ("education", "senior_high_or_more"): "senior_high_or_more",
    ("education", "primary_or_less"): "primary_or_less",
}


def groups(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the groups."""
    parameters, own = journal.programme.parameters, journal.participants
    provinces = list(parameters.population.provinces.values())
    reached = _reached(journal)
    rows = []
    names = ("woman", "rural", "education", "disability", "returned_migrant", "listed_worker")
    for group in ("province", *names, "e_money", "unbanked", "lagging"):
        values = values_of(journal, group)
        of_each = trait(journal.traits, Trait[group.upper()])
        for number, value in enumerate(values):
            here = of_each == number
            counts = {stage: int(np.count_nonzero(here[people])) for stage, people in reached.items()}
            shares = {stage: ratio(counts[stage], people.size) for stage, people in reached.items()}
            name = PUBLISHED_OF.get((group, value))
            of_2020 = getattr(parameters.published.recipients_2020, name) if name else None
            if group == "province":
                of_2020 = provinces[number].weight / sum(province.weight for province in provinces)
            rows.append(
                {
                    "group": group,
                    "value": value,
                    **counts,
                    "share_of_applicants": shares["applicants"],
                    "share_of_awarded": shares["awarded"],
                    "share_of_awarded_2020": shares["awarded_2020"],
                    "published_share_of_2020": of_2020,
                    "share_of_awarded_2021": shares["awarded_2021"],
                    "published_share_of_2021": getattr(parameters.published.recipients_2021, name) if name else None,
                    "awarded_of_applicants": ratio(counts["awarded"], counts["applicants"]),
                }
            )
    assert own.rows == reached["awarded"].size
    return rows


def values_of(journal: Journal, group: str) -> list[str]:
    """Return the values of a group."""
    provinces = journal.programme.parameters.population.provinces.values()
    return {
        "province": [province.name for province in provinces],
        "education": ["primary_or_less", "junior_high", "senior_high_or_more"],
    }.get(group, ["no", "yes"])


def _reached(journal: Journal) -> dict[str, NDArray[np.int64]]:
    """Return the numbers of those who reached each stage."""
    people, own = journal.people, journal.participants
    year = np.array([when(at).year for at in people["awarded"][own["person"]].tolist()], dtype=np.int64)
    found = {
        "applicants": np.flatnonzero(people["portal_arrived"] < NEVER),
        "pool": np.flatnonzero(people["tested"] < NEVER),
        "joined": np.flatnonzero(people["first_joined"] < NEVER),
        "awarded": np.flatnonzero(people["awarded"] < NEVER),
    }
    found |= {f"awarded_{each}": own["person"][year == each] for each in (2020, 2021, 2022)}
    return found | {
        "participants": own["person"][own["bought_1"] < NEVER],
        "paid_first_incentive": own["person"][own["incentive_1_paid"] < NEVER],
    }


PRINTED = (
    "email_verified",
    "nik_verified",
    "layer3_verified",
    "ever_joined",
    "awarded",
    "bought_first",
    "completed_first",
    "paid_first_incentive",
)

ON_A_DATE = (
    *("registered", "email_verified", "nik_verified", "layer3_verified", "in_pool", "ever_joined", "awarded"),
    *("bought_first", "completed_first", "reviewed", "paid_first_incentive", "fully_paid"),
)


def published(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the published figures."""
    parameters = journal.programme.parameters
    figures, rows = parameters.published, list[dict[str, Any]]()
    by_calendar = parameters.waves.calendar is not None
    if parameters.clock.end is None:
        return rows

    def add(figure: str, scope: str | None, at: datetime, simulated: float, known: float | None, role: str) -> None:
        if since_epoch(at) > journal.end:
            return
        share = figure.endswith("share")
        full = simulated if share else round(simulated / parameters.population.scale)
        rows.append(
            {
                "figure": figure,
                "scope": scope,
                "at": at,
                "simulated": simulated,
                "full_population": full,
                "published": known,
                "difference": None if known is None else full - known,
                "difference_share": None if known is None else ratio(full - known, known),
                "role": role,
            }
        )

    def fitted(figure: str, at: datetime, known: float) -> str:
        said = [row for row in figures.funnel if row.at <= figures.fit_until]
        again = figure == "joined" and known in {row.ever_joined for row in said if row.at <= at + timedelta(days=1)}
        if figure == "incentive_rupiah":
            again = known in {(row.paid_first_incentive or 0) * parameters.budget.incentive for row in said}
        return "compared" if at > figures.fit_until or again or figure == "awarded" else "fitted"

    def before(figure: str, at: datetime) -> int:
        return int(np.count_nonzero(stages(journal)[figure][1] < since_epoch(at)))

    def paid(at: datetime) -> int:
        stamps = together(journal, [f"{name}_paid" for name in incentive_names(journal)])
        return int(np.count_nonzero(stamps < since_epoch(at))) * parameters.budget.incentive

    for row in figures.funnel:
        for figure in PRINTED:
            if getattr(row, figure) is not None:
                known = getattr(row, figure)
                role = "input" if figure == "awarded" and by_calendar else fitted(figure, row.at, known)
                add(figure, None, row.at, before(figure, row.at), known, role)
        if row.incentive_rupiah is not None:
            known = row.incentive_rupiah
            add("incentive_rupiah", None, row.at, paid(row.at), known, fitted("incentive_rupiah", row.at, known))
    if by_calendar:
        _published_of_waves(journal, add, fitted)
    for at in figures.predictions:
        given = {"registered", *(("awarded", "training_awarded_rupiah") if by_calendar else ())}
        counts = dict[str, int]()
        for figure in ON_A_DATE:
            counts[figure] = before(figure, at)
            if figure == "awarded":
                counts["revoked"] = int(np.count_nonzero(journal.participants["revoked"] < since_epoch(at)))
        counts["incentive_rupiah"] = paid(at)
        surveys = together(journal, [f"{name}_paid" for name in survey_names(journal)])
        counts["survey_rupiah"] = int(np.count_nonzero(surveys < since_epoch(at))) * parameters.budget.survey
        until = min((since_epoch(at) // DAY + 1) * DAY, journal.end)
        for flow, each in flows_of(journal)["training"].items():
            counts[f"training_{flow}_rupiah"] = sum(rupiah for when_it_flowed, rupiah in each if when_it_flowed < until)
        for figure, count in counts.items():
            add(figure, None, at, count, None, "input" if figure in given else "prediction")
    return rows


def _published_of_waves(
    journal: Journal, add: Callable[..., None], fitted: Callable[[str, datetime, float], str]
) -> None:
    """Add the rows of the figures that were published of some waves."""
    own, figures = journal.participants, journal.programme.parameters.published
    for some_waves in figures.revocations:
        here = (own["wave"] >= some_waves.first_wave - 1) & (own["wave"] < some_waves.last_wave)
        revoked = int(np.count_nonzero(own["revoked"][here] < since_epoch(some_waves.at)))
        role = fitted("revoked", some_waves.at, some_waves.revoked)
        add("revoked", _scope(some_waves), some_waves.at, revoked, some_waves.revoked, role)
    of_wave = {row["wave"]: row for row in waves(journal) if row["joined"] is not None}
    for printed in figures.joined:
        if wave := of_wave.get(printed.wave):
            at = wave["announced"]
            add("joined", str(printed.wave), at, wave["joined"], printed.people, fitted("joined", at, printed.people))
    for printed in figures.selected:
        if wave := of_wave.get(printed.wave):
            role = "compared" if printed.wave == 1 else "input"
            add("selected", str(printed.wave), wave["announced"], wave["awarded"], printed.people, role)
    for shared in figures.eligible_of_joined:
        some = [of_wave.get(number) for number in range(shared.first_wave, shared.last_wave + 1)]
        if all(some):
            eligible, joined = (sum(each[what] for each in some if each) for what in ("eligible", "joined"))
            at = of_wave[shared.last_wave]["announced"]
            add("eligible_share", _scope(shared), at, ratio(eligible, joined) or 0.0, shared.share, "input")


def _scope(row: Any) -> str:
    return str(row.first_wave) if row.last_wave == row.first_wave else f"{row.first_wave}-{row.last_wave}"
