"""Stations: what they served, how busy they were, and how long the queue grew."""

from __future__ import annotations

from sim.calendar.instants import DAY
from sim.observers.observations import Observations
from sim.observers.station import StationObserver
from sim.programme.payment_runs import RunRecord
from sim.results.names import STATION_NAMES
from sim.results.table import Cell, Table, day_of, part
from sim.stations.schedule import Schedule
from sim.stations.servers import scaled_servers
from sim.stations.throughput import WORK_OF_A_WEEK

COLUMNS = {
    "station": "station, stable name",
    "label": "the same in words",
    "kind": "rate (a throughput), servers, runs (a payment partner's daily runs), or plenty (no station)",
    "arrived": "simulated people (runs: payments) who arrived",
    "served": "of them, those whose service began (runs: payments made)",
    "gave_up": "of them, those who gave up the wait",
    "waiting_at_end": "of them, those who still wait at the end of the run",
    "peak_queue": "largest queue at a day's end, simulated people; runs: after a run",
    "peak_queue_date": "the first day of the largest queue; empty where there never was one",
    "utilisation": "work served of work offerable in opening hours, share; empty where there is plenty",
    "time_over_capacity": "share of opening hours (runs: of runs) with a queue (runs: left behind by the cap)",
    "person_days_waited": "sum of all waits until the end of the run, simulated person-days",
    "longest_wait_days": "the longest wait until the end of the run, days; empty for runs",
}


def stations(seen: Observations, runs: list[RunRecord]) -> Table:
    """Return the stations of the run, payment partners among them."""
    rows = [_station(seen, name, observer) for name, observer in seen.stations.items()]
    for number, partner in enumerate(seen.programme.partners):
        rows.append(_partner(seen, partner.key, partner.name, partner.caps, [r for r in runs if r.partner == number]))
    return Table("stations", COLUMNS, rows)


def _station(seen: Observations, name: str, observer: StationObserver) -> dict[str, Cell]:
    schedule = seen.programme.stations[name]
    queue = observer.queue()
    peak = int(queue.max())
    waits = observer.waits
    served = waits.ended
    utilisation: float | None = None
    kind = "plenty"
    if schedule is not None and name == "screening":
        kind = "servers"
        scale = seen.programme.parameters.population.scale
        offered = sum(
            scaled_servers(value, scale)[0] * (min(b, seen.end) - max(a, 0))
            for a, b, value in periods(schedule)
            if b > 0 and a < seen.end
        )
        utilisation = part(observer.busy, offered)
    elif schedule is not None:
        kind = "rate"
        utilisation = part(served, schedule.integral(seen.end) / WORK_OF_A_WEEK)
    return {
        "station": name,
        "label": STATION_NAMES[name],
        "kind": kind,
        "arrived": waits.began,
        "served": served,
        "gave_up": waits.gave_up,
        "waiting_at_end": waits.waiting,
        "peak_queue": peak,
        "peak_queue_date": day_of(int(queue.argmax()) * DAY) if peak else None,
        "utilisation": utilisation,
        "time_over_capacity": part(observer.over_capacity, observer.open_time(seen.end)),
        "person_days_waited": waits.time / DAY,
        "longest_wait_days": observer.longest_wait / DAY,
    }


def periods(schedule: Schedule) -> list[tuple[int, int, int]]:
    """Return (from, until, value) of each period of a schedule."""
    starts = schedule.starts.tolist()
    return list(zip(starts, [*starts[1:], 1 << 62], schedule.values.tolist(), strict=True))


def _partner(seen: Observations, key: str, label: str, caps: Schedule | None, runs: list[RunRecord]) -> dict[str, Cell]:
    waits = seen.waits[f"run_{key}"]
    plenty = caps is None or all(run.cap is None for run in runs if run.cap != 0)
    peak = max(runs, key=lambda run: run.waiting, default=None)
    open_runs = [run for run in runs if run.cap != 0]
    bound = sum(run.cap is not None and run.paid + run.failed >= run.cap and run.waiting > 0 for run in open_runs)
    return {
        "station": key,
        "label": label,
        "kind": "plenty" if plenty else "runs",
        "arrived": waits.began,
        "served": waits.ended,
        "gave_up": waits.gave_up,
        "waiting_at_end": waits.waiting,
        "peak_queue": peak.waiting if peak else 0,
        "peak_queue_date": day_of(peak.at) if peak and peak.waiting else None,
        "utilisation": None
        if plenty
        else part(sum(r.paid for r in runs if r.cap is not None), sum(r.cap or 0 for r in runs)),
        "time_over_capacity": part(bound, len(open_runs)),
        "person_days_waited": waits.time / DAY,
        "longest_wait_days": None,
    }
