"""Memory that has been freed: kept for the next run where there is little of it, or given back to the system."""

from __future__ import annotations

import ctypes
import multiprocessing
import sys
from functools import cache
from typing import Any

KEPT = 300_000_000
"""Bytes that may be free and kept: to ask for them again takes longer than to keep them."""


_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
"""Parameters of `mallopt` (malloc.h): free bytes at the end of the heap from which they are given back, by how many
more than are needed it grows, and from which size an array has pages of its own, which go with it."""

MEGABYTE = 1 << 20

_OF_FEW = {_TRIM_THRESHOLD: 512 * MEGABYTE, _TOP_PAD: 64 * MEGABYTE, _MMAP_THRESHOLD: 32 * MEGABYTE}
_OF_MANY = {_TRIM_THRESHOLD: 64 * MEGABYTE, _TOP_PAD: 0, _MMAP_THRESHOLD: 32 * MEGABYTE}
"""The first are for runs of few people; the second are as the library sets them once large arrays have been freed."""


class _Info(ctypes.Structure):
    """What the GNU C library says of its heaps, in bytes: `struct mallinfo2` of malloc.h."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"
        )
    ]  # fmt: skip


@cache
def _functions() -> tuple[Any, Any, Any]:
    """Return the functions of the GNU C library that give free memory back, say how much there is, and set parameters.

    None where it has none.
    """
    if not sys.platform.startswith("linux"):
        return None, None, None
    library = ctypes.CDLL(None)
    trim, info, set_one = (getattr(library, name, None) for name in ("malloc_trim", "mallinfo2", "mallopt"))
    if info is not None:
        info.restype = _Info
    return trim, info, set_one


_kept = False
"""Whether this process keeps what runs of few people have freed."""


def keep_for_few(few: bool) -> None:
    """Keep what is freed in a run of few people for this run and the next: the system would clear it again each time.

    Only in a process that was begun to do jobs, which ends with them: another one may have use for its memory. Of many
    people it is too much to be kept: then memory is given back as usual.
    """
    global _kept
    *_, set_one = _functions()
    if set_one is not None and few != _kept and multiprocessing.parent_process() is not None:
        _kept = few
        for parameter, value in (_OF_FEW if few else _OF_MANY).items():
            set_one(parameter, value)


def give_back() -> None:
    """Give back what is free, if it is much: each thread keeps what it has freed, a fifth of a run's memory."""
    trim, info, _ = _functions()
    if trim is not None and (info is None or info().fordblks > KEPT):
        trim(0)
