"""Waits, counted anew: Kaplan-Meier by hand, person after person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.rules.eligibility import is_eligible
from tests.engine.recount.journal import Ints, incentive_names, survey_names, together

DIGITS = 10
"""Binary digits of a duration that are kept behind the first: 0.1 %."""


class Waited(NamedTuple):
    """Durations (µs) of those who got it, who left without it, and who still wait at the end of the run."""

    ended: list[int]
    left: list[int]
    waiting: list[int]


def waited(journal: Journal, began: Ints, ended: Ints, left: Ints | None = None) -> Waited:
    """Return the waits from one stamp to another, or until leaving if that is earlier."""
    found = Waited([], [], [])
    leaves = np.full(began.size, NEVER) if left is None else left
    for since, got, gone in zip(began.tolist(), ended.tolist(), leaves.tolist(), strict=True):
        if since >= journal.end:
            continue
        if got < journal.end and got <= gone:
            found.ended.append(got - since)
        elif gone < journal.end:
            found.left.append(gone - since)
        else:
            found.waiting.append(journal.end - since)
    return found


def quantile(wait: Waited, share: float, leaving_ends: bool) -> float | None:
    """Return the Kaplan-Meier quantile in days, None where it is not reached."""
    ends = Counter(map(_rounded, wait.ended + (wait.left if leaving_ends else [])))
    censored = Counter(map(_rounded, wait.waiting))
    at_risk = sum(map(len, wait))
    survival = 1.0
    for duration in sorted(ends.keys() | censored.keys()):
        if ends[duration]:
            survival *= 1 - ends[duration] / at_risk
            if survival <= 1 - share + 1e-12:
                return duration / DAY
        at_risk -= ends[duration] + censored[duration]
    return None


def _rounded(duration: int) -> int:
    """Return a duration with its first binary digits."""
    drop = max(duration.bit_length() - 1 - DIGITS, 0)
    return duration >> drop << drop


def waits(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the waits."""
    rows = [_row(name, label, "journey", wait, ends) for name, (label, wait, ends) in _journey(journal).items()]
    for station in journal.programme.journey.stations:
        visits = journal.visits[station.name]
        wait = waited(journal, visits["arrived"], visits["started"], visits["gave_up"])
        rows.append(_row(station.name, station.label, "station", wait, True))
    return rows + [
        _row(partner.key, f"Run of {partner.name}", "run", of_partner(journal, partner.key), True)
        for partner in journal.programme.partners
    ]


def of_partner(journal: Journal, key: str) -> Waited:
    """Return the waits for a partner's run, of every payment."""
    own = journal.participants
    number = [partner.key for partner in journal.programme.partners].index(key)
    here = own["partner"] == number
    names = [*incentive_names(journal), *survey_names(journal)]
    ready = np.concatenate([own[f"{name}_ready"][here] for name in names])
    return waited(journal, ready, np.concatenate([own[f"{name}_paid"][here] for name in names]))


def place(journal: Journal) -> Waited:
    """Return the waits for a place: of the eligible, from first joining until award, giving up or the last chance."""
    people, programme = journal.people, journal.programme
    joined = [
        person
        for person in np.flatnonzero(people["first_joined"] < NEVER).tolist()
        if is_eligible(programme.key, programme.waves.waves[people["first_wave"][person]]["eligible"], person)
    ]
    last = journal.last_announcement if 0 <= journal.last_announcement < journal.end else NEVER
    left = np.minimum(people["gave_up_waves"][joined], last)
    return waited(journal, people["first_joined"][joined], people["awarded"][joined], left)


def _journey(journal: Journal) -> dict[str, tuple[str, Waited, bool]]:
    people, own = journal.people, journal.participants
    registered, person = people["portal_arrived"], own["person"]
    awarded = people["awarded"][person]
    turned_away = np.minimum(people["refused"], people["gave_up"])
    not_reviewed = ~(own["reviewed"] < own["closed"])
    lost = np.minimum(own["revoked"], np.where(not_reviewed, own["closed"], NEVER))
    first = own["incentive_1_paid"]

    def from_to(began: Ints, ended: Ints, left: Ints | None = None) -> Waited:
        return waited(journal, began, ended, left)

    def due_to_paid(names: Iterable[str]) -> Waited:
        names = list(names)
        due = together(journal, [f"{name}_due" for name in names])
        return from_to(due, together(journal, [f"{name}_paid" for name in names]))

    without_place = np.minimum(turned_away, people["gave_up_waves"])
    return {
        "registered_to_pool": (
            "Registered to pool, or refused", from_to(registered, people["tested"], turned_away), True
        ),
        "place": ("Joined to award, or gave up", place(journal), True),
        "registered_to_award": ("Registered to award", from_to(registered, people["awarded"], without_place), False),
        "award_to_account": ("Award to account linked", from_to(awarded, own["linked"], own["revoked"]), False),
        "award_to_purchase": ("Award to first purchase", from_to(awarded, own["bought_1"], own["revoked"]), False),
        "purchase_to_completion": (
            "Purchase to completion", from_to(own["bought_1"], own["completed_1"], own["closed"]), False
        ),
        "completion_to_review": (
            "Completion to review", from_to(own["completed_1"], own["reviewed"], own["closed"]), False
        ),
        "first_incentive_due_to_paid": ("First incentive due to paid", due_to_paid(["incentive_1"]), False),
        "incentive_due_to_paid": ("Incentive due to paid", due_to_paid(incentive_names(journal)), False),
        "survey_due_to_paid": ("Survey due to paid", due_to_paid(survey_names(journal)), False),
        "award_to_incentive": ("Award to first incentive", from_to(awarded, first, lost), False),
        "registered_to_incentive": (
            "Registered to first incentive", from_to(registered[person], first, lost), False
        ),
    }  # fmt: skip


def _row(name: str, label: str, kind: str, wait: Waited, leaving_ends: bool) -> dict[str, Any]:
    over = wait.ended + (wait.left if leaving_ends else [])
    return {
        "wait": name,
        "label": label,
        "kind": kind,
        "began": sum(map(len, wait)),
        "ended": len(wait.ended),
        "left": len(wait.left),
        "still_waiting": len(wait.waiting),
        "leaving": "ends the wait" if leaving_ends else "never reaches it",
        "median_days": quantile(wait, 0.5, leaving_ends),
        "p95_days": quantile(wait, 0.95, leaving_ends),
        "mean_days": sum(over) / len(over) / DAY if over else None,
        "person_days": sum(map(sum, wait)) / DAY,
    }
