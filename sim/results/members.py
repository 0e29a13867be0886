"""The platforms of a station that is a bank of them, as stations of their own."""

from __future__ import annotations

from typing import NamedTuple

from sim.observers.observations import Observations
from sim.observers.station import StationObserver
from sim.stations.plan import Plan


class Member(NamedTuple):
    """One instance of a bank: stable name, words, what was counted there, and its plan (None: plenty)."""

    name: str
    label: str
    observer: StationObserver
    plan: Plan | None


def members(observations: Observations, station: str) -> list[Member]:
    """Return the platforms of a station in the order of the config; of a station without platforms none."""
    programme, counted = observations.programme, observations.members(station)
    market, plan = programme.seats, programme.stations[station]
    if market is None:
        return []
    label = programme.journey.station(station).label
    return [
        Member(f"{station}_{market.keys[k]}", f"{label} of {market.platforms[k]}", own, plan and plan.alone(k))
        for k, own in enumerate(counted)
    ]
