"""Stations, counted anew from their visits and their capacity; payment partners from the runs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from sim.calendar.instants import DAY, WEEK
from sim.engines.journal import Journal
from sim.journey.kinds import Kind
from sim.stations.plan import Plan
from sim.stations.schedule import MILLION, Schedule
from tests.engine.recount.journal import ratio, since_epoch, when
from tests.engine.recount.stages import daily
from tests.engine.recount.waits import of_partner, waited

Spans = list[tuple[int, int]]


def stations(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the stations."""
    days = daily(journal)
    rows = [_station(journal, name, days) for name in journal.programme.journey.names]
    return rows + [_partner(journal, number) for number in range(len(journal.programme.partners))]


def _station(journal: Journal, name: str, days: list[dict[str, Any]]) -> dict[str, Any]:
    visits, plan = journal.visits[name], journal.programme.stations[name]
    wait = waited(journal, visits["arrived"], visits["started"], visits["gave_up"])
    queue = [row[f"queue_{name}"] for row in days]
    peak = max(queue)
    instances = 1 if plan is None else plan.instances
    with_a_queue = is_open = 0
    for instance in range(instances):
        opening = [(0, journal.end)] if plan is None else _open(plan.schedules[instance], journal.end)
        is_open += sum(until - since for since, until in opening)
        with_a_queue += _overlap(_queued(journal, name, instance), opening)
    return {
        "station": name,
        "label": journal.programme.journey.station(name).label,
        "bank": None,
        "kind": "plenty" if plan is None else plan.kind.value,
        "arrived": int(np.count_nonzero(visits["arrived"] < journal.end)),
        "served": len(wait.ended),
        "gave_up": len(wait.left),
        "waiting_at_end": len(wait.waiting),
        "peak_queue": peak,
        "peak_queue_date": days[queue.index(peak)]["date"] if peak else None,
        "utilisation": None if plan is None else _utilisation(journal, name, plan, len(wait.ended)),
        "time_over_capacity": ratio(with_a_queue, is_open),
        "person_days_waited": sum(map(sum, wait)) / DAY,
        "longest_wait_days": max([0, *wait.ended, *wait.left, *wait.waiting]) / DAY,
    }


def _periods(schedule: Schedule, end: int) -> list[tuple[int, int, int]]:
    """Return (from, until, capacity) of each period of a schedule within a run."""
    corners = [*schedule.starts.tolist(), end]
    each = zip(pairwise(corners), schedule.values.tolist(), strict=True)
    return [(max(a, 0), min(b, end), value) for (a, b), value in each if max(a, 0) < min(b, end)]


def _open(schedule: Schedule, end: int) -> Spans:
    return [(since, until) for since, until, capacity in _periods(schedule, end) if capacity]


def _queued(journal: Journal, name: str, instance: int) -> Spans:
    """Return the spans in which somebody waits at an instance, in order and apart from one another."""
    visits = journal.visits[name]
    until = np.minimum(np.minimum(visits["started"], visits["gave_up"]), journal.end)
    here = (visits["instance"] == instance) & (visits["arrived"] < until)
    found: Spans = []
    for since, then in sorted(zip(visits["arrived"][here].tolist(), until[here].tolist(), strict=True)):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], then))
        else:
            found.append((since, then))
    return found


def _overlap(some: Spans, others: Spans) -> int:
    return sum(max(min(b, d) - max(a, c), 0) for a, b in some for c, d in others)


def _utilisation(journal: Journal, name: str, plan: Plan, served: int) -> float | None:
    periods = [period for schedule in plan.schedules for period in _periods(schedule, journal.end)]
    if plan.kind is Kind.SERVERS:
        visits, scale = journal.visits[name], journal.programme.parameters.population.scale
        begun = visits["started"] < journal.end
        busy = np.minimum(visits["left"][begun], journal.end) - visits["started"][begun]
        servers = sum((b - a) * max(1, round(number * scale)) for a, b, number in periods if number)
        return ratio(int(busy.sum()), servers)
    assert plan.kind is Kind.RATE, "the recount knows no other kind on the shipped route"
    return ratio(served, sum((b - a) * rate for a, b, rate in periods) / (WEEK * MILLION))


def _partner(journal: Journal, number: int) -> dict[str, Any]:
    partner = journal.programme.partners[number]
    runs = [run for run in journal.runs if run.partner == number]
    wait = of_partner(journal, partner.key)
    open_runs = [run for run in runs if run.cap is None or run.cap > 0]
    capped = [run for run in runs if run.cap is not None]
    behind = [run for run in open_runs if run in capped and run.waiting and run.paid + run.failed == run.cap]
    most = max([run.waiting for run in runs], default=0)
    config = list(journal.programme.parameters.payment.partners.values())[number]
    never_closed = since_epoch(config.since) <= 0 and not config.outages
    plenty = never_closed and {config.cap, *(step.cap for step in config.steps)} == {None}
    plenty |= bool(open_runs) and not any(run.cap for run in runs)
    return {
        "station": partner.key,
        "label": partner.name,
        "bank": "payment_partners",
        "kind": "plenty" if plenty else "daily runs",
        "arrived": sum(map(len, wait)),
        "served": len(wait.ended),
        "gave_up": 0,
        "waiting_at_end": len(wait.waiting),
        "peak_queue": most,
        "peak_queue_date": next(when(run.at).date() for run in runs if run.waiting == most) if most else None,
        "utilisation": None
        if plenty
        else ratio(sum(run.paid for run in capped), sum(run.cap for run in capped if run.cap is not None)),
        "time_over_capacity": ratio(len(behind), len(open_runs)),
        "person_days_waited": sum(map(sum, wait)) / DAY,
        "longest_wait_days": None,
    }
