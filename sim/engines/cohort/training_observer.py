"""What is observed of participants from the purchase of a course to the closing of the account, step by step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.after_award_kernels import FORFEITED, NOT_PAID, REVOKED, Persons, Purchases
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.gathered import Gathered
from sim.engines.cohort.registrations import Registrations
from sim.journey.money import Benefit
from sim.journey.payments import PAID_BENEFITS
from sim.observers.durations import NOBODY
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules.forfeiture import closes_at


class Awarded(NamedTuple):
    """Some participants at the end of a run, and what became of their awards."""

    persons: Persons
    wave: Ints
    first_paid: NDArray[np.uint16]
    """Day of the run that paid the first incentive, or NOT_PAID."""
    loss: NDArray[np.uint8]


class Bought(NamedTuple):
    """Courses that some participants have bought, in µs where nothing else is said."""

    numbers: Persons
    persons: Persons
    purchase: Purchases
    at: Ints
    price: Ints
    """Rupiah."""
    completed: Ints
    """NEVER of a course that is not completed."""
    closing: Ints

    def some(self, chosen: NDArray[np.bool_]) -> Bought:
        """Return some of them."""
        places = np.flatnonzero(chosen)  # found once for all columns
        return Bought._make(column[places] for column in self)


class TrainingObserver:
    """Tells the counts of courses that are bought, of reviews, and of accounts that close."""

    def __init__(
        self,
        programme: Programme,
        observations: Observations,
        traits: NDArray[np.uint32],
        registrations: Registrations,
    ) -> None:
        self._programme, self._traits, self._registrations = programme, traits, registrations
        self._counts = observations.new_counts()
        self._bought, self._bought_first = Gathered(self._count_bought), Gathered(self._count_bought_first)
        self._reviewed = Gathered(self._count_reviewed)
        self._late: list[tuple[str, Ints, Ints, Ints]] = []

    def bought(self, bought: Bought) -> None:
        """Observe courses that are bought before the end of the run, and when they are completed."""
        self._bought.put(bought.at, bought.completed, bought.price)

    def _count_bought(self, at: Ints, completed: Ints, price: Ints) -> None:
        self._counts.stamp("bought", at)
        self._counts.stamp("completed", completed)
        self._counts.money("paid", Benefit.TRAINING, at, price)

    def bought_first(self, first: Bought, awarded: Ints, linked: Ints) -> None:
        """Observe what only first courses begin and end, and that their buyers have linked an account."""
        self._bought_first.put(first.persons, awarded, linked, first.at, first.completed, first.closing)

    def _count_bought_first(
        self, persons: Persons, awarded: Ints, linked: Ints, at: Ints, completed: Ints, closing: Ints
    ) -> None:
        counts, never = self._counts, np.full(at.size, NEVER)
        counts.stamp("linked", linked)
        counts.stamp("bought_1", at)
        counts.stamp("completed_1", completed)
        counts.people("participants", self._traits[persons])
        self._wait("award_to_account", persons, awarded, linked, never, closing)
        self._wait("award_to_purchase", persons, awarded, at, never, closing)
        self._wait("purchase_to_completion", persons, at, completed, closing, closing)

    def reviewed(self, persons: Persons, completed: Ints, certified: Ints, reviewed: Ints, closing: Ints) -> None:
        """Observe what follows from the completion of first courses; NEVER where it does not happen."""
        self._reviewed.put(persons, completed, certified, reviewed, closing)

    def _count_reviewed(
        self, persons: Persons, completed: Ints, certified: Ints, reviewed: Ints, closing: Ints
    ) -> None:
        counts = self._counts
        counts.stamp("certified", certified)
        counts.stamp("reviewed", reviewed)
        self._wait("completion_to_review", persons, completed, reviewed, closing, closing)
        counts.account("earned", int(np.count_nonzero(reviewed < np.minimum(closing, counts.end))))

    def closed(self, closing: int, accounts: int, unspent: int, forfeited: int) -> None:
        """Observe accounts that close at an instant: how many, the rupiah left, and how many lose all payments."""
        self._counts.stamp_at("closed", closing, accounts)
        self._money("returned", Benefit.TRAINING, closing, unspent)
        for benefit in PAID_BENEFITS:
            self._money("returned", benefit, closing, forfeited * self._programme.benefit[benefit])

    def open_accounts(self, standing: str, people: int, spent: int) -> None:
        """Observe open accounts of a standing at the end of the run, and what has been spent from them."""
        self._counts.account(standing, people, people * self._programme.benefit[Benefit.TRAINING] - spent)

    def _money(self, flow: str, benefit: Benefit, at: int, rupiah: int) -> None:
        self._counts.money(flow, benefit, np.array([at]), rupiah)

    def _wait(self, name: str, persons: Persons, began: Ints, ended: Ints, gave_up: Ints, closing: Ints) -> None:
        """Observe waits; those that may lie beyond the end of a run without a date are kept until it is known."""
        self._counts.level(name, persons, began, ended, gave_up)
        if self._programme.parameters.clock.end is not None:
            self._counts.wait(name, began, ended, gave_up)
            return
        # No run ends before the account of every buyer has closed.
        known = np.maximum(began, np.minimum(ended, gave_up)) < closing
        late = ~known & (began < NEVER)
        self._counts.wait(name, began[known], ended[known], gave_up[known])
        if late.any():
            self._late.append((name, began[late], ended[late], gave_up[late]))

    def finish(self) -> None:
        """Observe what was gathered, and the waits that were kept until the end of the run was known."""
        for gathered in (self._bought, self._bought_first, self._reviewed):
            gathered.finish()
        for name, began, ended, gave_up in self._late:
            self._counts.wait(name, began, ended, gave_up)

    def whole_time(self, participants: Awarded) -> None:
        """Observe the whole time of some from registration and award to payment."""
        counts, programme, persons = self._counts, self._programme, participants.persons
        awarded = programme.waves.waves["announced"][participants.wave]
        deadline = programme.waves.waves["deadline"][participants.wave]
        run_day = participants.first_paid.astype(np.int64)
        first_paid = np.where(run_day == NOT_PAID, NEVER, run_day * DAY + programme.run_clock)
        lost = np.where(participants.loss == REVOKED, deadline, NEVER)
        lost = np.where(participants.loss == FORFEITED, closes_at(awarded, programme.closing_after), lost)
        registered = self._registrations.of(persons)
        for name, began, ended, gave_up in (
            ("award_to_incentive", awarded, first_paid, lost),
            ("registered_to_incentive", registered, first_paid, lost),
            ("registered_to_award", registered, awarded, NOBODY),
        ):
            counts.wait(name, began, ended, gave_up)
            counts.level(name, persons, began, ended, gave_up)
        counts.people("paid_first_incentive", self._traits[persons[first_paid < counts.end]])
