"""Philox4x64-10 (Salmon et al., SC11), bit for bit NumPy's, as a compiled function of key and counter."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy import uint64

from sim.rules.compiling import rule

_M0 = uint64(0xD2E7470EE14C6C93)
_M1 = uint64(0xCA5A826395121157)
_W0 = uint64(0x9E3779B97F4A7C15)
_W1 = uint64(0xBB67AE8584CAA73B)


def _product(typing_context: Any, a: Any, b: Any) -> Any:
    """Return the upper 64 bits of a 128-bit product."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        left = builder.zext(arguments[0], wide)
        right = builder.zext(arguments[1], wide)
        product = builder.mul(left, right)
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


_high: Any = intrinsic(_product)


@rule
def philox(
    k0: uint64, k1: uint64, c0: uint64, c1: uint64, c2: uint64, c3: uint64
) -> tuple[uint64, uint64, uint64, uint64]:
    """Return the block of four words for a key of two words and a counter of four."""
    for _ in range(10):
        high0 = _high(_M0, c0)
        low0 = _M0 * c0
        high1 = _high(_M1, c2)
        low1 = _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3
