"""Who does jobs: this process, or processes side by side, which are begun again when one of them is killed."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sim.experiments.jobs.job import Job
from sim.programme.ledger import BrokenPromise

Asked = TypeVar("Asked")
Name = TypeVar("Name")
Made = TypeVar("Made")
Makes = TypeVar("Makes", covariant=True)

Failure = BrokenPromise | MemoryError
"""Why a job is left out."""

COLLECTED_AFTER = 20_000
"""Objects made, less those gone, after which a process that does many jobs looks for cycles; Python would after 700."""

KILLED_TWICE = "ended its process twice, as the system does when memory runs out"
OUT_OF_MEMORY = "found no memory, twice"
ENDED = "a process was ended: for want of memory; or by a script that runs without `if __name__ == '__main__':`"


def said_of(error: Failure) -> str:
    """Return in words what a job did that was left out."""
    return f"broke a promise: {error}" if isinstance(error, BrokenPromise) else str(error)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Executor(Protocol):
    """Who does jobs."""

    def do(self, jobs: Mapping[str, Job]) -> Iterator[tuple[str, bytes | Failure]]:
        """Do all jobs, and yield what each makes as it comes, by name; or why it was left out.

        A job is left out that ends its worker twice, or in which a promise of the model is broken; what else is raised
        by one ends them all.
        """
        ...


class Doable(Protocol[Makes]):
    """What processes do: a job, or whatever else can be pickled, as can what it makes."""

    def do(self) -> Makes:
        """Do it, here."""
        ...


class Here:
    """Do jobs one after the other in this process."""

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *raised: object) -> None:
        pass

    def do(self, jobs: Mapping[Name, Doable[Made]]) -> Iterator[tuple[Name, Made | Failure]]:
        """Do all jobs."""
        for name, job in jobs.items():
            try:
                found: Made | Failure = job.do()
            except BrokenPromise as broken:
                found = broken
            yield name, found


class Processes:
    """Do jobs in processes of this machine, side by side, which end with what is done in them, however that ends.

    As many jobs as processes are under way: where a process is killed, it was by one of them. Those are then done one
    at a time, each in a process of its own, so that it is known which.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._before = set(multiprocessing.active_children())

    def do(self, jobs: Mapping[Name, Doable[Made]]) -> Iterator[tuple[Name, Made | Failure]]:
        """Do all jobs."""
        waiting, under_way = deque(jobs.items()), dict[Future[Made], tuple[Name, Doable[Made]]]()
        suspects: dict[Name, Doable[Made]] = {}
        while waiting or under_way or suspects:
            try:
                while waiting and not suspects and len(under_way) < self._workers:
                    name, job = waiting.popleft()
                    suspects[name] = job  # of a pool that broke before it was taken
                    under_way[self._submit(job)] = (name, job)
                    del suspects[name]
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    found = _found(future)
                    name, job = under_way.pop(future)
                    if isinstance(found, MemoryError):
                        suspects[name] = job
                    else:
                        yield name, found
            except BrokenProcessPool:
                suspects |= dict(under_way.values())
                under_way.clear()
            if suspects and not under_way:
                self._end()  # so that their memory is there for one alone
                for name, job in suspects.items():
                    yield name, _alone(job)
                suspects = {}

    def _submit(self, job: Doable[Made]) -> Future[Made]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # a fork would copy locks of threads that are not copied
            self._pool = ProcessPoolExecutor(self._workers, context, _begin)
        with _heeding_later():
            try:
                return self._pool.submit(_done, job)
            except OSError as error:
                # A process was killed while another was begun: the pool has closed its queue, and knows only that. What
                # the system refuses has a number.
                if error.errno is not None:
                    raise
                raise BrokenProcessPool from error

    def _end(self) -> None:
        """End all processes at once."""
        for child in set(multiprocessing.active_children()) - self._before:
            child.kill()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool = None

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *raised: object) -> None:
        self._end()


def _found(future: Future[Made]) -> Made | Failure:
    try:
        return future.result()
    except (BrokenPromise, MemoryError) as error:
        return error


def _alone(job: Doable[Made]) -> Made | Failure:
    """Do a job in a process of its own, after it was under way when one was killed."""
    with Processes(1) as alone:
        try:
            found = _found(alone._submit(job))
        except BrokenProcessPool:
            return MemoryError(KILLED_TWICE)
        return MemoryError(OUT_OF_MEMORY) if isinstance(found, MemoryError) else found


@contextmanager
def _heeding_later() -> Iterator[None]:
    """Let signals to end wait while processes are begun: these inherit that, and never heed them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _done(job: Doable[Made]) -> Made:
    """Do a job in a process that does many."""
    made = job.do()
    _keep_what_is_loaded()
    return made


@functools.cache
def _keep_what_is_loaded() -> None:
    """Spare what the first job has loaded, modules and kernels, from being looked through at every collection.

    And collect less often: a job makes many small objects that nothing refers to any more, and few in cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 10, 10)


def _begin() -> None:
    """Begin a process, which ends when its parent does, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def executor(workers: int, jobs: int) -> Here | Processes:
    """Return who does so many jobs: this process where there is one worker, or one job."""
    return Here() if workers == 1 or jobs <= 1 else Processes(min(workers, jobs))


@dataclass(frozen=True)
class _Applied:
    """A function of a module, and what it is applied to."""

    does: Callable[[Any], Any]
    asked: Any

    def do(self) -> Any:
        return self.does(self.asked)


def side_by_side(
    does: Callable[[Asked], Made], some: Sequence[Asked], workers: int, tell: Callable[[int], None]
) -> list[Made]:
    """Return what a function of a module makes of each, in their order, however many workers there are.

    What is asked and made can be pickled. `tell` is told how many are done. An error of one, or an interrupt, ends all
    at once. Raises MemoryError where one ended its process twice.
    """
    made: dict[int, Made] = {}
    with executor(workers, len(some)) as those:
        for number, found in those.do({number: _Applied(does, each) for number, each in enumerate(some)}):
            if isinstance(found, BrokenPromise):
                raise found
            if isinstance(found, MemoryError):
                raise MemoryError(ENDED)
            made[number] = found
            tell(len(made))
    return [made[number] for number in range(len(some))]
