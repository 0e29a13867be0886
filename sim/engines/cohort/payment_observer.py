"""What is observed of payments, on the thread that makes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines.cohort.flows import Ints
from sim.journey.measures import partner_stamp, partner_wait
from sim.journey.money import Benefit
from sim.observers.observations import Observations
from sim.programme.programme import Programme


class PaymentObserver:
    """Tells the counts of payments that are due, ready and made."""

    def __init__(self, programme: Programme, observations: Observations) -> None:
        self._programme = programme
        self._counts = observations.new_counts()

    @property
    def calendar(self) -> Any:
        """Return what kernels need to count stamps."""
        return self._counts.calendar

    def stamps(self, partner: int, benefit: Benefit) -> Any:
        """Return what counts the payments of a benefit at a partner that are due and ready."""
        key = self._programme.partners[partner].key
        names = [partner_stamp(key, benefit, what) for what in ("due", "ready")]
        return *self._counts.counts_of(names[0]), *self._counts.counts_of(names[1])

    def waits(self, partner: int) -> tuple[Any, Any, Any]:
        """Return what counts the waits for a partner's run, and from due to paid of incentives and surveys."""
        names = (partner_wait(self._programme.partners[partner].key), "incentive_due_to_paid", "survey_due_to_paid")
        run, incentive, survey = (self._counts.waits_of(name) for name in names)
        return run, incentive, survey

    def paid(self, partner: int, payment: int, now: int, count: int) -> None:
        """Observe how many of a payment a run of a partner has made."""
        which = self._programme.payments[payment]
        self._counts.stamp_at(partner_stamp(self._programme.partners[partner].key, which.benefit, "paid"), now, count)
        self._counts.stamp_at(f"{which.name}_paid", now, count)
        self._counts.money("paid", which.benefit, np.array([now]), count * self._programme.amount(payment))

    def paid_in_full(self, now: int, count: int) -> None:
        """Observe how many have nothing more to come."""
        self._counts.stamp_at("fully_paid", now, count)

    def first_paid(self, due: Ints, paid: int) -> None:
        """Observe first incentives that are paid at an instant, or NEVER."""
        self._counts.wait("first_incentive_due_to_paid", due, paid)

    def hold(self, partner: int, payment: int, counted_from: str, persons: Any, began: Ints, paid: int) -> None:
        """Hold a payment of some people at a partner against the service levels; paid at an instant, or NEVER.

        `began` is when it was due or first ready, as `counted_from` says.
        """
        for wait in self._waits_of(partner, payment):
            self._counts.level(wait, persons, began, paid, counted_from=counted_from, partner=partner)

    def held(self, partner: int) -> list[tuple[int, str]]:
        """Return which payments at a partner a service level speaks of, and whether counted from due or from ready."""
        payments = range(len(self._programme.payments))
        return [
            (payment, counted_from)
            for payment in payments
            for counted_from in ("due", "ready")
            if any(self._counts.speaks_of(wait, counted_from) for wait in self._waits_of(partner, payment))
        ]

    def _waits_of(self, partner: int, payment: int) -> tuple[str, ...]:
        which = self._programme.payments[payment]
        own = (f"{which.benefit.key}_due_to_paid", self._programme.partners[partner].key)
        return ("first_incentive_due_to_paid", *own) if payment == 0 else own

    def surveys_offered(self, offered: int, answers: int, declines: int, full: int) -> None:
        """Observe how many answer a survey offered at an instant, do not, and have nothing more to come."""
        self._counts.stamp_at("surveys_offered", offered, answers + declines)
        self._counts.stamp_at("surveys_unanswered", offered, declines)
        self._counts.stamp_at("fully_paid", offered, full)

    def surveys_return(self, instants: Ints, amount: int) -> None:
        """Observe the return of the rupiah of surveys that are not answered."""
        open_still = int(np.count_nonzero(instants >= self._counts.end))
        self._counts.account("declined", open_still, open_still * amount)
        self._counts.money("returned", Benefit.SURVEY, instants, amount)
