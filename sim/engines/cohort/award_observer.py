"""What is observed of awards: to whom they go, who is revoked, and who is undecided at the end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.after_award_kernels import Persons
from sim.engines.cohort.flows import Ints
from sim.journey.measures import AWARD_YEARS, WANTS, awarded_in, revoked_for
from sim.journey.money import Benefit
from sim.observers.observations import Observations, new_year
from sim.programme.programme import Programme


class AwardObserver:
    """Tells the counts of what becomes of awards."""

    def __init__(
        self,
        programme: Programme,
        observations: Observations,
        traits: NDArray[np.uint32],
    ) -> None:
        self._programme, self._traits = programme, traits
        self._counts = observations.new_counts()

    def awarded(self, wave: int, now: int, persons: Persons) -> None:
        """Observe people who are awarded."""
        counts, traits = self._counts, self._traits[persons]
        counts.stamp_at("awarded", now, persons.size)
        counts.stamp_of_wave("awarded", wave, now, persons.size)
        counts.people("awarded", traits)
        for year in AWARD_YEARS:
            if new_year(year) <= now < new_year(year + 1):
                counts.people(awarded_in(year), traits)
        for benefit, rupiah in zip(Benefit, self._programme.benefit, strict=True):
            self._money("awarded", benefit, now, persons.size * rupiah)

    def revoked(self, wave: int, deadline: int, awarded: int, persons: Persons, linked: Ints) -> None:
        """Observe the awards of a wave that are revoked at the deadline; `linked` is NEVER of who has no account."""
        counts = self._counts
        counts.stamp("linked", linked)
        counts.stamp_at("revoked", deadline, persons.size)
        counts.stamp_of_wave("revoked", wave, deadline, persons.size)
        for benefit, rupiah in zip(Benefit, self._programme.benefit, strict=True):
            self._money("returned", benefit, deadline, persons.size * rupiah)
        began = np.full(persons.size, awarded)
        for name, ended in (("award_to_account", linked), ("award_to_purchase", np.full(persons.size, NEVER))):
            counts.wait(name, began, ended, deadline)
            counts.level(name, persons, began, ended, deadline)

    def revoked_for(self, deadline: int, want: NDArray[np.uint8]) -> None:
        """Observe for want of what awards are revoked at the deadline."""
        for code, name in WANTS.items():
            self._counts.stamp_at(revoked_for(name), deadline, int(np.count_nonzero(want == code)))

    def undecided(self, awarded: int, persons: Persons, linked: Ints) -> None:
        """Observe who has neither bought nor been revoked by the end of the run."""
        counts, began = self._counts, np.full(persons.size, awarded)
        counts.stamp("linked", linked)
        for name, ended in (("award_to_account", linked), ("award_to_purchase", np.full(persons.size, NEVER))):
            counts.wait(name, began, ended)
            counts.level(name, persons, began, ended)

    def _money(self, flow: str, benefit: Benefit, at: int, rupiah: int) -> None:
        self._counts.money(flow, benefit, np.array([at]), rupiah)
