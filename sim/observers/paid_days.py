"""On which day each payment of each participant was made, and by how much two runs of the same people differ in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.observers.delays import Delays

Bits16 = NDArray[np.uint16]


@dataclass(frozen=True)
class PaidDays:
    """The day of each payment: `paid[row, payment]` is its number from 1, 0 where it was not made by the end.

    A partner has one run a day, so that the day says when. A row a participant: `persons` are their numbers, and
    `partner` the number of the payment partner of each.
    """

    persons: NDArray[np.uint32]
    partner: NDArray[np.uint8]
    paid: Bits16

    def of(self, partner: int) -> PaidDays:
        """Return the rows of one payment partner, by person."""
        rows = np.flatnonzero(self.partner == partner)
        rows = rows[np.argsort(self.persons[rows], kind="stable")]
        return PaidDays(self.persons[rows], self.partner[rows], self.paid[rows])


def no_paid_days(people: int, payments: int) -> Bits16:
    """Return a row for everyone who may be awarded; memory is taken only by the rows that are filled."""
    return np.zeros((people, payments), dtype=np.uint16)


def day_numbers(paid: NDArray[np.int64]) -> Bits16:
    """Return instants at which payments were made (µs, NEVER: not by the end) as numbers of days from 1, else 0."""
    return np.where(paid < NEVER, paid // DAY + 1, 0).astype(np.uint16)


@dataclass(frozen=True)
class DelaysOfPayments(Delays):
    """What differs in the payments of one partner, and whose they are."""

    persons: NDArray[np.uint32]


def delays(run: PaidDays, other: PaidDays, begins: Sequence[int], days: int) -> list[DelaysOfPayments]:
    """Return what differs between the payments of one partner in a run of so many days and another.

    `begins` are the days, ascending, on which outages begin: a payment counts for the last that has begun when it was
    made in the first of the two runs to make it. Only those count who were awarded in both, with the same partner.
    """
    persons, here, there = np.intersect1d(run.persons, other.persons, assume_unique=True, return_indices=True)
    size = days + 1
    touched: list[list[NDArray[np.int64]]] = [[] for _ in begins]
    numbers = np.zeros((len(begins), 3), dtype=np.int64)
    later = np.zeros((len(begins), size), dtype=np.int64)
    for payment in range(run.paid.shape[1]):
        made, before = run.paid[here, payment].astype(np.int64), other.paid[there, payment].astype(np.int64)
        rows = np.flatnonzero(made != before)
        made, before = made[rows], before[rows]
        first = np.minimum(np.where(made > 0, made, before), np.where(before > 0, before, made)) - 1
        unpaid = made == 0
        gone = np.where(unpaid, days, made) - np.where(before > 0, before, days)
        belongs = np.searchsorted(np.asarray(begins), first, side="right") - 1
        for number in range(len(begins)):
            of = belongs == number
            touched[number].append(rows[of])
            is_earlier = gone[of] < 0
            numbers[number] += (np.count_nonzero(of), np.count_nonzero(is_earlier), np.count_nonzero(unpaid[of]))
            later[number] += np.bincount(np.maximum(gone[of][~is_earlier], 0), minlength=size)[:size]
    found = []
    for (payments, earlier, unpaid), some, by_days in zip(numbers.tolist(), touched, later, strict=True):
        whose = persons[np.unique(np.concatenate(some))]
        found.append(DelaysOfPayments(payments, earlier, unpaid, by_days, whose))
    return found


def noted(paid: Bits16, numbers: NDArray[Any], payments: NDArray[Any], now: int) -> None:
    """Note payments of participants, by their numbers, that a run has made."""
    paid[numbers, payments] = now // DAY + 1
