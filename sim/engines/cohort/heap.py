"""Memory that has been freed, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

KEPT = 300_000_000
"""Bytes that may be free and kept: to ask for them again takes longer than to keep them."""


class _Info(ctypes.Structure):
    """What the GNU C library says of its heaps, in bytes: `struct mallinfo2` of malloc.h."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"
        )
    ]  # fmt: skip


@cache
def _functions() -> tuple[Any, Any]:
    """Return the functions of the GNU C library that give free memory back, and that say how much there is.

    None where it has none.
    """
    if not sys.platform.startswith("linux"):
        return None, None
    library = ctypes.CDLL(None)
    trim, info = (getattr(library, name, None) for name in ("malloc_trim", "mallinfo2"))
    if info is not None:
        info.restype = _Info
    return trim, info


def give_back() -> None:
    """Give back what is free, if it is much: each thread keeps what it has freed, a fifth of a run's memory."""
    trim, info = _functions()
    if trim is not None and (info is None or info().fordblks > KEPT):
        trim(0)
