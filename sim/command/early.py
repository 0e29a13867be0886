"""What Ctrl-C does until a command is guarded: libraries being imported may turn it into errors of their own."""

from __future__ import annotations

import os
import signal


def end_at_once() -> None:
    """Let Ctrl-C end this process with 130, before anything is begun; who ignores it goes on to do so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: object) -> None:
    try:
        os.write(2, b"Interrupted. Nothing is half-written.\n")
    finally:
        os._exit(130)
