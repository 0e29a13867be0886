"""On how many threads people are moved, and which of them go first."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sim.programme.programme import Programme

WORTH_TWO = 6_000_000
"""People from which two threads are faster than one: with `history`, 4.8 million are not, 9.6 million are."""


def threads_of(programme: Programme) -> int:
    """Return the threads asked for, or those that are faster: with few people, handing on costs more."""
    return programme.parameters.run.threads or (2 if programme.people >= WORTH_TWO else 1)


POLITE = 10
"""By how much threads that run ahead are nicer than others (Linux): somebody waits for those, nobody for these."""


def yield_to_others() -> None:
    """Let other threads go before this one, where the system tells the threads of a process apart."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), POLITE)


def thread_ahead() -> ThreadPoolExecutor:
    """Return a thread for what runs ahead of the programme."""
    return ThreadPoolExecutor(1, initializer=yield_to_others)
