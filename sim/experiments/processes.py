"""Tasks done in processes side by side, their results in the order of the tasks, however many processes there are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(
    do: Callable[[Task], Done], tasks: Sequence[Task], processes: int, tell: Callable[[int], None]
) -> list[Done]:
    """Return what `do` makes of each task, in the order of the tasks.

    `do` is a function of a module, tasks and results can be pickled. `tell` is told how many tasks are done. With one
    process the tasks are done in this one. An error of a task, or an interrupt, ends all processes at once. Raises
    MemoryError where the system ended one, as it does when memory runs out.
    """
    done: list[Done] = []
    if processes == 1 or len(tasks) == 1:
        for task in tasks:
            done.append(do(task))
            tell(len(done))
        return done
    with _pool(min(processes, len(tasks))) as pool:
        try:
            with heeding_later():
                found = pool.map(do, tasks)
            for each in found:
                done.append(each)
                tell(len(done))
        except BrokenProcessPool:
            raise MemoryError(ENDED) from None
    return done


ENDED = "a process was ended: for want of memory; or by a script that runs without `if __name__ == '__main__':`"


@contextmanager
def heeding_later() -> Iterator[None]:
    """Let signals to end wait while processes are begun: these inherit that, and never heed them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that end with what is done in it, however that ends."""
    context = multiprocessing.get_context("spawn")  # a fork would copy locks of threads that are not copied
    pool = ProcessPoolExecutor(processes, context, begin)
    before = set(multiprocessing.active_children())
    try:
        yield pool
    except BaseException:
        for each in set(multiprocessing.active_children()) - before:
            each.kill()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def begin() -> None:
    """Begin a process, which ends when its parent does, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
