"""The edge: every way to fail becomes a message and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.parameters import BadInput

FULL = (errno.ENOSPC, errno.EDQUOT)


class Terminated(KeyboardInterrupt):
    """Somebody, such as `timeout` or a scheduler, ends the command: it cleans up as after Ctrl-C."""


@contextmanager
def _terminating_as_an_interrupt() -> Iterator[None]:
    def stop(signal_number: int, frame: object) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():  # only it can be told of signals
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def guarded(command: Callable[[], int]) -> int:
    """Run a command and return its exit code, without a traceback for what a planner can mend."""
    try:
        with _terminating_as_an_interrupt():
            code = command()
        sys.stdout.flush()
    except BadInput as bad:
        return _said(bad.text, 2)
    except Terminated:
        return _said("Terminated. Nothing is half-written.", 143)
    except KeyboardInterrupt:
        return _said("Interrupted. Nothing is half-written.", 130)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _silence()
        return 0
    except OSError as error:
        if error.errno in FULL:
            _silence()
        return _said(cannot_write(error), 2)
    except MemoryError:
        do = "Set a smaller population.scale, or close other programs."
        return _said(f"The machine ran out of memory. Nothing is left behind. {do}", 2)
    except Exception as error:
        from sim.programme.ledger import BrokenPromise

        if isinstance(error, BrokenPromise):
            return _said(f"A promise is broken, so there is no answer: {error}", 1)
        raise
    return code


def cannot_write(error: OSError) -> str:
    """Say what the machine refused and what to do."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in FULL:
        do = "Free some room, or set run.folder to another disk."
        return f"The disk is full{where}. Nothing is left behind. {do}"
    do = "Set run.folder to a folder you may write to."
    return f"{error.strerror or error}{where}. Nothing is left behind. {do}"


def _said(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


def _silence() -> None:
    """Point the standard output to nowhere, so that Python's last flush does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
