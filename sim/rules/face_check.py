"""The face check after a draw: who fails it loses the place."""

from __future__ import annotations

from sim.rules.compiling import rule
from sim.rules.joining import FACE_CHECK, WAVE_BLOCK
from sim.rules.luck import Key, luck
from sim.rules.whole import Whole


@rule
def fails_face_check(key: Key, share: float, person: Whole, named: Whole) -> bool:
    """Return whether one who was drawn in a wave, by its `named`, fails the check that a share fails."""
    return FACE_CHECK(luck(key, WAVE_BLOCK, person, named)) < share
