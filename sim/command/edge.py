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


ENDING = (signal.SIGINT, signal.SIGTERM)
"""Signals that end a command: Ctrl-C, and what `timeout` or a scheduler sends."""


@contextmanager
def _ending_once() -> Iterator[list[int]]:
    """Raise KeyboardInterrupt at the first signal to end, and heed no other while what is unfinished is removed.

    Yields the list of signals received: a library may turn the exception into one of its own.
    """
    told: list[int] = []

    def stop(number: int, frame: object) -> None:
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        told.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # only it can be told of signals
        yield told
        return
    # What was started in the background ignores Ctrl-C, and shall go on to do so.
    before = {each: signal.getsignal(each) for each in ENDING if signal.getsignal(each) is not signal.SIG_IGN}
    for each in before:
        signal.signal(each, stop)
    try:
        yield told
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def guarded(command: Callable[[], int]) -> int:
    """Run a command and return its exit code, without a traceback for what a planner can mend."""
    told: list[int] = []
    try:
        with _ending_once() as told:
            code = command()
        sys.stdout.flush()
    except BadInput as bad:
        return _said(bad.text, 2)
    except KeyboardInterrupt:
        return _ended(told)
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

        if told:
            return _ended(told)
        if isinstance(error, BrokenPromise):
            return _said(f"A promise is broken, so there is no answer: {error}", 1)
        raise
    return code


def _ended(told: list[int]) -> int:
    if signal.SIGTERM in told:
        return _said("Terminated. Nothing is half-written.", 143)
    return _said("Interrupted. Nothing is half-written.", 130)


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
