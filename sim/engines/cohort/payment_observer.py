"""What is observed of payments, on the thread that makes them.

What the runs of a day have made, and the surveys offered at an instant, are a few numbers: they are written down as
they come and counted at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines.cohort.flows import Ints
from sim.engines.cohort.gathered import Gathered
from sim.journey.measures import PAYMENT_STEPS, partner_stamp, partner_wait
from sim.journey.money import Benefit
from sim.journey.payments import PAID_BENEFITS
from sim.observers.observations import Observations
from sim.programme.programme import Programme


class PaymentObserver:
    """Tells the counts of payments that are due, ready and made."""

    def __init__(self, programme: Programme, observations: Observations) -> None:
        self._programme = programme
        self._counts = observations.new_counts()
        made = {benefit: [self._bank(benefit, step) for step in PAYMENT_STEPS] for benefit in PAID_BENEFITS}
        self.stamps: dict[Benefit, Any] = {benefit: (*due, *ready) for benefit, (due, ready, _) in made.items()}
        """Of each benefit, what counts the payments that are due and ready, by partner."""
        self._paid = {benefit: paid for benefit, (_, _, paid) in made.items()}
        self.waits = (
            self._counts.bank_of_waits([partner_wait(partner.key) for partner in programme.partners]),
            self._counts.waits_of("incentive_due_to_paid"),
            self._counts.waits_of("survey_due_to_paid"),
        )
        """What counts the waits for a run, by partner, and from due to paid of incentives and of surveys."""
        self._runs: list[tuple[int, Ints]] = []
        """The instant of the runs of each day, and how many of each payment they have made [partner, payment]."""
        self._offers: list[tuple[int, int, int]] = []
        """Of surveys: the instant at which one is offered, and how many answer it and do not."""
        self._full: list[tuple[int, int]] = []
        """Instants, and how many then have nothing more to come."""
        self._returned = Gathered(self._count_returned)

    def _bank(self, benefit: Benefit, step: str) -> Any:
        return self._counts.bank_of([partner_stamp(each.key, benefit, step) for each in self._programme.partners])

    @property
    def calendar(self) -> Any:
        """Return what kernels need to count stamps."""
        return self._counts.calendar

    def waits_at(self, partner: int) -> tuple[Any, Any, Any]:
        """Return what `waits` is, of the waits for a run those of one partner."""
        runs, incentives, surveys = self.waits
        return tuple(each[partner] for each in runs), incentives, surveys

    def paid(self, now: int, made: Ints) -> None:
        """Observe how many of each payment the runs of a day have made [partner, payment]."""
        self._runs.append((now, made))

    def paid_in_full(self, now: int, count: int) -> None:
        """Observe how many have nothing more to come."""
        self._full.append((now, count))

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

    def surveys_offered(self, offered: int, answers: int, declines: int) -> None:
        """Observe how many answer a survey that is offered at an instant, and do not."""
        self._offers.append((offered, answers, declines))

    def surveys_return(self, instants: Ints) -> None:
        """Observe the return of the rupiah of surveys that are not answered."""
        self._returned.put(instants)

    def _count_returned(self, instants: Ints) -> None:
        amount = self._programme.parameters.budget.survey
        open_still = int(np.count_nonzero(instants >= self._counts.end))
        self._counts.account("declined", open_still, open_still * amount)
        self._counts.money("returned", Benefit.SURVEY, instants, amount)

    def finish(self) -> None:
        """Count what was written down.

        All of it lies before the end of the run, which is known by now: a run ends at a day's end, before the runs of
        that instant, and without a date not before the last account has closed, and so the last survey has returned.
        """
        self._returned.finish()
        counts, payments, incentives = self._counts, self._programme.payments, self._programme.incentives
        if self._runs:
            instants = np.array([at for at, _ in self._runs])
            made = np.stack([made for _, made in self._runs])  # [run, partner, payment]
            for number, payment in enumerate(payments):
                counts.stamps_at(f"{payment.name}_paid", instants, made[:, :, number].sum(axis=1))
            for benefit, some in (Benefit.INCENTIVE, slice(incentives)), (Benefit.SURVEY, slice(incentives, None)):
                counts.stamp_bank_at(self._paid[benefit], instants, made[:, :, some].sum(axis=2))
                amounts = np.array([self._programme.amount(number) for number in range(len(payments))[some]])
                counts.money("paid", benefit, instants, made[:, :, some].sum(axis=1) @ amounts)
        if self._offers:
            instants, answers, declines = np.array(self._offers).T
            counts.stamps_at("surveys_offered", instants, answers + declines)
            counts.stamps_at("surveys_unanswered", instants, declines)
        if self._full:
            counts.stamps_at("fully_paid", *np.array(self._full).T)
