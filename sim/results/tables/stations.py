"""Stations: what they served, how busy they were, and how long the queue grew."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.calendar.instants import DAY, moment
from sim.calendar.months import months
from sim.journey.kinds import Kind
from sim.journey.measures import PAYMENT_PARTNERS, partner_wait
from sim.observers.observations import Observations
from sim.observers.station import StationObserver
from sim.programme.partners import Partner
from sim.programme.payment_runs import RunRecord
from sim.results.full_population import at_full_population
from sim.results.members import Member, members
from sim.results.table import Cell, Table, day_of, ratio
from sim.results.tables.payments import used_of_cap
from sim.stations.daily_runs import DailyRunsPlan, whole_caps
from sim.stations.plan import Plan

COLUMNS = {
    "station": "station, stable name",
    "label": "the same in words",
    "bank": "the bank of which the station is one instance (a platform's checkout, say, whose bank in one row stands "
    "before it); empty: a station of its own, or a bank in one row",
    "kind": f"{', '.join(Kind)}, or plenty (no limit at any time)",
    "arrived": "people (partners: payments) who arrived; a platform whose certificates have no cap at any time issues "
    "them at once, and nobody comes",
    "served": "of them, those whose service began (partners: payments made)",
    "gave_up": "of them, those who gave up the wait",
    "waiting_at_end": "of them, those who still wait at the end of the run",
    "peak_queue": "largest queue at a day's end, people; partners: payments after a run",
    "peak_queue_date": "the first day of the largest queue; empty where there never was one",
    "last_served": "when the last who was served left (partners: was paid), WIB; empty where nobody was, or plenty",
    "utilisation": "work served of work offerable in opening hours until the last was served (to the end of the run "
    "where some are left), share; of partners: attempts, those that failed included, of the caps. Who is begun "
    "counts whole, up to a share of 1; empty where there is plenty",
    "busiest_month": "the calendar month (its first day) of the highest utilisation, the first of such",
    "utilisation_busiest_month": "the same of that month, share",
    "time_over_capacity": "share of opening hours with a queue; of partners: of runs that left some behind by the cap; "
    "of certificates: of runs that used up the cap and left some behind at the day's end",
    "person_days_waited": "sum of all waits until the end of the run, person-days",
    "longest_wait_days": "the longest wait until the end of the run, days; empty for partners",
}

COUNTS = ("arrived", "served", "gave_up", "waiting_at_end", "peak_queue", "person_days_waited")
"""Columns that count at full population."""


def stations(observations: Observations, runs: list[RunRecord]) -> Table:
    """Return the stations of the run, payment partners among them."""
    programme, rows = observations.programme, list[dict[str, Cell]]()
    for name, observer in observations.stations.items():
        label, platforms = programme.journey.station(name).label, members(observations, name)
        bank = _station(observations, Member(name, label, observer, programme.stations[name]))
        some = [_station(observations, platform, name) for platform in platforms]
        if bank["kind"] == Kind.DAILY_RUNS and platforms:
            each = [_runs(platform, observations) for platform in platforms]
            for row, (over, of_all) in zip((bank, *some), (_added(each), *each), strict=True):
                row["time_over_capacity"] = ratio(over, of_all)
        rows += [bank, *some]
    of_partner: list[list[RunRecord]] = [[] for _ in programme.partners]
    for run in runs:
        of_partner[run.partner].append(run)
    for partner, own in zip(programme.partners, of_partner, strict=True):
        rows.append(_partner(observations, partner, own))
    table, scale = Table("stations", COLUMNS, rows), programme.parameters.population.scale
    return at_full_population(table, scale, COUNTS, "arrived", "people (partners: payments) who arrived")


def _station(observations: Observations, station: Member, bank: str | None = None) -> dict[str, Cell]:
    name, label, observer, plan = station
    queue, waits = observer.queue(), observer.waits
    peak = int(queue.max())
    return {
        "station": name,
        "label": label,
        "bank": bank,
        "kind": "plenty" if plan is None else str(plan.kind),
        "arrived": waits.began,
        "served": waits.ended,
        "gave_up": waits.gave_up,
        "waiting_at_end": waits.waiting,
        "peak_queue": peak,
        "peak_queue_date": day_of(int(queue.argmax()) * DAY) if peak else None,
        **(dict.fromkeys(USE) if plan is None else _use_of(plan, observer, observations)),
        "time_over_capacity": ratio(observer.over_capacity, observer.open_time()),
        "person_days_waited": waits.time / DAY,
        "longest_wait_days": observer.longest_wait / DAY,
    }


def _runs(platform: Member, observations: Observations) -> tuple[int, int]:
    """Return how many daily runs of a platform used up their cap and left some behind, and how many had a cap at all.

    Who is left behind is who waits at the day's end.
    """
    if not isinstance(platform.plan, DailyRunsPlan):
        return 0, 0
    runs = platform.plan.runs[platform.plan.runs < observations.end]
    caps, days = whole_caps(platform.plan.schedules[0], runs), runs // DAY
    served, waiting = platform.observer.starts[days], platform.observer.queue()[days]
    return int(np.count_nonzero((caps > 0) & (served >= caps) & (waiting > 0))), int(np.count_nonzero(caps))


def _added(some: list[tuple[int, int]]) -> tuple[int, int]:
    return sum(over for over, _ in some), sum(runs for _, runs in some)


USE = ("last_served", "utilisation", "busiest_month", "utilisation_busiest_month")
"""Columns that say how busy a station was."""


DIGITS = 9
"""Digits of a share by which months are told apart."""


def _use(last: int, utilisation: float | None, by_month: Iterable[tuple[Cell, float | None]]) -> dict[str, Cell]:
    """Return how busy a station was: until the last was served, and in the busiest of its months."""
    known = [(month, share) for month, share in by_month if share]
    # Months that were worked through whole differ in their last bits only.
    month, most = max(known, key=lambda each: round(each[1], DIGITS), default=(None, None))
    return dict(zip(USE, (None if last < 0 else moment(last), utilisation, month, most), strict=True))


def _use_of(plan: Plan, observer: StationObserver, observations: Observations) -> dict[str, Cell]:
    last = observer.last_departure
    until = observations.end if observer.inside_at_end or last < 0 else last
    utilisation = plan.utilisation(observer.waits.ended, observer.busy(), until)
    first, month_of_day = months(observations.days)
    begins = np.searchsorted(month_of_day, np.arange(len(first)))
    served = np.add.reduceat(observer.starts, begins).tolist()
    edges = [*(begins * DAY).tolist(), observations.end]
    return _use(
        last, utilisation, zip(first, plan.utilisations(served, observer.busy_from(begins), edges), strict=True)
    )


def _use_of_runs(runs: list[RunRecord], some_are_left: bool) -> dict[str, Cell]:
    capped = [run for run in runs if run.cap is not None]
    last = max((run.at for run in runs if run.paid), default=-1)
    until = [run for run in capped if some_are_left or last < 0 or run.at <= last]
    of_month: dict[Cell, list[RunRecord]] = {}
    for run in capped:
        of_month.setdefault(day_of(run.at).replace(day=1), []).append(run)
    return _use(last, used_of_cap(until), ((month, used_of_cap(some)) for month, some in of_month.items()))


def _partner(observations: Observations, partner: Partner, runs: list[RunRecord]) -> dict[str, Cell]:
    waits = observations.waits(partner_wait(partner.key))
    open_runs = [run for run in runs if run.cap != 0]
    # A partner that was closed in every run is not one of which there is plenty.
    plenty = partner.caps is None or (bool(open_runs) and all(run.cap is None for run in open_runs))
    peak = max(runs, key=lambda run: run.waiting, default=None)
    bound = sum(run.cap is not None and run.paid + run.failed >= run.cap and run.waiting > 0 for run in open_runs)
    return {
        "station": partner.key,
        "label": partner.name,
        "bank": PAYMENT_PARTNERS,
        "kind": "plenty" if plenty else str(Kind.DAILY_RUNS),
        "arrived": waits.began,
        "served": waits.ended,
        "gave_up": waits.gave_up,
        "waiting_at_end": waits.waiting,
        "peak_queue": peak.waiting if peak else 0,
        "peak_queue_date": day_of(peak.at) if peak and peak.waiting else None,
        **(dict.fromkeys(USE) if plenty else _use_of_runs(runs, waits.waiting > 0)),
        "time_over_capacity": ratio(bound, len(open_runs)),
        "person_days_waited": waits.time / DAY,
        "longest_wait_days": None,
    }
