"""Who is eligible in a wave: one draw a person, for all waves, below the share in force at its announcement."""

from __future__ import annotations

import numpy as np
from numpy import uint32

from sim.rules.compiling import rule
from sim.rules.luck import Key, luck
from sim.rules.people import Trait
from sim.rules.registering import ELIGIBILITY, REGISTRATION_BLOCK
from sim.rules.whole import Whole

_SHIFT = uint32(Trait.ELIGIBILITY_LUCK)
_STEPS = float(1 << (32 - Trait.ELIGIBILITY_LUCK))


@rule
def is_eligible(key: Key, share: float, person: Whole) -> bool:
    """Return whether a person is eligible where a share of applicants is."""
    return ELIGIBILITY(luck(key, REGISTRATION_BLOCK, person, 0)) < share


@rule
def is_eligible_packed(key: Key, share: float, person: Whole, packed: uint32) -> bool:
    """Return the same as `is_eligible` of a person whose traits are known: their packed luck settles most cases."""
    at_the_share = np.int64(share * _STEPS)
    upper_bits = np.int64(packed >> _SHIFT)
    if upper_bits == at_the_share:
        return is_eligible(key, share, person)
    return bool(upper_bits < at_the_share)
