"""The funnel and the days, counted anew."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from tests.engine.recount.journal import (
    Ints,
    by_day,
    dates,
    incentive_names,
    paid_in_full,
    ratio,
    survey_names,
    together,
    unanswered,
)


def stages(journal: Journal) -> dict[str, tuple[str, Ints]]:
    """Return the stamps of those who reached each stage, with its words."""
    people, own = journal.people, journal.participants
    return {
        "registered": ("Registered", people["portal_arrived"]),
        "processed": ("Processed", people["processing_left"]),
        "email_verified": ("Email verified", people["email_passed"]),
        "nik_verified": ("Civil registry passed", people["registry_passed"]),
        "layer3_verified": ("Third layer passed", people["third_layer_passed"]),
        "in_pool": ("Test taken, in the pool", people["tested"]),
        "ever_joined": ("Joined a wave", people["first_joined"]),
        "awarded": ("Awarded", people["awarded"]),
        "bought_first": ("Bought a first course", own["bought_1"]),
        "completed_first": ("Completed it", own["completed_1"]),
        "reviewed": ("Rated and reviewed it", own["reviewed"]),
        "paid_first_incentive": ("Paid a first incentive", own["incentive_1_paid"]),
        "fully_paid": ("Paid in full", paid_in_full(journal)),
    }


def funnel(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the funnel."""
    counts = {name: (label, int(np.count_nonzero(at < NEVER))) for name, (label, at) in stages(journal).items()}
    registered = before = counts["registered"][1]
    rows = []
    for name, (label, people) in counts.items():
        rows.append(
            {
                "stage": name,
                "label": label,
                "people": people,
                "share_of_registered": ratio(people, registered),
                "share_of_stage_before": ratio(people, before),
            }
        )
        before = people
    return rows


def daily(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the days."""
    people, own = journal.people, journal.participants
    incentives, surveys = incentive_names(journal), survey_names(journal)
    courses = [name for name in own.stamps if name.startswith("bought_")]
    columns: dict[str, list[Any]] = {"date": list(dates(journal))}

    def count(name: str, stamps: Ints) -> None:
        columns[name] = by_day(journal, stamps).tolist()

    for name, (_, stamps) in stages(journal).items():
        count(name, stamps)
    count("revoked", own["revoked"])
    count("gave_up_waves", people["gave_up_waves"])
    count("courses_bought", together(journal, courses))
    count("surveys_offered", together(journal, [f"{name}_offered" for name in surveys]))
    never = [own[f"{name}_offered"][unanswered(journal, number)] for number, name in enumerate(surveys)]
    count("surveys_unanswered", np.concatenate(never))
    for what in ("due", "paid"):
        count(f"incentives_{what}", together(journal, [f"{name}_{what}" for name in incentives]))
    for what in ("due", "paid"):
        count(f"surveys_{what}", together(journal, [f"{name}_{what}" for name in surveys]))
    ends = [(day + 1) * DAY for day in range(len(columns["date"]))]
    for name in journal.programme.journey.names:
        visits = journal.visits[name]
        until = np.minimum(visits["started"], visits["gave_up"])
        columns[f"queue_{name}"] = [_between(visits["arrived"], until, now, journal.end) for now in ends]
    for name in journal.programme.journey.names:
        count(f"served_{name}", journal.visits[name]["started"])
    columns |= _runs(journal)
    leaves = np.minimum(people["awarded"], people["gave_up_waves"])
    columns["people_in_pool"] = [_between(people["tested"], leaves, now, journal.end) for now in ends]
    decided = np.minimum(own["bought_1"], own["revoked"])
    awarded = people["awarded"][own["person"]]
    columns["people_awarded"] = [_between(awarded, decided, now, journal.end) for now in ends]
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _between(began: Ints, ended: Ints, now: int, end: int) -> int:
    """Return how many have begun before an instant, or the end of the run, and not ended by then."""
    at = min(now, end)
    return int(np.count_nonzero((began < at) & (ended >= at)))


def _runs(journal: Journal) -> dict[str, list[Any]]:
    runs = defaultdict(list)
    for run in journal.runs:
        runs[run.at // DAY].append(run)
    days = range(len(dates(journal)))
    caps = [[run.cap for run in runs[day]] for day in days]
    columns = {
        "queue_payments": [sum(run.waiting for run in runs[day]) if runs[day] else None for day in days],
        "payment_capacity": [None if None in each else sum(cap or 0 for cap in each) for each in caps],
        "payments_paid": [sum(run.paid for run in runs[day]) for day in days],
    }
    own, partners = journal.participants, journal.programme.partners
    payments = [*incentive_names(journal), *survey_names(journal)]
    for number, partner in enumerate(partners):
        waiting = {run.at // DAY: run.waiting for run in journal.runs if run.partner == number}
        columns[f"queue_{partner.key}"] = [waiting.get(day) for day in days]
    for number, partner in enumerate(partners):
        paid = np.concatenate([own[f"{name}_paid"][own["partner"] == number] for name in payments])
        columns[f"paid_{partner.key}"] = by_day(journal, paid).tolist()
    return columns
