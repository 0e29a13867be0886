"""The order of acts at one instant: (time, part, number).

Acts of the programme come before people's, in a fixed order; people's follow in the order of the
journey, at each station leave, renege, arrive; within a part by the person's number. SimPy keeps the
priorities 0 and 1 for itself, so that what a resource grants is taken up at once.
"""

from __future__ import annotations

from enum import IntEnum

STATIONS = (
    "portal",
    "processing",
    "email",
    "email_retry",
    "registry",
    "registry_retry",
    "third_layer",
    "third_layer_retry",
    "screening",
)
"""The stations that applicants pass, in the order of the journey."""


class Act(IntEnum):
    """An act of the programme; the value is its SimPy priority."""

    DAY_END = 2
    CAPACITY = 3
    PAYMENT_RUN = 4
    CLOSE = 5
    ANNOUNCE = 6
    OPEN = 7


class Part(IntEnum):
    """A person's part after the stations, in the order of the journey; stations take 16 to 16 + 3 × 9."""

    REGISTER = 15
    TEST = 61
    JOIN = 62
    LINK = 63
    BUY = 64
    REVOKE = 65
    COMPLETE = 66
    CERTIFY = 67
    REVIEW = 68
    DUE = 69
    READY = 70
    CLOSE_ACCOUNT = 71


def leave(station: str) -> int:
    """Return the part of leaving a station; reneging is the next, arriving the one after."""
    return 16 + 3 * STATIONS.index(station)


def renege(station: str) -> int:
    """Return the part of giving up the wait at a station."""
    return leave(station) + 1


def arrive(station: str) -> int:
    """Return the part of arriving at a station."""
    return leave(station) + 2


def priority(part: int, number: int) -> int:
    """Return the SimPy priority of a person's act; higher than any act of the programme."""
    return (part << 32) + number
