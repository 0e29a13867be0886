"""Where a person stands. Everyone who has registered stands in exactly one place."""

from __future__ import annotations

from enum import IntEnum


class Place(IntEnum):
    """A place of the journey, in its order; those of stations have the stations' names."""

    NOT_REGISTERED = 0
    PORTAL = 1
    PROCESSING = 2
    EMAIL = 3
    EMAIL_RETRY = 4
    REGISTRY = 5
    REGISTRY_RETRY = 6
    THIRD_LAYER = 7
    THIRD_LAYER_RETRY = 8
    SCREENING = 9
    TEST = 10
    POOL = 11
    JOINED = 12
    AWARDED = 13
    PARTICIPANT = 14
    REVOKED = 15
    REFUSED = 16
    GAVE_UP_PROCESSING = 17
    GAVE_UP_WAVES = 18


IN_PROCESSING = tuple(place for place in Place if Place.PORTAL <= place <= Place.TEST)
"""Places of those who have registered and are not yet through the test."""


class Refusal(IntEnum):
    """Who refused a registrant."""

    NOBODY = 0
    EMAIL = 1
    REGISTRY = 2
    THIRD_LAYER = 3
    SCREENING = 4
    TEST = 5
