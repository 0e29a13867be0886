"""The order of acts at one instant: (time, turn, number).

Acts of the programme come before people's, in a fixed order; people's follow in the order of the journey, at each
station leave, renege, arrive; within a turn by the person's number, from the award on by the participant's. SimPy
keeps the priorities 0 and 1 for itself, so that what a resource grants is taken up at once.
"""

from __future__ import annotations

from enum import IntEnum


class ProgrammeAct(IntEnum):
    """An act of the programme; the value is its turn."""

    DAY_END = 2
    CAPACITY = 3
    PAYMENT_RUN = 4
    CLOSE = 5
    ANNOUNCE = 6
    OPEN = 7
    RUN = 8
    """A daily run of a station: it takes who came before this instant."""
    ADD_CLASSES = 9
    """Providers add seats to their classes."""


REGISTER = 10
"""The turn of registering, before all stations."""

AT_STATIONS = 11
"""The first turn at a station; each station has three: leave, renege, arrive."""


class PersonAct(IntEnum):
    """An act of a person that is at no station, in the order of the journey; their turns follow the stations'.

    Booking alone follows the stations after the award as well: those who leave them at one instant go by number.
    """

    TEST = 0
    JOIN = 1
    LINK = 2
    BUY = 3
    REVOKE = 4
    COMPLETE = 5
    CERTIFY = 6
    REVIEW = 7
    OFFER_SURVEY = 8
    DUE = 9
    READY = 10
    CLOSE_ACCOUNT = 11
    BOOK = 12
