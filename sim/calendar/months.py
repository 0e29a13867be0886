"""Calendar months."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import EPOCH


def months(days: int) -> tuple[list[date], NDArray[np.int64]]:
    """Return the months of the first `days` days, each by its first day, and the month's number of each day."""
    of_day = [(EPOCH.date() + timedelta(days=day)).replace(day=1) for day in range(days)]
    first = list(dict.fromkeys(of_day))
    number = {month: k for k, month in enumerate(first)}
    return first, np.array([number[month] for month in of_day], dtype=np.int64)
