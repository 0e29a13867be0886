"""Calendar months."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import EPOCH


@lru_cache(maxsize=4)  # ten tables of a run ask for the same
def months(days: int) -> tuple[tuple[date, ...], NDArray[np.int64]]:
    """Return the months of the first `days` days, each by its first day, and the month's number of each day.

    What is returned is read only: others are given the same.
    """
    of_day = [(EPOCH.date() + timedelta(days=day)).replace(day=1) for day in range(days)]
    first = tuple(dict.fromkeys(of_day))
    number = {month: k for k, month in enumerate(first)}
    return first, np.array([number[month] for month in of_day], dtype=np.int64)
