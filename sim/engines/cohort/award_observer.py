"""What is observed of participants from the award to the review, as each wave is announced."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.award_kernels import NOT_PAID, Award, Journeys
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.registrations import Registrations
from sim.journey.measures import AWARD_YEARS, awarded_in
from sim.journey.money import Benefit
from sim.observers.durations import NOBODY
from sim.observers.observations import Observations, new_year
from sim.programme.programme import Programme
from sim.rules.forfeiture import closes_at, earns_payments

NO_LOSS, REVOKED, FORFEITED = 0, 1, 2
"""What an award loses: nothing; all of it, for want of a purchase by the deadline; or its incentives and surveys, as
the account closes before a first training is reviewed."""


class Awarded(NamedTuple):
    """Some participants at the end of a run, and what became of their awards."""

    persons: NDArray[np.uint32]
    wave: Ints
    first_paid: NDArray[np.uint16]
    """Day of the run that paid the first incentive, or NOT_PAID."""
    loss: NDArray[np.uint8]
    """NO_LOSS, REVOKED or FORFEITED."""


class AwardObserver:
    """Tells the counts of each batch of people awarded."""

    def __init__(
        self,
        programme: Programme,
        observations: Observations,
        traits: NDArray[np.uint32],
        registrations: Registrations,
    ) -> None:
        self._programme, self._traits, self._registrations = programme, traits, registrations
        self._counts = observations.new_counts()
        self._late: list[tuple[str, Ints, Ints, Ints]] = []

    def awarded(self, award: Award, persons: NDArray[np.uint32], journeys: Journeys) -> None:
        """Observe some people awarded and what follows."""
        counts = self._counts
        deadline = int(self._programme.waves.waves[award.wave]["deadline"])
        counts.stamp_at("awarded", award.at, persons.size)
        for name in ("linked", "certified", "reviewed", "revoked", "closed"):
            counts.stamp(name, getattr(journeys, name))
        counts.stamp("bought_1", journeys.bought[0])
        counts.stamp("completed_1", journeys.completed[0])
        for course in range(journeys.bought.shape[0]):
            counts.stamp("bought", journeys.bought[course])
            counts.stamp("completed", journeys.completed[course])
        revoked = int(np.count_nonzero(journeys.revoked < NEVER))
        counts.stamp_of_wave("awarded", award.wave, award.at, persons.size)
        counts.stamp_of_wave("revoked", award.wave, deadline, revoked)
        self._waits(award, persons, journeys)
        self._people(award, persons, journeys)
        self._money(award, persons.size, journeys)
        self._accounts(award, journeys)

    def _waits(self, award: Award, persons: NDArray[np.uint32], journeys: Journeys) -> None:
        awarded = np.full(persons.size, award.at)
        bought, completed = journeys.bought[0], journeys.completed[0]
        for name, began, ended, gave_up in (
            ("award_to_account", awarded, journeys.linked, journeys.revoked),
            ("award_to_purchase", awarded, bought, journeys.revoked),
            ("purchase_to_completion", bought, completed, journeys.closed),
            ("completion_to_review", completed, journeys.reviewed, journeys.closed),
        ):
            self._wait(award, name, began, ended, gave_up)
            self._counts.level(name, persons, began, ended, gave_up)

    def _wait(self, award: Award, name: str, began: Ints, ended: Ints, gave_up: Ints) -> None:
        """Observe waits; those that may lie beyond the end of a run without a date are kept until it is known."""
        if self._programme.parameters.clock.end is not None:
            self._counts.wait(name, began, ended, gave_up)
            return
        # No run ends before the account of every buyer has closed.
        known = np.maximum(began, np.minimum(ended, gave_up)) < award.closing
        late = ~known & (began < NEVER)
        self._counts.wait(name, began[known], ended[known], gave_up[known])
        if late.any():
            self._late.append((name, began[late], ended[late], gave_up[late]))

    def _people(self, award: Award, persons: NDArray[np.uint32], journeys: Journeys) -> None:
        counts, traits = self._counts, self._traits[persons]
        counts.people("awarded", traits)
        for year in AWARD_YEARS:
            if new_year(year) <= award.at < new_year(year + 1):
                counts.people(awarded_in(year), traits)
        counts.people("participants", traits[journeys.bought[0] < counts.end])

    def _money(self, award: Award, people: int, journeys: Journeys) -> None:
        counts = self._counts
        forfeited = journeys.closed[(journeys.closed < NEVER) & ~earns_payments(journeys.reviewed, award.closing)]
        for benefit, rupiah in zip(Benefit, self._programme.benefit, strict=True):
            counts.money("awarded", benefit, np.full(people, award.at), rupiah)
            counts.money("returned", benefit, journeys.revoked, rupiah)
            if benefit is not Benefit.TRAINING:
                counts.money("returned", benefit, forfeited, rupiah)
        counts.money("returned", Benefit.TRAINING, journeys.closed, journeys.unspent)
        for course in range(journeys.bought.shape[0]):
            counts.money("paid", Benefit.TRAINING, journeys.bought[course], journeys.price[course])

    def _accounts(self, award: Award, journeys: Journeys) -> None:
        """Observe how the accounts stand at the end of the run."""
        counts, end = self._counts, self._counts.end
        earned = journeys.reviewed < min(award.closing, end)
        counts.account("earned", int(np.count_nonzero(earned)))
        if award.closing < end:  # all have closed, or were revoked
            return
        is_open = (journeys.revoked >= end) & (journeys.closed >= end)
        spent = np.where(journeys.bought < end, journeys.price, 0).sum(axis=0)
        buys_more = ((journeys.bought >= end) & (journeys.bought < NEVER)).any(axis=0)
        for standing, some in (
            ("not_reviewed", is_open & ~earned),
            ("buys_more", is_open & earned & buys_more),
            ("buys_no_more", is_open & earned & ~buys_more),
        ):
            people = int(np.count_nonzero(some))
            counts.account(standing, people, people * award.balance - int(spent[some].sum()))

    def finish(self) -> None:
        """Observe the waits that were kept until the end of the run was known."""
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
