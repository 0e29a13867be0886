"""Waits, counted anew: who is watched for a shorter time gives their weight to those watched longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.rules.eligibility import is_eligible
from tests.engine.recount.journal import Ints, class_bookings, incentive_names, survey_names, together

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


def quantile(wait: Waited, share: float) -> float | None:
    """Return the days within which a share of all who began got it, None where it is not reached.

    Each has a weight of 1. Who still waits at the end of the run hands it on, in equal parts, to those whose wait is
    known to be longer; who got it or left keeps theirs.
    """
    ends, leaves, censored = (Counter(map(_rounded, durations)) for durations in wait)
    people = longer = sum(map(len, wait))
    weight, got_it = 1.0, 0.0
    for duration in sorted(ends.keys() | leaves.keys() | censored.keys()):
        got_it += weight * ends[duration]
        if ends[duration] and got_it >= (share - 1e-12) * people:
            return duration / DAY
        longer -= ends[duration] + leaves[duration]
        if longer > censored[duration]:
            weight *= longer / (longer - censored[duration])
        longer -= censored[duration]
    return None


def of_some(durations: list[int], share: float) -> float | None:
    """Return the quantile of some durations in days: the least that so many do not exceed."""
    least = list(map(_rounded, sorted(durations)))
    number = next((k for k in range(1, len(least) + 1) if k >= (share - 1e-12) * len(least)), None)
    return None if number is None else least[number - 1] / DAY


def _rounded(duration: int) -> int:
    """Return a duration with its first binary digits."""
    drop = max(duration.bit_length() - 1 - DIGITS, 0)
    return duration >> drop << drop


def waits(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the waits."""
    rows = [_row(name, label, "journey", who, wait) for name, (label, who, wait) in _journey(journal).items()]
    for station in journal.programme.journey.stations:
        visits = journal.visits[station.name]
        wait = waited(journal, visits["arrived"], visits["started"], visits["gave_up"])
        rows.append(_row(station.name, station.label, "station", "all who came to it", wait))
    return rows + [
        _row(partner.key, f"Run of {partner.name}", "run", "payments ready for a run", of_partner(journal, partner.key))
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
    """Return the waits for a place, of those eligible in the first wave they joined.

    They last from joining it until award, giving up or the last chance.
    """
    people, programme = journal.people, journal.programme
    joined = [
        person
        for person in np.flatnonzero(people["first_joined"] < NEVER).tolist()
        if is_eligible(programme.key, programme.waves.waves[people["first_wave"][person]]["eligible"], person)
    ]
    last = journal.last_announcement if 0 <= journal.last_announcement < journal.end else NEVER
    left = np.minimum(people["gave_up_waves"][joined], last)
    return waited(journal, people["first_joined"][joined], people["awarded"][joined], left)


def _journey(journal: Journal) -> dict[str, tuple[str, str, Waited]]:
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
    last = np.full(journal.programme.people, NEVER)
    last[person] = first
    gone = without_place.copy()
    gone[person] = lost
    everyone, awardees = "all who registered", "the awarded"
    award = from_to(registered, people["awarded"], without_place)
    return {
        "registered_to_pool": (
            "Registered to pool", everyone, from_to(registered, people["tested"], turned_away)
        ),
        "place": ("Joined to award", "those eligible in the first wave they joined", place(journal)),
        "registered_to_award": ("Registered to award", everyone, award),
        "award_to_account": ("Award to account linked", awardees, from_to(awarded, own["linked"], own["revoked"])),
        "award_to_purchase": ("Award to first purchase", awardees, from_to(awarded, own["bought_1"], own["revoked"])),
        "booking_to_class": ("Booking to class", "bookings of live courses", from_to(*class_bookings(journal)[1:])),
        "purchase_to_completion": (
            "Purchase to completion",
            "those who bought a first course",
            from_to(own["bought_1"], own["completed_1"], own["closed"]),
        ),
        "completion_to_review": (
            "Completion to review",
            "those who completed a first course",
            from_to(own["completed_1"], own["reviewed"], own["closed"]),
        ),
        "first_incentive_due_to_paid": (
            "First incentive due to paid", "first incentives that fell due", due_to_paid(["incentive_1"])
        ),
        "incentive_due_to_paid": (
            "Incentive due to paid", "incentives that fell due", due_to_paid(incentive_names(journal))
        ),
        "survey_due_to_paid": ("Survey due to paid", "surveys that fell due", due_to_paid(survey_names(journal))),
        "award_to_incentive": ("Award to first incentive", awardees, from_to(awarded, first, lost)),
        "registered_to_incentive": ("Registered to first incentive", everyone, from_to(registered, last, gone)),
    }  # fmt: skip


def _row(name: str, label: str, kind: str, who: str, wait: Waited) -> dict[str, Any]:
    return {
        "wait": name,
        "label": label,
        "kind": kind,
        "who": who,
        "began": sum(map(len, wait)),
        "got_it": len(wait.ended),
        "median_days_got_it": of_some(wait.ended, 0.5),
        "p95_days_got_it": of_some(wait.ended, 0.95),
        "p05_days_got_it": of_some(wait.ended, 0.05),
        "p25_days_got_it": of_some(wait.ended, 0.25),
        "p75_days_got_it": of_some(wait.ended, 0.75),
        "mean_days_got_it": sum(wait.ended) / len(wait.ended) / DAY if wait.ended else None,
        "left_without": len(wait.left),
        "median_days_left_without": of_some(wait.left, 0.5),
        "still_waiting": len(wait.waiting),
        "median_days": quantile(wait, 0.5),
        "p95_days": quantile(wait, 0.95),
        "person_days": sum(map(sum, wait)) / DAY,
    }
