"""The bytes of a file that a planner names: an ordinary one, of limited size; what is none is never waited for."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def contents_of(file: str | Path, most: int) -> bytes:
    """Return the bytes of an ordinary file of at most so many bytes; raise OSError where it is none, or larger."""
    number = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(number, "rb") as opened:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(0, "it is no file")
        contents: bytes = opened.read(most + 1) or b""
    if len(contents) > most:
        raise OSError(0, f"it is larger than {most:,} bytes")
    return contents
