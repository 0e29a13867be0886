"""Outages: who was touched by each, by how much, and when its queue was back where it would have been without it.

Told beside the same run without them. Payments are held against one another one by one, exact to the day, which says
when a partner paid. So are people at a station that serves them in the order in which they come, where the same people
come on the same days and nobody gives up; at others it is told how many were behind at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, instant, moment
from sim.journey.measures import AT_ONCE, BY_ALL, EXACTLY, PAYMENT_PARTNERS
from sim.journey.route import Station
from sim.observers.delays import Delays, delays_of_served
from sim.observers.observations import Observations
from sim.observers.paid_days import DelaysOfPayments, delays
from sim.parameters.outages import Outages, closes_partners
from sim.parameters.steps import Outage
from sim.results.closed_places import Queue, Side, places_of, queue_of, same_order
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table, day_of, ratio
from sim.rules.people import Trait

Ints = NDArray[np.int64]

COLUMNS = {
    "place": "station, checkout or certificates of a platform, or payment partner that was closed, stable name",
    "number": "number of the outage there, from 1",
    "label": "the place in words",
    "kind": "payment_partners or station",
    "from": "when it closed, WIB",
    "until": "when it opened again, WIB: the last time, of several that are told together",
    "outages": "outages that are told together, since the queue was not yet back when the next one began",
    "touched": "partners: payments made on another day than without the outage, or in one of the two runs alone, of "
    "all from its beginning to that of the next, those that follow later (a survey after a late first incentive) "
    "included; stations: people served on another day, likewise, or those behind at once: see touched_is",
    "touched_is": f"{EXACTLY}; or {AT_ONCE}, at a checkout, or a station where some give up, who comes depends on an "
    "outage, or many queue apart: the most people, at one day's end until the queue was back, who would have been "
    "served without the outage and were not yet; "
    f"or {BY_ALL}, of payments where a station was closed as well, which holds them up too",
    "share": f"touched of all payments made (stations: people served) there in the run without the outage, share; "
    f"empty for those {AT_ONCE}",
    "earlier": f"of the touched, those earlier than without it; empty for those {AT_ONCE}",
    "unpaid": f"of the touched, payments not made (stations: people not served) by the end of the run; empty for those "
    f"{AT_ONCE}",
    "people": f"people whose payments were touched; stations: people touched; empty for those {AT_ONCE}",
    "people_rural": "of them, those who live in a rural area; empty for stations",
    "days_later": "days that the touched were later, in all (payment-days or person-days), exact to the day; what was "
    f"not yet paid or served is counted until the end of the run; for those {AT_ONCE} the sum of those behind at each "
    "day's end until the queue was back",
    "median_days_later": f"half of those later were this many days later, or fewer; empty for those {AT_ONCE}",
    "p95_days_later": f"95 of 100 of those later were this many days later, or fewer; empty for those {AT_ONCE}",
    "person_days_more": "person-days waited there more than without outages, over the whole run and all outages of the "
    "place together, exact; said in the row of its first outage, empty in those of the others",
    "peak_queue": "largest queue from the beginning of the outage until it was back, people at a day's end; partners: "
    "payments after a run",
    "peak_queue_date": "the first day of the largest queue",
    "peak_queue_without": "largest queue on the same days in the run without",
    "back_on": "day on which the queue was back: the first from the end of the outage on from which, for seven days "
    "(or to the end of the run), it was at no day's end longer than without the outage; of a partner after its runs, "
    "payments that just failed left aside; empty: not by the end of the run",
}

DAYS = {
    "place": COLUMNS["place"],
    "number": COLUMNS["number"],
    "date": "day (WIB), from that on which the outage began to that on which the queue was back, or the last",
    "queue": "people who wait at the day's end; partners: payments that wait after the last run by then",
    "queue_without": "the same in the run without the outages",
    "served": "people whose service began that day; partners: payments made",
    "served_without": "the same in the run without the outages",
}

COUNTS = (
    "touched",
    "earlier",
    "unpaid",
    "people",
    "people_rural",
    "days_later",
    "person_days_more",
    "peak_queue",
    "peak_queue_without",
)
"""Columns that count at full population."""

CALM = 7
"""Days for which a queue must be no longer than without the outage to be back."""


@dataclass
class Closure:
    """Outages of a place that are told together, and the day on which its queue was back."""

    since: int
    until: int
    outages: int = 1
    back: int | None = field(default=None)


def outages(run: Side, other: Side, left_out: Outages) -> tuple[Table, Table]:
    """Return the outages that a run has and another one has not, and the days until their queues were back."""
    observations = run.observations
    rows: list[dict[str, Cell]] = []
    days: list[dict[str, Cell]] = []
    # Partners do not touch each other, but who is held up at a station is paid later by whatever partner.
    stations_closed = not all(map(closes_partners, left_out))
    for path, some in left_out.items():
        for place in places_of(observations, path):
            here, there = (queue_of(side, place) for side in (run, other))
            there = there.on(observations.days)
            closures = _closures(here, there, some, observations.end)
            begins = [closure.since // DAY for closure in closures]
            found: Sequence[Delays] | None = None
            if place.station is not None:
                found = _of_people(observations, left_out, place.station, here, there, begins)
            elif place.partner is not None:
                found = _of_payments(run, other, place.partner, begins)
            kind = "station" if place.partner is None else PAYMENT_PARTNERS
            for number, closure in enumerate(closures):
                own = None if found is None else found[number]
                # All outages of a place together wait more by so much: said of each, it would be counted again.
                more = None if number else (here.waits.time - there.waits.time) / DAY
                told = _row(observations, closure, here, there, own, more)
                cells = (place.name, number + 1, place.label, kind, *told)
                rows.append(dict(zip(COLUMNS, cells, strict=True)))
                if place.partner is not None and stations_closed:
                    rows[-1]["touched_is"] = BY_ALL
                days.extend(_days(place.name, number + 1, closure, here, there))
    scale = observations.programme.parameters.population.scale
    return (
        at_full_population(Table("outages", COLUMNS, rows), scale, COUNTS, "touched", "payments or people touched"),
        at_full_population(Table("outage_days", DAYS, days), scale, tuple(DAYS)[3:], "served", "served that day"),
    )


def _closures(run: Queue, other: Queue, some: Sequence[Outage], end: int) -> list[Closure]:
    """Return the outages that begin before the end of the run, together where the queue is not back in between."""
    longer = run.behind > other.behind
    found: list[Closure] = []
    for outage in some:
        since, until = max(instant(outage.since), 0), instant(outage.until)
        if since >= end or until <= 0:
            continue
        last = found[-1] if found else None
        if last is not None and (last.back is None or since // DAY < last.back):
            last.until, last.outages = until, last.outages + 1
        else:
            last = Closure(since, until)
            found.append(last)
        last.back = _back(longer, last.until // DAY)
    return found


def _back(longer: NDArray[np.bool_], first: int) -> int | None:
    """Return the first day, not before one, from which a queue is no longer than without for some days; or None."""
    return next((day for day in range(first, longer.size) if not longer[day : day + CALM].any()), None)


def _of_payments(run: Side, other: Side, partner: int, begins: list[int]) -> Sequence[Delays]:
    return delays(run.paid.of(partner), other.paid.of(partner), begins, run.observations.days)


def _of_people(
    observations: Observations, left_out: Outages, station: Station, run: Queue, other: Queue, begins: list[int]
) -> Sequence[Delays] | None:
    """Return by how many days people were served later at a station; None where the counts of days do not say."""
    some_give_up = run.waits.gave_up or other.waits.gave_up
    if some_give_up or not same_order(observations, left_out, station):
        return None
    return delays_of_served(run.served, other.served, begins)


def _row(
    observations: Observations, closure: Closure, run: Queue, other: Queue, found: Delays | None, more: float | None
) -> tuple[Cell, ...]:
    days = _span(closure, run)
    peak = int(run.queue[days].max())
    return (
        moment(closure.since),
        moment(closure.until),
        closure.outages,
        *(_at_once(run, other, days) if found is None else _exactly(observations, found, other)),
        more,
        peak,
        day_of((days.start + int(run.queue[days].argmax())) * DAY) if peak else None,
        int(other.queue[days].max()),
        None if closure.back is None else day_of(closure.back * DAY),
    )


def _span(closure: Closure, run: Queue) -> slice:
    """Return the days from the beginning of outages to the one on which the queue was back, or the last."""
    last = run.queue.size - 1 if closure.back is None else closure.back
    return slice(closure.since // DAY, last + 1)


def _exactly(observations: Observations, found: Delays, other: Queue) -> tuple[Cell, ...]:
    people, rural = found.touched, None
    if isinstance(found, DelaysOfPayments):
        people, rural = found.persons.size, observations.count_of(found.persons, Trait.RURAL)
    return (
        found.touched,
        EXACTLY,
        ratio(found.touched, int(other.served.sum())),
        found.earlier,
        found.not_by_end,
        people,
        rural,
        found.days,
        found.quantile(0.5),
        found.quantile(0.95),
    )


def _at_once(run: Queue, other: Queue, days: slice) -> tuple[Cell, ...]:
    """Return what the days' ends say: who would have been served without the outage and was not yet."""
    not_yet = np.maximum(np.cumsum(other.served[days] - run.served[days]), 0)
    return int(not_yet.max()), AT_ONCE, None, None, None, None, None, int(not_yet.sum()), None, None


def _days(place: str, number: int, closure: Closure, run: Queue, other: Queue) -> Iterator[dict[str, Cell]]:
    days = _span(closure, run)
    counts = (values[days].tolist() for values in (run.queue, other.queue, run.served, other.served))
    for day, *cells in zip(range(days.start, days.stop), *counts, strict=True):
        yield dict(zip(DAYS, (place, number, day_of(day * DAY), *cells), strict=True))
