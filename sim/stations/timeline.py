"""SimPy's clock with an order for what happens at one instant."""

from __future__ import annotations

from typing import Any

import simpy

from sim.journey.order import ProgrammeAct

Wait = Any
"""What a process of the timeline yields: an event."""


def priority(turn: int, number: int) -> int:
    """Return the SimPy priority of an act: by turn, then by number (below 2**32); above SimPy's own 0 and 1."""
    return (turn << 32) + number


class Timeline(simpy.Environment):
    """A SimPy environment whose acts at one instant come in the order (turn, number).

    SimPy itself would take them in the order in which they were scheduled, which no fast engine could follow. Acts use
    priorities above SimPy's own 0 and 1, so that what an act grants is taken up before the next act of the instant.
    """

    @property
    def now(self) -> int:
        """Return the present instant, whole microseconds."""
        return int(self._now)

    def turn(self, at: int, turn: int, number: int) -> simpy.Event:
        """Return an event at an instant not before now, in a turn of the journey and of a person's number."""
        return self._act(at, priority(turn, number))

    def act(self, at: int, act: ProgrammeAct, number: int = 0) -> simpy.Event:
        """Return an event at an instant not before now, in the turn of an act of the programme.

        Acts of one kind at one instant go by `number`.
        """
        return self._act(at, priority(act, number))

    def _act(self, at: int, priority: int) -> simpy.Event:
        event = simpy.Event(self)
        event._ok = True
        event._value = None
        # SimPy's own Timeout does the same, with a fixed priority.
        self.schedule(event, priority, at - self._now)  # type: ignore[arg-type]
        return event
