"""The edge: every way to fail becomes a message and an exit code."""

from __future__ import annotations

import _thread
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.command.screen import on_stderr
from sim.parameters import BadInput
from sim.results.folder import left_behind

ENDING = (signal.SIGINT, signal.SIGTERM)
"""Signals that end a command: Ctrl-C, and what `timeout` or a scheduler sends."""

KEPT = Path("results/.runs")
"""Where comparisons keep their runs."""

SOON = 0.02
"""Seconds until a command is told again to end, where Python has swallowed it."""


@contextmanager
def _ending_once() -> Iterator[list[int]]:
    """Raise KeyboardInterrupt at the first signal to end, and heed no other while what is unfinished is removed.

    Yields the list of signals received: a library may turn the exception into one of its own.
    """
    told: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only it can be told of signals
        yield told
        return
    # What was started in the background ignores Ctrl-C, and shall go on to do so.
    before = {each: signal.getsignal(each) for each in ENDING if signal.getsignal(each) is not signal.SIG_IGN}

    def heed(heeded: bool) -> None:
        for each in before:
            signal.signal(each, stop if heeded else signal.SIG_IGN)

    def stop(number: int, frame: object) -> None:
        heed(False)
        told.append(number)
        raise KeyboardInterrupt

    def swallowed(unraisable: sys.UnraisableHookArgs) -> None:
        if told and isinstance(unraisable.exc_value, KeyboardInterrupt):  # in a finaliser, say: Python goes on
            heed(True)
            again = threading.Timer(SOON, _thread.interrupt_main, (told[-1],))
            again.daemon = True
            again.start()
        else:
            hook(unraisable)

    hook, sys.unraisablehook = sys.unraisablehook, swallowed
    heed(True)
    try:
        yield told
    finally:
        sys.unraisablehook = hook
        for each, handler in before.items():
            signal.signal(each, handler)


def _escape_what_the_screen_lacks() -> None:
    """Let signs that an old terminal does not have be shown as escapes, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def guarded(command: Callable[[], int]) -> int:
    """Run a command and return its exit code, without a traceback for what a planner can mend."""
    told: list[int] = []
    _escape_what_the_screen_lacks()
    try:
        with _ending_once() as told:
            code = command()
            sys.stdout.flush()
    except BadInput as bad:
        return _said(bad.text, 2)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        silence()
        return 0
    except BaseException as error:
        said = _ended(told, error) or _refused(error)
        if said is None:
            raise
        return _said(*said)
    return code


def _ended(told: list[int], error: BaseException) -> tuple[str, int] | None:
    """Return what is said of a signal to end; a library may have turned it into an error of its own."""
    if not told and not isinstance(error, KeyboardInterrupt):
        return None
    left = left_behind(error)
    tidy = "Nothing is half-written." if left is None else f"{left} is unfinished: the next run beside it removes it."
    return (f"Terminated. {tidy}", 143) if signal.SIGTERM in told else (f"Interrupted. {tidy}", 130)


def _refused(error: BaseException) -> tuple[str, int] | None:
    """Return what is said of an error that is none of ours, and the exit code."""
    if is_out_of_memory(error):
        do = "Set a smaller population.scale, or close other programs."
        return f"The machine ran out of memory. {_tidy(error)} {do}", 2
    if isinstance(error, OSError):
        return cannot_write(error), 2
    ledger = sys.modules.get("sim.programme.ledger")
    if ledger is not None and isinstance(error, ledger.BrokenPromise):
        return f"A promise is broken, so there is no answer: {error}", 1
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says, in one of the ways that libraries have, that there is no memory left."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    said = str(error)
    return isinstance(error, Exception) and any(sign in said for sign in NO_MEMORY)


NO_MEMORY = (
    "Cannot allocate memory",
    "cannot allocate memory",
    "failed to map segment from shared object",
    "can't start new thread",
    "Out of Memory",
    "std::bad_alloc",
)
"""What libraries say when there is no memory left: of a module that is loaded, of a thread, of a query."""


def cannot_write(error: OSError) -> str:
    """Say what the machine refused and what to do."""
    number = reason_of(error)
    if number == errno.ENOENT and not _has_working_folder():
        return f"The working folder is no longer there. {_tidy(error)} Change into a folder that is."
    where = f" ({error.filename})" if error.filename else ""
    what, do = REFUSED.get(number, (os.strerror(number), "Set run.folder to a folder you may write to."))
    if number == errno.EIO and error.strerror:
        what = error.strerror
    if number in (errno.ENOSPC, errno.EDQUOT):
        do += _what_may_go()
    return f"{what}{where}. {_tidy(error)} {do}"


def _what_may_go() -> str:
    """Return how much the runs take that comparisons keep, which may be moved or removed; nothing where there are none.

    They are only kept so as not to be made again.
    """
    try:
        taken = sum(each.stat().st_size for each in KEPT.iterdir())
    except OSError:
        return ""
    if not taken:
        return ""
    return f" The runs kept in {KEPT} ({taken / 1e6:,.1f} MB) may be moved or removed; they would be made again."


def _has_working_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  (Path.cwd would say the same)
    except FileNotFoundError:
        return False
    return True


def reason_of(error: OSError) -> int:
    """Return the number of what the system refused, also where a library tells it in words only."""
    if error.errno not in (errno.EIO, None) or error.__cause__ is None:
        return error.errno or errno.EIO
    told = str(error.__cause__).replace(str(error.filename), "")
    return next((number for number in REFUSED if os.strerror(number) in told), errno.EIO)


_FULL = ("The disk is full", "Free some room, or set run.folder to another disk.")
_GONE = ("A folder was taken away while the run wrote to it", "Let it stand until the run is done.")
_FILES = ("Too many files are open", "Close other programs, or raise the limit (ulimit -n).")

REFUSED = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: ("A file may not be larger here", "Raise the limit (ulimit -f), or write fewer rows (run.people)."),
    errno.EROFS: ("The disk can only be read", "Set run.folder to another disk."),
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.ESTALE: _GONE,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.EACCES: ("Permission denied", "Set run.folder to a folder you may write to."),
    errno.EPERM: ("Operation not permitted", "Set run.folder to a folder you may write to."),
}
"""What is said of what the system refuses, and what to do."""


def _tidy(error: BaseException) -> str:
    left = left_behind(error)
    return "Nothing is left behind." if left is None else f"{left} is left behind: the next run beside it removes it."


def _said(text: str, code: int) -> int:
    """Print lines in which nothing hides, and return the exit code."""
    with suppress(OSError):  # nobody reads it
        print("\n".join(on_stderr(text)), file=sys.stderr, flush=True)
    return code


def silence() -> None:
    """Point the standard output to nowhere, so that Python's last flush does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
