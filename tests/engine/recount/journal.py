"""Columns of the journal as the recounts read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.rules.choosing import SELF_PACED
from sim.rules.surveys import answer

Ints = NDArray[np.int64]
EPOCH = datetime(2020, 4, 11)


def when(at: int) -> datetime:
    """Return the date and time of an instant."""
    return EPOCH + timedelta(microseconds=at)


def since_epoch(at: datetime) -> int:
    """Return the instant of a date and time."""
    return (at - EPOCH) // timedelta(microseconds=1)


def dates(journal: Journal) -> list[date]:
    """Return the days of a run."""
    return [(EPOCH + timedelta(days=day)).date() for day in range(max(-(-journal.end // DAY), 1))]


def by_day(journal: Journal, stamps: Ints) -> Ints:
    """Return how many of some stamps lie on each day."""
    return np.bincount(stamps[stamps < journal.end] // DAY, minlength=len(dates(journal)))


def months(journal: Journal) -> list[date]:
    """Return the first days of the months of a run."""
    return sorted({day.replace(day=1) for day in dates(journal)})


def day_of(at: int) -> date:
    """Return the day of an instant."""
    return when(at).date()


def month_of(at: int) -> date:
    """Return the first day of the month of an instant."""
    return day_of(at).replace(day=1)


def class_bookings(journal: Journal) -> tuple[Ints, Ints, Ints]:
    """Return the persons who booked live courses, when they did, and when the classes begin (NEVER: after the run)."""
    own, market = journal.participants, journal.programme.seats
    if market is None:
        return (np.empty(0, dtype=np.int64),) * 3
    found = []
    for k in range(1, journal.programme.courses + 1):
        booked = np.flatnonzero(own[f"bought_{k}"] < NEVER)
        booked = booked[market.courses["seats"][own[f"course_{k}"][booked]] != SELF_PACED]
        found.append(np.stack([own[name][booked] for name in ("person", f"bought_{k}", f"begun_{k}")]))
    persons, at, begins = np.concatenate(found, axis=1)
    return persons, at, begins


def incentive_names(journal: Journal) -> list[str]:
    """Return the names of the incentives."""
    return [f"incentive_{k + 1}" for k in range(journal.programme.parameters.budget.incentives)]


def survey_names(journal: Journal) -> list[str]:
    """Return the names of the surveys."""
    return [f"survey_{k + 1}" for k in range(len(journal.programme.parameters.payment.survey_days))]


def unanswered(journal: Journal, survey: int) -> NDArray[np.bool_]:
    """Return which participants are offered a survey, from 0, and never answer it."""
    own, programme = journal.participants, journal.programme
    offered = own[f"survey_{survey + 1}_offered"] < NEVER
    each = [answer(programme.key, programme.survey, person, survey)[0] for person in own["person"].tolist()]
    never: NDArray[np.bool_] = offered & ~np.array(each, dtype=bool)
    return never


def paid_in_full(journal: Journal) -> Ints:
    """Return when nothing was left to be paid to each participant: all is paid, or offered and not answered."""
    own = journal.participants
    ends = [own[f"{name}_paid"] for name in incentive_names(journal)]
    for number, name in enumerate(survey_names(journal)):
        ends.append(np.where(unanswered(journal, number), own[f"{name}_offered"], own[f"{name}_paid"]))
    last: Ints = np.max(ends, axis=0)
    return last


def together(journal: Journal, names: Sequence[str]) -> Ints:
    """Return the stamps of some columns of the participants in one."""
    return np.concatenate([journal.participants[name] for name in names])


def ratio(of: float, whole: float) -> float | None:
    """Return a share, None where there is nothing to divide."""
    return of / whole if whole else None
