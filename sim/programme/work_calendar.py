"""The working days of a run, and until when it may last."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, instant
from sim.calendar.working_days import working_days, working_days_until
from sim.parameters import Parameters
from sim.rules.lags import WorkingDays


@dataclass(frozen=True)
class WorkCalendar:
    """Working days, numbered from the epoch, over the run and what falls due at its end."""

    horizon: int
    """The end of the run, µs; without `clock.end` the latest end."""
    work: NDArray[np.int64]
    until: NDArray[np.int64]
    """How many working days there are up to and with each day."""

    @property
    def days(self) -> WorkingDays:
        """Return the calendar as the rules read it."""
        return self.work, self.until


def work_calendar(parameters: Parameters) -> WorkCalendar:
    """Return the calendar of a run."""
    clock = parameters.clock
    longest = clock.longest_days * DAY
    horizon = longest if clock.end is None else instant(clock.end)
    # What falls due at the end still has its lag before it, over holidays.
    payment = parameters.payment
    more = math.ceil(max((step.more_days for step in payment.lag_steps), default=0))
    days = max(horizon, longest) // DAY + 60 + 7 * (max(lag.days for lag in payment.lag_days) + max(more, 0))
    holidays = clock.holidays
    yearly = {(day.month, day.day) for day in holidays.every_year}
    work = working_days(set(holidays.dates), yearly, holidays.every_year_from, days)
    return WorkCalendar(horizon, work, working_days_until(work, days))
