"""Participants: all that follows from an award but the payments is known at the announcement."""

from __future__ import annotations

from bisect import insort
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Registrations
from sim.observers.observations import YEARS, Observations, new_year
from sim.programme.programme import Programme
from sim.rules import buying
from sim.rules.compiling import rule
from sim.rules.people import Trait

PARTICIPANT = np.dtype([("person", "u4"), ("first_paid", "u2"), ("partner", "u1"), ("times_paid", "u1")])
"""A participant: the person's number, the day of the run that paid the first incentive, the partner, and how many
payments were made. Packed: a run finds all it needs of one in one place."""

NOT_PAID = 65_535
"""The day of what is not paid."""

AWARDED_AT_A_TIME = 1 << 14
"""People who are followed at a time."""

FINISHED_AT_A_TIME = 1 << 20
"""People whose whole time is observed together at the end."""

STAMPS = ("link_tried", "linked", "certified", "reviewed", "revoked", "closed", "due")


class Participants:
    """Everyone awarded, by participant's number."""

    def __init__(
        self,
        programme: Programme,
        seen: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
    ) -> None:
        self._registrations = registrations
        self._programme, self._seen, self._traits, self._recorder = programme, seen, traits, recorder
        self._payments = programme.parameters.budget.incentives + len(programme.survey_steps)
        self.size = 0
        # Columns have room for everyone; memory is taken only by the rows that are filled.
        self.people = np.empty(programme.people, dtype=PARTICIPANT)
        self.wave = np.empty(programme.people, dtype=np.int16)
        self.revoked = np.empty(programme.people, dtype=bool)
        self.forfeits = np.empty(programme.people, dtype=bool)
        """Who has not reviewed a training within the year, and so loses all incentives and surveys."""
        self.last_course_end = -1
        self.last_closing = -1
        self.payments_due = 0
        """Payments that will fall due, or have."""
        self.bought_people = self.revoked_people = 0
        self._purchases: list[Ints] = []
        """When some bought first, in order of time, where not all have yet."""
        self._all_bought = 0
        """How many bought, of those who all have."""
        self._revocations: list[tuple[int, int]] = []
        """When awards will be revoked, and how many."""
        self._late: list[tuple[str, Ints, Ints, Ints]] = []

    @property
    def persons(self) -> NDArray[np.uint32]:
        """Return the persons' numbers of those awarded, by participant's number."""
        return self.people["person"][: self.size]

    def award(self, wave: int, persons: NDArray[np.uint32], now: int) -> tuple[Ints, Ints]:
        """Number the awarded (ascending), follow each to the first incentive; return (numbers, due) of those due.

        A part at a time, since all that is written down of it then stays in the processor's cache.
        """
        begins = range(0, max(persons.size, 1), AWARDED_AT_A_TIME)
        parts = [self._award(wave, persons[begin : begin + AWARDED_AT_A_TIME], now) for begin in begins]
        numbers, due = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return numbers, due

    def _award(self, wave: int, persons: NDArray[np.uint32], now: int) -> tuple[Ints, Ints]:
        programme, seen = self._programme, self._seen
        size, first = persons.size, self.size
        numbers = np.arange(first, first + size)
        courses = programme.parameters.purchase.further.courses
        stamps = {name: np.full(size, NEVER) for name in STAMPS}
        bought, completed = np.full((courses, size), NEVER), np.full((courses, size), NEVER)
        price = np.full((courses, size), -1)
        unspent = np.full(size, -1)
        people = self.people[first : first + size]
        ends = np.full(1, self.last_course_end)
        _follow(
            programme.key,
            programme.account,
            programme.market,
            programme.training,
            programme.waves.waves,
            wave,
            programme.waves.partners[wave],
            now,
            programme.closing_after,
            programme.benefit[0],
            persons,
            self._traits[persons],
            *(stamps[name] for name in STAMPS),
            bought,
            completed,
            price,
            unspent,
            people,
            ends,
        )
        self.last_course_end = int(ends[0])
        revoked = stamps["revoked"] < NEVER
        if not revoked.all():
            self.last_closing = now + programme.closing_after
        self.payments_due += int((stamps["due"] < NEVER).sum()) * self._payments
        rows = slice(first, first + size)
        self.wave[rows] = wave
        self.revoked[rows] = revoked
        self.forfeits[rows] = ~revoked & (stamps["reviewed"] >= stamps["closed"])
        self.size += size
        self._observe(wave, persons, now, stamps, bought, completed, price, unspent)
        self._record(numbers, wave, persons, stamps, bought, completed, price, unspent, people["partner"])
        falls_due = stamps["due"] < seen.end
        return numbers[falls_due], stamps["due"][falls_due]

    def _observe(
        self,
        wave: int,
        persons: NDArray[np.uint32],
        now: int,
        stamps: dict[str, Ints],
        bought: Ints,
        completed: Ints,
        price: Ints,
        unspent: Ints,
    ) -> None:
        seen, programme = self._seen, self._programme
        awarded = np.full(persons.size, now)
        seen.stamp_at("awarded", now, persons.size)
        for name in ("linked", "certified", "reviewed", "revoked", "closed"):
            seen.stamp(name, stamps[name])
        seen.stamp("bought_1", bought[0])
        seen.stamp("completed_1", completed[0])
        revoked = int(np.count_nonzero(stamps["revoked"] < NEVER))
        seen.stamp_of_wave("awarded", wave, now, persons.size)
        seen.stamp_of_wave("revoked", wave, int(programme.waves.waves[wave]["deadline"]), revoked)
        # No run ends before the balance of every buyer has returned.
        sure = now + programme.closing_after
        self._wait(sure, "award_to_account", awarded, stamps["linked"], stamps["revoked"])
        self._wait(sure, "award_to_purchase", awarded, bought[0], stamps["revoked"])
        self._wait(sure, "purchase_to_completion", bought[0], completed[0], stamps["closed"])
        self._wait(sure, "completion_to_review", completed[0], stamps["reviewed"], stamps["closed"])

        traits = self._traits[persons]
        seen.people("awarded", traits)
        for year in YEARS:
            in_year = new_year(year) <= now < new_year(year + 1)
            seen.people(f"awarded_{year}", traits if in_year else traits[:0])
        seen.people("participants", traits[bought[0] < seen.end])
        kinds = ("training", "incentive", "survey")
        forfeited = stamps["closed"][(stamps["closed"] < seen.end) & (stamps["reviewed"] >= stamps["closed"])]
        for kind, rupiah in zip(kinds, programme.benefit, strict=True):
            seen.money("awarded", kind, awarded, rupiah)
            seen.money("returned", kind, stamps["revoked"], rupiah)
            if kind != "training":
                seen.money("returned", kind, forfeited, rupiah)
        seen.money("returned", "training", stamps["closed"], unspent)
        for course in range(bought.shape[0]):
            seen.stamp("bought", bought[course])
            seen.stamp("completed", completed[course])
            seen.money("paid", "training", bought[course], price[course])
        if revoked < persons.size:
            self._purchases.append(np.sort(bought[0][bought[0] < NEVER]))
        if revoked:
            insort(self._revocations, (int(programme.waves.waves[wave]["deadline"]), revoked))

    def _wait(self, sure: int, name: str, began: Ints, ended: Ints, gave_up: Ints) -> None:
        """Observe waits; those that may lie beyond the end of a run without a date are kept until it is known."""
        if self._programme.parameters.clock.end is not None:
            self._seen.wait(name, began, ended, gave_up)
            return
        known = np.maximum(began, np.minimum(ended, gave_up if gave_up.size else ended)) < sure
        late = ~known & (began < NEVER)
        self._seen.wait(name, began[known], ended[known], gave_up[known] if gave_up.size else gave_up)
        if late.any():
            self._late.append((name, began[late], ended[late], gave_up[late] if gave_up.size else gave_up))

    def _record(
        self,
        numbers: Ints,
        wave: int,
        persons: NDArray[np.uint32],
        stamps: dict[str, Ints],
        bought: Ints,
        completed: Ints,
        price: Ints,
        unspent: Ints,
        partner: NDArray[np.uint8],
    ) -> None:
        recorder = self._recorder
        if not recorder.on:
            return
        recorder.put("participant", persons, numbers)
        recorder.put_participant("person", persons, persons.astype(np.int64))
        recorder.put_participant("wave", persons, wave)
        recorder.put_participant("partner", persons, partner.astype(np.int64))
        recorder.put_participant("unspent", persons, unspent)
        for name in STAMPS:
            if name != "due":
                recorder.put_participant(name, persons, stamps[name])
        for course in range(bought.shape[0]):
            recorder.put_participant(f"bought_{course + 1}", persons, bought[course])
            recorder.put_participant(f"completed_{course + 1}", persons, completed[course])
            recorder.put_participant(f"price_{course + 1}", persons, price[course])

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

    def finish(self) -> None:
        """Observe what needs the end of the run, and the whole time from award to payment."""
        for name, began, ended, gave_up in self._late:
            self._seen.wait(name, began, ended, gave_up)
        # In parts, since every temporary would have as many rows as there are participants.
        for first in range(0, self.size, FINISHED_AT_A_TIME):
            self._finish(slice(first, min(first + FINISHED_AT_A_TIME, self.size)))

    def _finish(self, rows: slice) -> None:
        seen, programme = self._seen, self._programme
        plan, wave = programme.waves.waves, self.wave[rows]
        awarded, persons = plan["announced"][wave], self.persons[rows]
        run_day = self.people["first_paid"][rows].astype(np.int64)
        first_paid = np.where(run_day == NOT_PAID, NEVER, run_day * DAY + programme.run_clock)
        lost = np.where(self.revoked[rows], plan["deadline"][wave], NEVER)
        lost = np.where(self.forfeits[rows], awarded + programme.closing_after, lost)
        registered = self._registrations.of(persons)
        seen.wait("award_to_incentive", awarded, first_paid, lost)
        seen.wait("registered_to_incentive", registered, first_paid, lost)
        seen.wait("registered_to_award", registered, awarded)
        seen.people("paid_first_incentive", self._traits[persons[first_paid < seen.end]])


@rule
def _follow(
    key: NDArray[np.void],
    account: NDArray[np.void],
    market: NDArray[np.void],
    training: NDArray[np.void],
    waves: NDArray[np.void],
    wave: int,
    partner_shares: NDArray[np.float64],
    awarded: int,
    closing_after: int,
    balance_at_first: int,
    persons: NDArray[np.uint32],
    packed: NDArray[np.uint32],
    link_tried: Ints,
    linked: Ints,
    certified: Ints,
    reviewed: Ints,
    revoked: Ints,
    closed: Ints,
    due: Ints,
    bought: Ints,
    completed: Ints,
    price: Ints,
    unspent: Ints,
    people: NDArray[np.void],
    last_course_end: Any,
) -> None:
    """Fill the rows and stamps of people just awarded, from linking an account to the first incentive's due date."""
    deadline, closing = waves[wave].deadline, awarded + closing_after
    for i in range(persons.size):
        person = np.int64(persons[i])
        kind = np.int64(packed[i] >> np.uint32(Trait.E_MONEY.value)) & 1
        unbanked = (packed[i] >> np.uint32(Trait.UNBANKED.value)) & np.uint32(1) != 0
        people[i].person = persons[i]
        people[i].first_paid = NOT_PAID
        words = buying.account_luck(key, person)
        people[i].partner = buying.choose_partner_from(words, partner_shares[kind])
        people[i].times_paid = 0
        delay, mending = buying.link_account_from(words, account, unbanked)
        tries, links = awarded + delay, awarded + delay + mending

        words = buying.purchase_luck(key, person, 0)
        wants, delay = buying.first_purchase_from(words, waves, wave)
        at = awarded + delay
        if not wants or at >= deadline:
            revoked[i] = deadline
            # Whoever links at the very instant of the deadline does so before it.
            if tries <= deadline:
                link_tried[i] = tries
                if links <= deadline:
                    linked[i] = links
            continue
        link_tried[i] = tries
        linked[i] = links
        closed[i] = closing
        balance = balance_at_first
        for course in range(bought.shape[0]):
            if course > 0:
                words = buying.purchase_luck(key, person, course)
                wants, delay = buying.further_purchase_from(words, market)
                if not wants or at + delay >= closing:
                    break
                at += delay
            cost = buying.price_from(words, market, balance)
            if cost == 0:
                break
            balance -= cost
            bought[course, i] = at
            price[course, i] = cost
            duration, completes = buying.train(key, training, person, course)
            last_course_end[0] = max(last_course_end[0], at + duration)
            if completes:
                completed[course, i] = at + duration
        unspent[i] = balance
        if completed[0, i] < NEVER:
            certificate, reviews, delay = buying.review(key, training, person)
            certified[i] = completed[0, i] + certificate
            if reviews:
                reviewed[i] = certified[i] + delay
                if reviewed[i] < closing:
                    due[i] = max(reviewed[i], linked[i])
