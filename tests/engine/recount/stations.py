"""Stations, counted anew from their visits and their capacity; payment partners from the runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from sim.calendar.instants import DAY, WEEK
from sim.engines.journal import Journal
from sim.journey.kinds import Kind
from sim.programme.payment_runs import RunRecord
from sim.stations.plan import Plan
from sim.stations.schedule import MILLION, Schedule
from tests.engine.recount.journal import month_of, months, ratio, since_epoch, when
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
        **(dict.fromkeys(USE) if plan is None else _use(journal, name, plan)),
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


USE = ("last_served", "utilisation", "busiest_month", "utilisation_busiest_month")


def _use(journal: Journal, name: str, plan: Plan) -> dict[str, Any]:
    visits = journal.visits[name]
    left = visits["left"][visits["left"] < journal.end].tolist()
    gone = np.minimum(visits["left"], visits["gave_up"])
    some_are_left = bool(np.any((visits["arrived"] < journal.end) & (gone >= journal.end)))
    until = journal.end if some_are_left or not left else max(left)
    whole = _utilisation(journal, name, plan, (0, until), journal.end)
    shares = {}
    for month in months(journal):
        after = (month + timedelta(days=31)).replace(day=1)
        since, then = (since_epoch(datetime(day.year, day.month, 1)) for day in (month, after))
        span = max(since, 0), min(then, journal.end)
        shares[month] = _utilisation(journal, name, plan, span, span[1])
    return _use_by_month(max(left) if left else None, whole, shares)


def _use_by_month(last: int | None, whole: float | None, shares: dict[date, float | None]) -> dict[str, Any]:
    most = max([share for share in shares.values() if share], default=None)
    busiest = next((month for month, share in shares.items() if most and round(share or 0, 9) == round(most, 9)), None)
    return dict(zip(USE, (None if last is None else when(last), whole, busiest, most), strict=True))


def _utilisation(journal: Journal, name: str, plan: Plan, span: tuple[int, int], counted_to: int) -> float | None:
    """Return the work done before an instant and since the beginning of a span, of that offered within the span."""
    visits, (since, until) = journal.visits[name], span
    periods = [
        (max(a, since), b, value)
        for schedule in plan.schedules
        for a, b, value in _periods(schedule, until)
        if max(a, since) < b
    ]
    if plan.kind is Kind.SERVERS:
        scale = journal.programme.parameters.population.scale
        spans = zip(visits["started"].tolist(), visits["left"].tolist(), strict=True)
        busy = sum(max(min(left, counted_to) - max(started, since), 0) for started, left in spans)
        servers = sum((b - a) * max(1, round(number * scale)) for a, b, number in periods if number)
        return _at_most_1(ratio(busy, servers))
    assert plan.kind is Kind.RATE, "the recount knows no other kind on the shipped route"
    served = np.count_nonzero((visits["started"] >= since) & (visits["started"] < counted_to))
    return _at_most_1(ratio(int(served), sum((b - a) * rate for a, b, rate in periods) / (WEEK * MILLION)))


def _at_most_1(share: float | None) -> float | None:
    return None if share is None else min(share, 1.0)


def _use_of_runs(journal: Journal, runs: list[RunRecord], some_are_left: bool) -> dict[str, Any]:
    paid = [run.at for run in runs if run.paid]
    until = journal.end if some_are_left or not paid else max(paid)

    def share(some: list[RunRecord]) -> float | None:
        capped = [(run.paid + run.failed, run.cap) for run in some if run.cap is not None]
        return ratio(sum(attempts for attempts, _ in capped), sum(cap for _, cap in capped))

    shares = {month: share([run for run in runs if month_of(run.at) == month]) for month in months(journal)}
    return _use_by_month(max(paid) if paid else None, share([run for run in runs if run.at <= until]), shares)


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
        **(dict.fromkeys(USE) if plenty else _use_of_runs(journal, runs, bool(wait.waiting))),
        "time_over_capacity": ratio(len(behind), len(open_runs)),
        "person_days_waited": sum(map(sum, wait)) / DAY,
        "longest_wait_days": None,
    }
