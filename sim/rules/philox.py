"""Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11) as compiled functions."""

from __future__ import annotations

from numpy import uint32, uint64

from sim.rules.compiling import rule

_M0 = uint64(0xD2511F53)
_M1 = uint64(0xCD9E8D57)
_W0 = uint32(0x9E3779B9)
_W1 = uint32(0xBB67AE85)
_HALF = uint64(32)


@rule
def philox(
    k0: uint32, k1: uint32, c0: uint32, c1: uint32, c2: uint32, c3: uint32
) -> tuple[uint32, uint32, uint32, uint32]:
    """Return the block of four words for a key of two words and a counter of four."""
    for _ in range(10):
        product0 = _M0 * uint64(c0)
        product1 = _M1 * uint64(c2)
        c0, c1, c2, c3 = (
            uint32(product1 >> _HALF) ^ c1 ^ k0,
            uint32(product1),
            uint32(product0 >> _HALF) ^ c3 ^ k1,
            uint32(product0),
        )
        k0 = uint32(k0 + _W0)
        k1 = uint32(k1 + _W1)
    return c0, c1, c2, c3
