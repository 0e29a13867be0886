"""Everyone awarded, by participant's number: who they are, what they have bought, and what their awards lose."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.engines.cohort.after_award_kernels import (
    AWARD,
    FORFEITED,
    NO_LOSS,
    NOT_PAID,
    PARTICIPANT,
    REVOKED,
    UNDECIDED,
    Persons,
    Purchases,
    by_announcement,
    pay_courses,
    standing_of,
)
from sim.engines.cohort.flows import Ints
from sim.journey.money import Benefit
from sim.journey.payments import PAID_BENEFITS
from sim.observers.places import PAID_ON_NO_DAY, Places
from sim.programme.programme import Programme
from sim.rules.forfeiture import closes_at

AS_ALONE = np.zeros((0, 2))


class Announcement(NamedTuple):
    """The awards of a wave: participants with the numbers from `first` to before `last`."""

    number: int
    """From 0, in order of time."""
    wave: int
    at: int
    first: int
    last: int
    closing: int
    """When the accounts close, µs."""

    @property
    def rows(self) -> slice:
        """Return the rows of its participants."""
        return slice(self.first, self.last)


class Participants:
    """Everyone awarded so far, and the count of people and rupiah by day."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self.size = 0
        # Columns reach for everyone; memory is taken only by the rows that are filled.
        self.people = np.empty(programme.people, dtype=PARTICIPANT)
        self.awards = np.empty(programme.people, dtype=AWARD)
        self.announcements: list[Announcement] = []
        self._by_announcement = np.zeros((0, 4), dtype=np.int64)
        """By announcement: its first participant's number, the wave, its instant, and the closing (µs)."""
        self.limits = np.zeros((0, 2), dtype=np.int64)
        """By announcement, until when a first course and further ones can be bought: deadline and closing (µs)."""
        self.learning = np.zeros((0, 2))
        """By announcement, the pace of the wave's courses, and the odds of completing them."""
        self.payments_due = 0
        """Payments that will fall due, or have; surveys that are not answered among them."""
        self.last_course_end = self.last_closing = -1
        self.bought_people = self.revoked_people = 0
        self._coming: list[Ints] = []
        """When some buy first, in order of time, where not all have yet."""
        self._all_bought = 0
        """How many bought, of those who all have."""
        days = -(-programme.horizon // DAY)
        self._awarded = np.zeros(len(Benefit), dtype=np.int64)
        self.paid_by_day = np.zeros(days, dtype=np.int64)
        """Rupiah of training by day."""
        self._revoked, self._closed = (np.zeros((len(Benefit), days), dtype=np.int64) for _ in range(2))
        """Rupiah that returned as awards were revoked, and as accounts closed, by benefit and day."""

    # Who they are

    @property
    def persons(self) -> Persons:
        """Return the persons' numbers of those awarded, by participant's number."""
        return self.people["person"][: self.size]

    def persons_of(self, numbers: NDArray[Any]) -> Persons:
        """Return the persons' numbers of some participants."""
        persons: Persons = self.people["person"][numbers]
        return persons

    def waves_of(self, numbers: NDArray[Any]) -> Ints:
        """Return the waves of some participants."""
        return self._of_announcement(numbers, 1)

    def learning_of(self, numbers: NDArray[Any]) -> NDArray[np.float64]:
        """Return pace and odds of completing, of the waves of some participants; empty where both are one in all."""
        waves = self._programme.waves
        return AS_ALONE if waves.as_alone else waves.learning[self.waves_of(numbers)]

    def awarded_at(self, numbers: NDArray[Any]) -> Ints:
        """Return when some participants were awarded."""
        return self._of_announcement(numbers, 2)

    def closes_at(self, numbers: NDArray[Any]) -> Ints:
        """Return when the accounts of some participants close."""
        return self._of_announcement(numbers, 3)

    def _of_announcement(self, numbers: NDArray[Any], column: int) -> Ints:
        """Return what a column says of the announcements of some participants, on any thread."""
        found = np.empty(numbers.size, dtype=np.int64)
        by_announcement(self._by_announcement, numbers, column, found)
        return found

    def balances_of(self, numbers: NDArray[Any]) -> Ints:
        """Return what is left of the training balance of some participants, rupiah."""
        return self._programme.benefit[Benefit.TRAINING] - self.awards["spent"][numbers].astype(np.int64)

    @property
    def loss(self) -> NDArray[np.uint8]:
        """Return what each award loses, by participant's number: see `AWARD`."""
        loss: NDArray[np.uint8] = self.awards["loss"]
        return loss

    # What becomes of them

    def enroll(self, wave: int, persons: int, now: int) -> Announcement:
        """Give the awarded of a wave the next numbers."""
        first = self.size
        self.size += persons
        closing = int(closes_at(now, self._programme.closing_after))
        announcement = Announcement(len(self.announcements), wave, now, first, self.size, closing)
        if persons:
            self.announcements.append(announcement)
            # Other arrays take the place of the old ones, which the thread of payments may be reading.
            waves = self._programme.waves
            self._by_announcement = np.vstack([self._by_announcement, (first, wave, now, closing)])
            self.limits = np.vstack([self.limits, (waves.waves["deadline"][wave], closing)])
            self.learning = np.vstack([self.learning, waves.learning[wave]])
        own = self.awards[announcement.rows]
        own["spent"], own["loss"], own["seeking"] = 0, UNDECIDED, False
        self._awarded += np.array(self._programme.benefit) * persons
        return announcement

    def buy(self, numbers: Persons, purchase: Purchases, at: Ints, price: Ints) -> None:
        """Count courses of an open market that some buy before the end of the run; `price` is rupiah."""
        pay_courses(numbers, at, price, self.awards, self.paid_by_day)
        first = purchase == 0
        if first.any():
            self.loss[numbers[first]] = FORFEITED
            self.buy_first(np.sort(at[first]), self.closes_at(numbers[first]))

    def buy_first(self, at: Ints, closing: Ints) -> None:
        """Count first courses bought at ascending instants before the end of the run, and when accounts close."""
        if at.size:
            self._coming.append(at)
            self.last_closing = max(self.last_closing, int(closing.max()))

    def keep_payments(self, numbers: Persons, kept: NDArray[np.bool_], earned: NDArray[np.bool_]) -> None:
        """Note who keeps all payments, and who has earned them before the end of the run."""
        self.payments_due += int(np.count_nonzero(kept)) * len(self._programme.payments)
        self.loss[numbers[earned]] = NO_LOSS

    def revoke(self, announcement: Announcement, deadline: int) -> NDArray[np.int64]:
        """Revoke, at the deadline, those of a wave who have bought nothing; return their numbers."""
        loss = self.loss[announcement.rows]
        some = np.flatnonzero(loss == UNDECIDED)
        loss[some] = REVOKED
        self.revoked_people += some.size
        self._revoked[:, deadline // DAY] += np.array(self._programme.benefit) * some.size
        return some + announcement.first

    def close(self, announcement: Announcement) -> tuple[int, int, int]:
        """Close the accounts of a wave; return how many, the rupiah left in them, and how many lose all payments."""
        benefit, counts = self._programme.benefit, self.standings(announcement)
        (forfeited, _), (accounts, spent) = counts[FORFEITED], counts[FORFEITED] + counts[NO_LOSS]
        unspent = int(accounts) * benefit[Benefit.TRAINING] - int(spent)
        day = announcement.closing // DAY
        self._closed[Benefit.TRAINING, day] += unspent
        for each in PAID_BENEFITS:
            self._closed[each, day] += int(forfeited) * benefit[each]
        return int(accounts), unspent, int(forfeited)

    def standings(self, announcement: Announcement) -> NDArray[np.int64]:
        """Return the people of a wave, and what they have spent, by what they lose [loss; people, rupiah]."""
        counts = np.zeros((4, 2), dtype=np.int64)
        standing_of(self.awards[announcement.rows], counts)
        return counts

    def places(self, registered: int) -> Places:
        """Return who has a place and when they were paid first; so many people had registered."""
        kept = np.flatnonzero(self.loss[: self.size] != REVOKED)
        day = self.people["first_paid"][kept]
        paid = np.where(day == NOT_PAID, PAID_ON_NO_DAY, day + 1).astype(np.uint16)
        return Places(self.persons_of(kept), paid, registered)

    # The clock and the census

    def undecided(self, now: int) -> int:
        """Return how many of those awarded have neither bought nor been revoked before now."""
        self.bought_people = self._all_bought
        for bought in self._coming:
            self.bought_people += int(bought.searchsorted(now))
        over = [bought for bought in self._coming if bought[-1] < now]
        if over:
            self._all_bought += sum(bought.size for bought in over)
            self._coming = [bought for bought in self._coming if bought[-1] >= now]
        return self.size - self.bought_people - self.revoked_people

    def awarded_rupiah(self) -> list[int]:
        """Return what has been awarded so far, by benefit."""
        return [int(rupiah) for rupiah in self._awarded]

    def paid_for_training(self) -> list[int]:
        """Return the rupiah paid for courses by each day's end."""
        paid: list[int] = self.paid_by_day.cumsum().tolist()
        return paid

    def returned(self) -> list[list[int]]:
        """Return the rupiah that returned by each day's end, by benefit, but those of unanswered surveys."""
        returned: list[list[int]] = (self._revoked + self._closed).cumsum(axis=1).T.tolist()
        return returned
