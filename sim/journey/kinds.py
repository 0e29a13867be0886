"""Kinds of stations, and of banks of them: what compiled code may know of the route, whose labels it does not read."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """How a station serves; `sim.stations` has the SimPy resource and the kernel of each kind."""

    RATE = "rate"
    """People pass one after the other at a rate."""
    SERVERS = "servers"
    """Parallel servers; the service is drawn for each person."""
    SEATS = "seats"
    """Classes of seats that begin at set instants and are booked on arrival."""
    DAILY_RUNS = "daily runs"
    """Runs at set instants, each up to a cap."""


class Bank(StrEnum):
    """How a person finds the one instance, of a station that has many."""

    REGENCY = "regency"
    """An instance in each regency; people go to their own."""
    PLATFORM = "platform"
    """An instance of each platform of the market; people go to that on which they buy."""
