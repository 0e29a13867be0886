"""Compiled counting of the market: one pass over a batch, a few additions for each buyer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.observers.counting import ENDED, LOW, WAITING, tally
from sim.rules.compiling import kernel

Ints = NDArray[np.int64]


@kernel
def count_by_platform(platform: Ints, at: Ints, end: int, counts: Ints) -> None:
    """Count those on platforms at instants before the end [platform, day]; those on none (-1) in the last row."""
    for i in range(at.size):
        if at[i] < end:
            row = platform[i] if platform[i] >= 0 else counts.shape[0] - 1
            counts[row, at[i] // DAY] += 1


@kernel
def count_sold(platform: Ints, course: Ints, sold: Ints) -> None:
    """Count courses sold [course, platform]."""
    for i in range(course.size):
        sold[course[i], platform[i]] += 1


@kernel
def count_seats(
    platform: Ints,
    course: Ints,
    choice: Ints,
    at: Ints,
    begins: Ints,
    end: int,
    live: NDArray[np.bool_],
    next_choices: Ints,
    booked_by_day: Ints,
    taken: Ints,
    taken_by_day: Ints,
    waited: Ints,
    bins: Ints,
    people: Ints,
    time: Ints,
) -> None:
    """Count next choices [platform, day], live seats by the day of booking, and those of classes begun by the end.

    `choice` is how many choices were tried before; `taken` is by course. The waits from booking to class, or to the end
    where it comes before, are added by course (`waited` [course, halves of a sum as in `tally`]) and to the durations.
    """
    for i in range(at.size):
        if choice[i] > 0:
            next_choices[platform[i], at[i] // DAY] += 1
        if live[course[i]]:
            booked_by_day[at[i] // DAY] += 1
            if begins[i] < end:
                taken[course[i]] += 1
                taken_by_day[begins[i] // DAY] += 1
            duration = min(begins[i], end) - at[i]
            tally(duration, ENDED if begins[i] < end else WAITING, bins, people, time)
            waited[course[i], 0] += duration >> 20
            waited[course[i], 1] += duration & LOW


@kernel
def count_turned_away(
    platform: Ints, at: Ints, times: Ints, leaves: NDArray[np.bool_], turned_away: Ints, no_seat: Ints, nothing: Ints
) -> None:
    """Count by day how often a course had no class soon enough, and by platform and day those who found nothing.

    Of these some chose a course that had no class soon enough (`no_seat`); for the others there was nothing to buy.
    """
    for i in range(at.size):
        day = at[i] // DAY
        turned_away[day] += times[i]
        if leaves[i]:
            if times[i] > 0:
                no_seat[platform[i], day] += 1
            else:
                nothing[platform[i], day] += 1
