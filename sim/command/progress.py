"""A line of progress, for a terminal and for a log."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

SECONDS_BETWEEN = {True: 0.1, False: 10.0}  # on a terminal the line is rewritten, in a log each is kept


def progress(out: TextIO | None = None) -> Callable[[str], None]:
    """Return a function that is told how far a run is, as often as you like."""
    stream = out or sys.stderr
    terminal = stream.isatty()
    began = last = time.monotonic()

    def tell(so_far: str) -> None:
        nonlocal last
        clock = time.monotonic()
        if clock - last < SECONDS_BETWEEN[terminal]:
            return
        last = clock
        line = f"{so_far}, {clock - began:.0f} s"
        stream.write(f"\r{line[: _width()]:<{_width()}}" if terminal else f"{line}\n")
        stream.flush()

    return tell


def clear(out: TextIO | None = None) -> None:
    """Wipe the line of progress off a terminal."""
    stream = out or sys.stderr
    if stream.isatty():
        stream.write(f"\r{'':<{_width()}}\r")
        stream.flush()


def _width() -> int:
    """Return the columns of the line: a longer one would wrap, and could not be rewritten."""
    return min(78, shutil.get_terminal_size().columns - 1)
