"""The first stretch of the way: registration, portal, processing rate and email."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.flows import EMPTY, NO_FLOW, Flow, Ints
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Recent, Registrations
from sim.engines.cohort.stretch import Stretch
from sim.observers.observations import Observations
from sim.programme.places import Place
from sim.programme.programme import Programme


@dataclass(frozen=True)
class Entered:
    """What a window of the entrance hands on: who passes, and how things stand at its end."""

    flow: Flow
    first: int
    """Number of the first who registered in the window."""
    registered_at: Ints
    """When each of them registered."""
    processed: int
    """How many have left the processing-rate station."""
    empty: bool
    """Whether everyone has registered and passed."""
    places: dict[Place, int]


class Entrance(Stretch):
    """Everyone from registration to the email check."""

    STATIONS = ("portal", "processing", "email", "email_retry")
    CHECKS = ("email",)

    def __init__(
        self,
        programme: Programme,
        seen: Observations,
        recorder: Recorder,
        pool: Pool,
        traits: NDArray[np.uint32],
        registrations: Registrations,
    ) -> None:
        super().__init__(programme, seen, recorder, pool, Recent(registrations))
        self._traits, self._registrations = traits, registrations
        self._ahead: Ints = EMPTY
        """Registrations already drawn, of people from number `registered` on."""
        self.registered = 0
        self._processed = 0

    def advance(self, until: int) -> Entered:
        """Take everyone here to an instant."""
        first = self.registered
        times, persons = self._register(until)
        flow: Flow = times, persons
        if times.size or not self.is_idle():
            flow = self._through("portal", flow, until)
            self._seen.stamp_ascending("portal_left", flow[0])
            flow = self._through("processing", flow, until, patient=False)
            self._seen.stamp_ascending("processing_left", flow[0])
            self._processed += flow[0].size
            flow = self._check("email", flow, until)
        return self.stands(flow, first, times)

    def stands(self, flow: Flow = NO_FLOW, first: int = 0, registered_at: Ints = EMPTY) -> Entered:
        """Return how things stand, with who passes and who has registered in a window."""
        return Entered(
            flow=flow,
            first=first,
            registered_at=registered_at,
            processed=self._processed,
            empty=self.registered == self._programme.people and self.is_empty(),
            places=self.places(),
        )

    def _register(self, until: int) -> Flow:
        taken: list[Ints] = []
        while True:
            count = int(np.searchsorted(self._ahead, until))
            taken.append(self._ahead[:count])
            self._ahead = self._ahead[count:]
            if self._ahead.size or self._registrations.everyone_is_drawn():
                break
            self._ahead = self._registrations.draw()
        times = np.concatenate(taken)
        first, last = self.registered, self.registered + times.size
        self.registered = last
        self._recent.remember(first, times)
        self._seen.stamp_ascending("registered", times)
        if times.size:
            self._seen.people("applicants", self._traits[first:last])
        return times, np.arange(first, last, dtype=np.uint32)
