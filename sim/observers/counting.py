"""Compiled counting: one pass over a batch of stamps. Counts and sums are whole numbers, so order does not matter.

Kernels of the cohort engine call the rules here. No label and no name of a stamp is read, so that a changed one
compiles nothing anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.rules.compiling import kernel, rule
from sim.rules.people import WIDTHS, Trait

SHIFT = 42  # of the 52 bits of a double's fraction 10 remain: 1,024 bins an octave, 0.1 % wide
ZERO = (1023 << 10) - 1
BINS = 56 << 10

ENDED, GAVE_UP, WAITING = 0, 1, 2
LOW = (1 << 20) - 1
"""The lower half of a time, of sums that exceed 64 bits."""


@rule
def bin_of(duration: int) -> int:
    """Return the bin of a duration in µs: 0 for none, else log-linear."""
    bits: Any = np.float64(duration).view(np.int64)
    return (bits >> SHIFT) - ZERO if duration > 0 else 0


@rule
def tally(duration: int, how: int, bins: NDArray[np.int64], people: NDArray[np.int64], time: NDArray[np.int64]) -> None:
    """Add one duration; sums of 80 million waits of years exceed 64 bits, so halves are added."""
    bins[how, bin_of(duration)] += 1
    people[how] += 1
    time[how, 0] += duration >> 20
    time[how, 1] += duration & LOW


@kernel
def tally_waits(
    began: NDArray[np.int64],
    ended: NDArray[np.int64],
    gave_up: NDArray[np.int64],
    end: int,
    bins: NDArray[np.int64],
    people: NDArray[np.int64],
    time: NDArray[np.int64],
) -> None:
    """Add the waits of those who began before the end of the run.

    Of `ended` and `gave_up` one instant is that of all; `gave_up` may be empty: nobody did.
    """
    for i in range(began.size):
        if began[i] >= end:
            continue
        ends = ended[i if ended.size > 1 else 0]
        leaves = gave_up[i if gave_up.size > 1 else 0] if gave_up.size else NEVER
        if ends < end and ends <= leaves:
            tally(ends - began[i], ENDED, bins, people, time)
        elif leaves < end:
            tally(leaves - began[i], GAVE_UP, bins, people, time)
        else:
            tally(end - began[i], WAITING, bins, people, time)


@rule
def count_stamp(at: int, days: NDArray[np.int64], on_the_day: NDArray[np.int64], calendar: Any) -> None:
    """Count a stamp by its day, and before each snapshot of the same day.

    `calendar` is, by day, the first snapshot that lies on it (-1 where none does), and the snapshots.
    """
    first_snapshot, snapshots = calendar
    day = at // DAY
    days[day] += 1
    s = first_snapshot[day]
    if s >= 0:
        while s < snapshots.size and snapshots[s] // DAY == day:
            if at < snapshots[s]:
                on_the_day[s] += 1
            s += 1


@kernel
def count_stamps(
    instants: NDArray[np.int64],
    end: int,
    days: NDArray[np.int64],
    on_the_day: NDArray[np.int64],
    calendar: Any,
) -> int:
    """Count stamps before the end; return the last of them. See `count_stamp`."""
    last = -1
    for i in range(instants.size):
        at = instants[i]
        if at >= end:
            continue
        count_stamp(at, days, on_the_day, calendar)
        last = max(last, at)
    return last


@kernel
def count_rupiah(instants: NDArray[np.int64], rupiah: NDArray[np.int64], end: int, days: NDArray[np.int64]) -> None:
    """Add rupiah by day; one amount for all, or one for each instant."""
    for i in range(instants.size):
        if instants[i] < end:
            days[instants[i] // DAY] += rupiah[i if rupiah.size > 1 else 0]


OpenTime = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Periods of the instances of a station: starts (µs), whether open, open µs before; by instance the first period and
the one after the last."""


@kernel
def _open_until(at: int, open_time: OpenTime, instance: int) -> int:
    starts, is_open, before, first, after = open_time
    begin: Any = first[instance]
    period: Any = max(np.searchsorted(starts[begin : after[instance]], at, side="right") - 1, 0) + begin
    return before[period] + (at - starts[period]) * is_open[period]


@kernel
def open_until(at: int, open_time: OpenTime) -> int:
    """Return the µs in which the instances of a station were open from 0 to an instant, added up."""
    total: Any = np.int64(0)
    for instance in range(open_time[3].size):
        total += _open_until(at, open_time, instance)
    return total


@kernel
def _add_day(counts: NDArray[np.int64], day: int, without_wait: int, leaving: int, busy: int, low: int) -> None:
    counts[0, day] += without_wait
    counts[1, day] += without_wait
    counts[2, day] += leaving
    counts[4, day] += busy
    counts[5, day] += low


@kernel
def _add_work(counts: NDArray[np.int64], since: int, until: int) -> None:
    """Add a service to the time in service of each day that it lasts."""
    at = since
    while at < until:
        day = at // DAY
        spent = min(until, (day + 1) * DAY) - at
        counts[4, day] += spent >> 20
        counts[5, day] += spent & LOW
        at += spent


@kernel
def count_visits(
    arrived: NDArray[np.int64],
    started: NDArray[np.int64],
    left: NDArray[np.int64],
    gave_up: NDArray[np.int64],
    instances: NDArray[Any] | None,
    end: int,
    counts: NDArray[np.int64],
    bins: NDArray[np.int64],
    people: NDArray[np.int64],
    time: NDArray[np.int64],
    open_time: OpenTime,
    sums: NDArray[np.int64],
    reached: NDArray[np.int64],
) -> None:
    """Add visits in the order of arrival; `instances` is None where there is one (a version without it is compiled).

    `counts` are [arrivals, starts, departures, renegings, time in service (two halves); day]; `sums` are opening time
    with a queue, the longest wait, and the last departure; `reached` is by instance until when somebody has waited
    there.
    """
    # Most do not wait, and leave on the day on which they came: they are counted by the day, and added at its end.
    day, midnight, without_wait, leaving, busy, low = -1, np.int64(0), 0, 0, 0, 0
    last: Any = sums[2]
    for i in range(arrived.size):
        at = arrived[i]
        if at >= end:
            continue
        if at >= midnight:
            if without_wait:
                _add_day(counts, day, without_wait, leaving, busy, low)
                without_wait = leaving = busy = low = 0
            day = at // DAY
            midnight = (day + 1) * DAY
        if started[i] == at:  # nobody gives up as their turn comes
            without_wait += 1
            people[ENDED] += 1
            bins[ENDED, 0] += 1
            if left[i] < min(midnight, end):
                spent = left[i] - at
                busy += spent >> 20
                low += spent & LOW
                leaving += 1
                last = max(last, left[i])
            else:
                _add_work(counts, at, min(left[i], end))
                if left[i] < end:
                    counts[2, left[i] // DAY] += 1
                    last = max(last, left[i])
            continue
        counts[0, day] += 1
        until = end
        if gave_up.size and gave_up[i] < end:
            until = gave_up[i]
            counts[3, until // DAY] += 1
            tally(until - at, GAVE_UP, bins, people, time)
        elif started[i] < end:
            until = started[i]
            counts[1, until // DAY] += 1
            tally(until - at, ENDED, bins, people, time)
            _add_work(counts, until, min(left[i], end))
            if left[i] < end:
                counts[2, left[i] // DAY] += 1
                last = max(last, left[i])
        else:
            tally(end - at, WAITING, bins, people, time)
        if until > at:
            sums[1] = max(sums[1], until - at)
            # Waits come in order of their beginning: the union of those at an instance grows with each.
            instance: Any = 0 if instances is None else np.int64(instances[i])
            since: Any = max(at, reached[instance])
            if until > since:
                sums[0] += _open_until(until, open_time, instance) - _open_until(since, open_time, instance)
                reached[instance] = until
    if without_wait:
        _add_day(counts, day, without_wait, leaving, busy, low)
    sums[2] = last


PROVINCE_BITS = WIDTHS[Trait.PROVINCE]
BEHIND_REGENCY = Trait.REGENCY + WIDTHS[Trait.REGENCY]
"""The lowest bit of the traits behind the regency."""
_END = max(which + WIDTHS.get(which, 1) for which in Trait if which != Trait.ELIGIBILITY_LUCK)
GROUPS = 1 << (PROVINCE_BITS + _END - BEHIND_REGENCY)
"""Combinations of the traits that results are told apart by: all but the regency."""

if (Trait.PROVINCE, Trait.REGENCY) != (0, PROVINCE_BITS):
    raise ValueError("groups are counted of a packed word that begins with province and regency")

_PROVINCE = np.uint32((1 << PROVINCE_BITS) - 1)
_OTHERS = np.uint32((1 << (_END - BEHIND_REGENCY)) - 1)
_BEHIND_REGENCY, _BEHIND_PROVINCE = np.uint32(BEHIND_REGENCY), np.uint32(PROVINCE_BITS)


@rule
def group_of(packed: Any) -> int:
    """Return the combination of a person's traits but the regency, from the packed word."""
    group: Any = np.int64(packed & _PROVINCE | (packed >> _BEHIND_REGENCY & _OTHERS) << _BEHIND_PROVINCE)
    return group


@kernel
def count_groups(packed: NDArray[np.uint32], counts: NDArray[np.int64]) -> None:
    """Count people by the combination of their traits: one counter a person, whatever the number of traits."""
    for i in range(packed.size):
        counts[group_of(packed[i])] += 1
