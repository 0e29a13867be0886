"""Where a person stands. Everyone who has registered stands in exactly one place: at a station, or in one of these."""

from __future__ import annotations

from enum import IntEnum


class Place(IntEnum):
    """A place that is no station; stations are numbered behind, in the order of the route."""

    NOT_REGISTERED = 0
    TEST = 1
    POOL = 2
    """Processed and passed, not yet awarded; also in a wave that is not yet announced."""
    AWARDED = 3
    """Awarded, and has neither bought a course nor been revoked."""
    PARTICIPANT = 4
    REVOKED = 5
    REFUSED = 6
    GAVE_UP_PROCESSING = 7
    GAVE_UP_WAVES = 8
