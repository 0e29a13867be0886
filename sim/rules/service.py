"""The service that a person needs at a station, where it is drawn."""

from __future__ import annotations

from sim.rules.compiling import rule
from sim.rules.laws import LawRecord, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

LANES = Block("service", occurrence="attempt")
"""The lanes of the block that each station has of its own."""
SERVICE = LANES.half(0, "service")


@rule
def service_from(words: Words, law: LawRecord) -> int:
    """Return the service in µs, before scaling, from a person's words of luck."""
    return draw(law[0], SERVICE(words))


@rule
def service(key: Key, block: int, law: LawRecord, person: Whole, attempt: Whole) -> int:
    """Return the service in µs, before scaling, that a person needs at a station at an attempt."""
    return service_from(luck(key, block, person, attempt), law)
