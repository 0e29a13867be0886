"""Who does jobs: this process, or processes side by side, which are begun again when one of them is killed."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol

from sim.experiments.jobs.job import Job
from sim.experiments.processes import begin, heeding_later
from sim.programme.ledger import BrokenPromise

Keep = Callable[[str, bytes], None]
"""Is told the name of a job that is done, and what it gave."""

Failed = dict[str, BrokenPromise | MemoryError]
"""Why some jobs were left out, by their name."""

KILLED_TWICE = "ended its process twice, as the system does when memory runs out"
OUT_OF_MEMORY = "found no memory, twice"


def said_of(error: BrokenPromise | MemoryError) -> str:
    """Return in words what a job did that was left out."""
    return f"broke a promise: {error}" if isinstance(error, BrokenPromise) else str(error)


class Executor(Protocol):
    """Who does jobs."""

    def do(self, jobs: Mapping[str, Job], keep: Keep) -> Failed:
        """Do all jobs, give what they make to `keep` as it comes, and return why some were left out.

        A job is left out that ends its worker twice, or in which a promise of the model is broken; what else is raised
        by one ends them all.
        """
        ...


class Here:
    """Do jobs one after the other in this process."""

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *raised: object) -> None:
        pass

    def do(self, jobs: Mapping[str, Job], keep: Keep) -> Failed:
        """Do all jobs."""
        failed: Failed = {}
        for name, job in jobs.items():
            try:
                keep(name, job.do())
            except BrokenPromise as broken:
                failed[name] = broken
        return failed


class Processes:
    """Do jobs in processes of this machine, side by side.

    As many jobs as processes are under way: where a process is killed, it was by one of them. Those are then done one
    at a time, each in a process of its own, so that it is known which.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._before = set(multiprocessing.active_children())

    def do(self, jobs: Mapping[str, Job], keep: Keep) -> Failed:
        """Do all jobs."""
        failed: Failed = {}
        waiting, under_way = deque(jobs.items()), dict[Future[bytes], tuple[str, Job]]()
        suspects: dict[str, Job] = {}
        while waiting or under_way or suspects:
            try:
                while waiting and not suspects and len(under_way) < self._workers:
                    name, job = waiting.popleft()
                    suspects[name] = job  # of a pool that broke before it was taken
                    under_way[self._submit(job)] = (name, job)
                    del suspects[name]
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    name, job = under_way[future]
                    try:
                        keep(name, future.result())
                    except (BrokenPromise, MemoryError) as error:
                        if isinstance(error, MemoryError):
                            suspects[name] = job
                        else:
                            failed[name] = error
                    del under_way[future]
            except BrokenProcessPool:
                suspects |= dict(under_way.values())
                under_way.clear()
            if suspects and not under_way:
                self._end()  # so that their memory is there for one alone
                for name, job in suspects.items():
                    failed |= self._alone(name, job, keep)
                suspects = {}
        return failed

    def _alone(self, name: str, job: Job, keep: Keep) -> Failed:
        """Do a job in a process of its own, after it was under way when one was killed."""
        with processes(1) as alone:
            try:
                with heeding_later():
                    found = alone.submit(job.do)
                keep(name, found.result())
            except BrokenProcessPool:
                return {name: MemoryError(KILLED_TWICE)}
            except MemoryError:
                return {name: MemoryError(OUT_OF_MEMORY)}
            except BrokenPromise as broken:
                return {name: broken}
        return {}

    def _submit(self, job: Job) -> Future[bytes]:
        if self._pool is not None:
            return self._pool.submit(job.do)
        self._pool = ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), begin)
        with heeding_later():
            return self._pool.submit(job.do)

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


@contextmanager
def processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that end with what is done in them."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin)
    try:
        yield pool
    finally:
        for child in set(multiprocessing.active_children()) - before:
            child.kill()
        pool.shutdown(cancel_futures=True)
