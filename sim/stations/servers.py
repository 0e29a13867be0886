"""Parallel servers with a drawn service; scaled, fewer servers of a stretched service offer the same work."""

from __future__ import annotations

from sim.rules.verifying import stretched
from sim.stations.schedule import Schedule
from sim.stations.station import Station
from sim.stations.timeline import Timeline


def scaled_servers(servers: int, scale: float) -> tuple[int, float]:
    """Return the simulated number m = max(1, round(servers × scale)) and the stretch m / (servers × scale)."""
    if servers == 0:
        return 0, 1.0
    simulated = max(1, round(servers * scale))
    return simulated, simulated / (servers * scale)


class Servers(Station):
    """Parallel servers in SimPy; the schedule holds their number before scaling."""

    def __init__(self, timeline: Timeline, schedule: Schedule, scale: float) -> None:
        self._scale = scale
        super().__init__(timeline, schedule)

    def _servers(self, value: int) -> int:
        return scaled_servers(value, self._scale)[0]

    def departure(self, service: int) -> int:
        """Return the instant at which a service that starts now ends; its stretch is read now."""
        return self.timeline.now + stretched(service, scaled_servers(self.value, self._scale)[1])
