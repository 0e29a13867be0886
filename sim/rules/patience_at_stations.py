"""How long a person waits at a station before giving up."""

from __future__ import annotations

from sim.rules.compiling import rule
from sim.rules.laws import LawRecord, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

LANES = Block("patience", occurrence="attempt")
"""The lanes of the block that each station has of its own."""
PATIENCE = LANES.half(0, "patience")


@rule
def patience_from(words: Words, law: LawRecord) -> int:
    """Return how many µs a person waits, from their words of luck."""
    return draw(law[0], PATIENCE(words))


@rule
def patience(key: Key, block: int, law: LawRecord, person: Whole, attempt: Whole) -> int:
    """Return how many µs a person waits at a station at an attempt; they are served if their turn comes by then."""
    return patience_from(luck(key, block, person, attempt), law)
