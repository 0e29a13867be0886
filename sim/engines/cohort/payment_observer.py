"""What is observed of payments, on the thread that makes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.calendar.instants import NEVER
from sim.engines.cohort.flows import Ints
from sim.journey.measures import SERVICE_LEVEL, partner_stamp, partner_wait
from sim.journey.money import Benefit
from sim.observers.observations import ON_TIME, Observations
from sim.programme.programme import Programme


class PaymentObserver:
    """Tells the counts of payments that are due, ready and made."""

    def __init__(self, programme: Programme, observations: Observations) -> None:
        self._programme = programme
        self._counts = observations.new_counts()
        self._late_first: list[tuple[Ints, int]] = []
        """First incentives whose place in the service level is known only at the end of a run without a date."""

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

    def first_paid(self, due: Ints, now: int, closing: Ints) -> None:
        """Observe the payment of the first incentive to some, whose accounts close at some time."""
        if self._programme.parameters.clock.end is None:
            # No run ends before the accounts have closed: what is due well before that is in the service level.
            late = due >= closing - ON_TIME
            self._late_first.append((due[late], now))
            due = due[~late]
        self._first(due, now)

    def first_unpaid(self, due: Ints) -> None:
        """Observe first incentives that are due and not paid at the end of the run."""
        self._first(due, NEVER)

    def _first(self, due: Ints, paid: int) -> None:
        self._counts.wait("first_incentive_due_to_paid", due, paid)
        early = due < self._counts.end - ON_TIME
        self._counts.wait(SERVICE_LEVEL, due[early], paid)

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

    def finish(self) -> None:
        """Observe what needs the end of the run."""
        for due, paid in self._late_first:
            self._first(due, paid)
