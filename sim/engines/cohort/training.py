"""From the purchase of a course to the review of the first, and to the closing of the account.

What follows from a purchase moves nobody who buys: it is done behind them, on the thread of payments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.after_award_kernels import (
    FORFEITED,
    NO_LOSS,
    UNDECIDED,
    Persons,
    linked_again,
    review,
)
from sim.engines.cohort.flows import EMPTY, NOBODY, Ints
from sim.engines.cohort.participants import Announcement, Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registrations import Registrations
from sim.engines.cohort.training_observer import Awarded, Bought, TrainingObserver
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules.forfeiture import earns_payments

FINISHED_AT_A_TIME = 1 << 17
"""People whose whole time is observed together at the end."""


def linked_at(programme: Programme, persons: Persons, awarded: Ints, traits: NDArray[np.uint32]) -> Ints:
    """Return when participants, awarded at instants, have linked an account."""
    linked = np.empty(persons.size, dtype=np.int64)
    linked_again(programme.key, programme.account, awarded, persons, traits[persons], linked)
    return linked


class Training:
    """Takes everyone who has bought a course to its completion, and of the first to the certificate and the review."""

    def __init__(
        self,
        programme: Programme,
        participants: Participants,
        observations: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
    ) -> None:
        self._programme, self._participants = programme, participants
        self._traits, self._recorder = traits, recorder
        self._observer = TrainingObserver(programme, observations, traits, registrations)
        self._due: list[tuple[Persons, Ints]] = []
        """Participants' numbers, and when their first incentives fall due."""

    def due(self) -> tuple[Persons, Ints]:
        """Return whose first incentives have been found to fall due since this was last asked, and when."""
        found, self._due = self._due, []
        if not found:
            return NOBODY, EMPTY
        numbers, instants = (np.concatenate(columns) for columns in zip(*found, strict=True))
        return numbers, instants

    def bought(self, bought: Bought, at_once: NDArray[np.bool_]) -> None:
        """Follow those who have bought courses; `at_once` says whose certificate is issued on completion."""
        self._observer.bought(bought)
        self._record_bought(bought)
        first = bought.purchase == 0
        if np.count_nonzero(first):
            self._bought_first(bought.some(first), at_once[first])

    def _bought_first(self, first: Bought, at_once: NDArray[np.bool_]) -> None:
        awarded = self._participants.awarded_at(first.numbers)
        linked = linked_at(self._programme, first.persons, awarded, self._traits)
        self._observer.bought_first(first, awarded, linked)
        # Of the others neither the completion nor what follows is observed yet.
        completed = np.where(at_once, first.completed, NEVER)
        self._review(first.numbers, first.persons, completed, completed, linked, first.closing)

    def certified(self, numbers: Persons, completed: Ints, issued: Ints) -> None:
        """Follow those whose certificates of a first course, completed at instants, are issued then, or NEVER."""
        own = self._participants
        persons = own.persons_of(numbers)
        linked = linked_at(self._programme, persons, own.awarded_at(numbers), self._traits)
        self._review(numbers, persons, completed, issued, linked, own.closes_at(numbers))

    def _review(
        self, numbers: Persons, persons: Persons, completed: Ints, issued: Ints, linked: Ints, closing: Ints
    ) -> None:
        """Follow those who have completed a first course; `issued` is when the platform issues the certificate."""
        p = self._programme
        certified, reviewed, due = (np.empty_like(issued) for _ in range(3))
        review(p.key, p.training, persons, issued, linked, closing, certified, reviewed, due)
        self._observer.reviewed(persons, completed, certified, reviewed, closing)
        kept = earns_payments(reviewed, closing)
        self._participants.keep_payments(numbers, kept, kept & (reviewed < p.horizon))
        self._recorder.put_participant("certified", persons, certified)
        self._recorder.put_participant("reviewed", persons, reviewed)
        in_time = due < p.horizon
        if np.count_nonzero(in_time):
            self._due.append((numbers[in_time], due[in_time]))

    def close(self, announcement: Announcement) -> None:
        """Close the accounts of a wave."""
        accounts, unspent, forfeited = self._participants.close(announcement)
        self._observer.closed(announcement.closing, accounts, unspent, forfeited)
        self._record_closed(announcement)

    # The end

    def leave_open(self, announcement: Announcement) -> None:
        """Observe the accounts of a wave that are open at the end of the run."""
        own = self._participants
        counts = own.standings(announcement)
        not_reviewed = counts[FORFEITED] + counts[UNDECIDED]
        self._observer.open_accounts("not_reviewed", *not_reviewed.tolist())
        awards = own.awards[announcement.rows]
        seeking = awards["seeking"] & (awards["loss"] == NO_LOSS)
        more = np.array([np.count_nonzero(seeking), awards["spent"][seeking].sum()])
        self._observer.open_accounts("buys_more", *more.tolist())
        self._observer.open_accounts("buys_no_more", *(counts[NO_LOSS] - more).tolist())

    def finish(self) -> None:
        """Observe what needs the end of the run, and the whole time from award to payment."""
        own = self._participants
        # Some at a time, since every temporary would have as many rows as there are participants.
        for first in range(0, own.size, FINISHED_AT_A_TIME):
            rows = slice(first, min(first + FINISHED_AT_A_TIME, own.size))
            people, wave = own.people[rows], own.waves_of(np.arange(rows.start, rows.stop))
            self._observer.whole_time(Awarded(people["person"], wave, people["first_paid"], own.loss[rows]))
        self._observer.finish()

    # Rows

    def _record_bought(self, bought: Bought) -> None:
        if self._recorder.on:
            for purchase in np.unique(bought.purchase).tolist():
                some = bought.some(bought.purchase == purchase)
                for name in ("at", "completed", "price"):
                    column = {"at": "bought"}.get(name, name)
                    self._recorder.put_participant(f"{column}_{purchase + 1}", some.persons, getattr(some, name))

    def _record_closed(self, announcement: Announcement) -> None:
        if self._recorder.on:
            own = self._participants
            numbers = np.arange(announcement.first, announcement.last)
            numbers = numbers[np.isin(own.loss[numbers], (NO_LOSS, FORFEITED))]
            persons = own.persons_of(numbers)
            self._recorder.put_participant("closed", persons, announcement.closing)
            self._recorder.put_participant("unspent", persons, own.balances_of(numbers))
