"""SimPy's clock with an order for what happens at one instant."""

from __future__ import annotations

from typing import Any

import simpy

from sim.calendar.order import Act, priority


class Timeline(simpy.Environment):
    """A SimPy environment whose acts at one instant come in the order (part of the journey, number).

    SimPy itself would take them in the order in which they were scheduled, which no fast engine could
    follow. Acts use priorities above SimPy's own 0 and 1, so that what an act grants is taken up before
    the next act of the same instant.
    """

    @property
    def now(self) -> int:
        """Return the present instant, whole microseconds."""
        return int(self._now)

    def turn(self, at: int, part: int, number: int) -> simpy.Event:
        """Return an event at an instant not before now, in the turn of a part and a person's number."""
        return self._act(at, priority(part, number))

    def act(self, at: int, act: Act, number: int = 0) -> simpy.Event:
        """Return an event at an instant not before now, in the turn of an act of the programme.

        Acts of one kind at one instant go by `number`, below 2**20.
        """
        return self._act(at, int(act) + number / (1 << 20))

    def _act(self, at: int, priority: float) -> simpy.Event:
        event = simpy.Event(self)
        event._ok = True
        event._value = None
        # SimPy's own Timeout does the same, with a fixed priority.
        self.schedule(event, priority, at - self._now)  # type: ignore[arg-type]
        return event


Wait = Any
"""What a process of the timeline yields: an event."""
