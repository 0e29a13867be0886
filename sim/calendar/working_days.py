"""Working days: Monday to Friday less the holidays that the config lists."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import EPOCH


def working_days(holidays: set[date], yearly: set[tuple[int, int]], yearly_from: date, days: int) -> NDArray[np.int64]:
    """Return the working days among the first `days` days, as day numbers from the epoch, ascending.

    `yearly` are (month, day) pairs that are holidays in every year from `yearly_from` on.
    """
    first = EPOCH.date()
    calendar = (first + timedelta(days=d) for d in range(days))
    return np.array(
        [
            d
            for d, day in enumerate(calendar)
            if day.weekday() < 5 and day not in holidays and not (day >= yearly_from and (day.month, day.day) in yearly)
        ],
        dtype=np.int64,
    )


def working_days_until(work: NDArray[np.int64], days: int) -> NDArray[np.int64]:
    """Return, for each day number, how many working days there are up to and with it."""
    return np.searchsorted(work, np.arange(days, dtype=np.int64), side="right").astype(np.int64)
