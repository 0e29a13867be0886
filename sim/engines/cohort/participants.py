"""Participants: all that follows from an award but the payments is known at the announcement."""

from __future__ import annotations

from bisect import insort
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.award_kernels import (
    PARTICIPANT,
    Award,
    Journeys,
    account_for,
    attend,
    buy_first,
    buy_further,
    link_accounts,
    new_journeys,
    review_first,
)
from sim.engines.cohort.award_observer import FORFEITED, NO_LOSS, REVOKED, Awarded, AwardObserver
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registrations import Registrations
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules.forfeiture import closes_at, earns_payments

AWARDED_AT_A_TIME = 1 << 14
"""People who are followed at a time."""

FINISHED_AT_A_TIME = 1 << 17
"""People whose whole time is observed together at the end."""


class Participants:
    """Everyone awarded, by participant's number."""

    def __init__(
        self,
        programme: Programme,
        observations: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
    ) -> None:
        self._programme, self._traits, self._recorder = programme, traits, recorder
        self._observer = AwardObserver(programme, observations, traits, registrations)
        self.size = 0
        # Columns reach for everyone; memory is taken only by the rows that are filled.
        self.people = np.empty(programme.people, dtype=PARTICIPANT)
        self.loss = np.empty(programme.people, dtype=np.uint8)
        """Whether a participant loses benefits, and to what: NO_LOSS, REVOKED or FORFEITED."""
        self._announcements: list[tuple[int, int]] = []
        """The number of the first participant of each announcement, and its wave."""
        self.last_course_end = self.last_closing = -1
        self.payments_due = 0
        """Payments that will fall due, or have; surveys that are not answered among them."""
        self.bought_people = self.revoked_people = 0
        self._purchases: list[Ints] = []
        """When some bought first, in order of time, where not all have yet."""
        self._all_bought = 0
        """How many bought, of those who all have."""
        self._revocations: list[tuple[int, int]] = []
        """When awards will be revoked, and how many."""
        days = -(-programme.horizon // DAY)
        self._awarded = np.zeros(3, dtype=np.int64)
        self._paid = np.zeros(days, dtype=np.int64)
        """Rupiah of training by day."""
        self._returned = np.zeros((3, days), dtype=np.int64)
        """Rupiah by day, of training, incentives and surveys."""

    @property
    def persons(self) -> NDArray[np.uint32]:
        """Return the persons' numbers of those awarded, by participant's number."""
        return self.people["person"][: self.size]

    def closes_at(self, numbers: NDArray[np.uint32]) -> Ints:
        """Return when the accounts of some participants close."""
        announced: Ints = self._programme.waves.waves["announced"][self._wave_of(numbers)]
        closing: Ints = closes_at(announced, self._programme.closing_after)
        return closing

    def _wave_of(self, numbers: NDArray[Any]) -> Ints:
        """Return the waves of some participants: numbers are given announcement by announcement."""
        first_numbers, waves = np.array(self._announcements).T
        wave: Ints = waves[np.searchsorted(first_numbers, numbers, side="right") - 1]
        return wave

    def award(self, wave: int, persons: NDArray[np.uint32], now: int) -> tuple[Ints, Ints]:
        """Number the awarded (ascending), follow each to the first incentive; return (numbers, due) of those due.

        Some at a time, since all that is written down of them then stays in the processor's cache.
        """
        award = Award(wave, now, closes_at(now, self._programme.closing_after), self._programme.benefit[0])
        if persons.size:
            self._announcements.append((self.size, wave))
        begins = range(0, max(persons.size, 1), AWARDED_AT_A_TIME)
        due = [self._award(award, persons[begin : begin + AWARDED_AT_A_TIME]) for begin in begins]
        numbers, instants = (np.concatenate(columns) for columns in zip(*due, strict=True))
        return numbers, instants

    def _award(self, award: Award, persons: NDArray[np.uint32]) -> tuple[Ints, Ints]:
        size, first = persons.size, self.size
        rows = slice(first, first + size)
        numbers = np.arange(first, first + size)
        journeys = new_journeys(size, self._programme.courses)
        self._follow(award, persons, rows, journeys)
        revoked = journeys.revoked < NEVER
        if not revoked.all():
            self.last_closing = award.closing
        has_due = journeys.due < NEVER
        self.payments_due += int(np.count_nonzero(has_due)) * len(self._programme.payments)
        self.loss[rows] = np.where(
            revoked, REVOKED, np.where(earns_payments(journeys.reviewed, award.closing), NO_LOSS, FORFEITED)
        )
        self.size += size
        self._account_for(award, size, journeys)
        self._keep_purchases(award, journeys, int(np.count_nonzero(revoked)))
        self._observer.awarded(award, persons, journeys)
        self._record(numbers, award.wave, persons, journeys, self.people["partner"][rows])
        in_time = journeys.due < self._programme.horizon
        return numbers[in_time], journeys.due[in_time]

    def _follow(self, award: Award, persons: NDArray[np.uint32], rows: slice, journeys: Journeys) -> None:
        """Fill the journeys, from linking an account to the first incentive's due date."""
        p = self._programme
        shares = p.waves.partners[award.wave]
        packed = self._traits[persons]
        link_accounts(p.key, p.account, shares, award, persons, packed, self.people[rows], journeys)
        buyers = np.empty(persons.size, dtype=np.int64)
        buying = buy_first(p.key, p.waves.waves, p.market, award, persons, journeys, buyers)
        for course in range(p.courses):
            if course > 0:
                buying = buy_further(p.key, p.market, award, persons, course, journeys, buyers, buying)
            ends = attend(p.key, p.training, persons, course, journeys, buyers, buying)
            self.last_course_end = max(self.last_course_end, ends)
        review_first(p.key, p.training, award, persons, journeys)

    def _account_for(self, award: Award, people: int, journeys: Journeys) -> None:
        benefit = self._programme.benefit
        self._awarded += np.array(benefit) * people
        account_for(award, benefit, self._programme.horizon, journeys, self._paid, self._returned)

    def _keep_purchases(self, award: Award, journeys: Journeys, revoked: int) -> None:
        bought = journeys.bought[0]
        if revoked < bought.size:
            self._purchases.append(np.sort(bought[bought < NEVER]))
        if revoked:
            insort(self._revocations, (int(self._programme.waves.waves[award.wave]["deadline"]), revoked))

    # The clock and the census

    def undecided(self, now: int) -> int:
        """Return how many of those awarded have neither bought nor been revoked before now."""
        while self._revocations and self._revocations[0][0] < now:
            self.revoked_people += self._revocations.pop(0)[1]
        self.bought_people = self._all_bought
        for bought in self._purchases:
            self.bought_people += int(np.searchsorted(bought, now))
        over = [bought for bought in self._purchases if bought[-1] < now]
        if over:
            self._all_bought += sum(bought.size for bought in over)
            self._purchases = [bought for bought in self._purchases if bought[-1] >= now]
        return self.size - self.bought_people - self.revoked_people

    def awarded_rupiah(self) -> list[int]:
        """Return what has been awarded so far, by benefit."""
        return [int(rupiah) for rupiah in self._awarded]

    def paid_for_training(self, days: int) -> int:
        """Return the rupiah paid for courses in the first days of the run."""
        return int(self._paid[:days].sum())

    def returned(self, days: int) -> list[int]:
        """Return the rupiah that returned in the first days, by benefit, but those of unanswered surveys."""
        return [int(rupiah) for rupiah in self._returned[:, :days].sum(axis=1)]

    def finish(self) -> None:
        """Observe what needs the end of the run, and the whole time from award to payment."""
        # Some at a time, since every temporary would have as many rows as there are participants.
        for first in range(0, self.size, FINISHED_AT_A_TIME):
            rows = slice(first, min(first + FINISHED_AT_A_TIME, self.size))
            people, wave = self.people[rows], self._wave_of(np.arange(rows.start, rows.stop))
            self._observer.whole_time(Awarded(people["person"], wave, people["first_paid"], self.loss[rows]))
        self._observer.finish()

    # Rows

    def _record(
        self, numbers: Ints, wave: int, persons: NDArray[np.uint32], journeys: Journeys, partner: NDArray[np.uint8]
    ) -> None:
        recorder = self._recorder
        if not recorder.on:
            return
        recorder.put("participant", persons, numbers)
        recorder.put_participant("person", persons, persons.astype(np.int64))
        recorder.put_participant("wave", persons, wave)
        recorder.put_participant("partner", persons, partner.astype(np.int64))
        for name in ("link_tried", "linked", "certified", "reviewed", "revoked", "closed", "unspent"):
            recorder.put_participant(name, persons, getattr(journeys, name))
        for course in range(self._programme.courses):
            recorder.put_participant(f"bought_{course + 1}", persons, journeys.bought[course])
            recorder.put_participant(f"completed_{course + 1}", persons, journeys.completed[course])
            recorder.put_participant(f"price_{course + 1}", persons, journeys.price[course])
