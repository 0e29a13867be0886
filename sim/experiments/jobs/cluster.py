"""Jobs done by the workers of a Dask cluster, wherever they are: on hosts by SSH, under SLURM, in Kubernetes.

Workers write nothing: what a job gives comes back, and is kept by who asked for it. So no disk has to be shared, and
the files are the same as those of processes on one machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sim.experiments.jobs.executors import KILLED_TWICE, OUT_OF_MEMORY, Failure
from sim.experiments.jobs.job import Job, sources_hash
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING
from sim.programme.ledger import BrokenPromise

PATIENCE = 30
"""Seconds in which a scheduler has to answer, and the first worker to come."""

INSTALL = "Install the extra: pip install -c constraints.txt -e '.[cluster]'."

ONE_AT_A_TIME = threading.Lock()
"""Held by a worker while it does a job: the engine has a process to itself, whatever threads the worker has."""


class OtherSourcesError(Exception):
    """Say that a worker has another version of the package."""


def done_there(job: Job, sources: str) -> bytes:
    """Do a job, on a worker; raise OtherSourcesError where it would compute something else than was asked."""
    if sources_hash(job.sources) != sources:
        raise OtherSourcesError
    with ONE_AT_A_TIME:
        return job.do()


class Cluster:
    """Do jobs by the workers of a scheduler; workers may come and go meanwhile."""

    def __init__(self, scheduler: str, tell: Callable[[str], None] = lambda so_far: None) -> None:
        try:
            import distributed
        except ImportError:
            raise BadInput([Problem("executor", "dask", "needs the library distributed", INSTALL)]) from None
        self._dask, self._tell = distributed, tell
        try:
            self._client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            allowed = f"does not answer ({' '.join(str(error).split())[:120] or 'no time left'})"
            do = "Start one with `dask scheduler`, and give the address that it prints."
            raise BadInput([Problem("scheduler", scheduler, allowed, do)]) from None
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            self._client.close()
            do = f"Start one: `dask worker {scheduler} --nthreads 1`."
            raise BadInput([Problem("scheduler", scheduler, "has no workers", do)]) from None

    def do(self, jobs: Mapping[str, Job]) -> Iterator[tuple[str, bytes | Failure]]:
        """Do all jobs; those whose workers died are tried again, one at a time, so that it is known which did it."""
        suspects = []
        for name, found in self._all(jobs, jobs, ""):
            if isinstance(found, MemoryError):
                suspects.append(name)
            else:
                yield name, found
        for name in suspects:
            yield from self._all(jobs, [name], " alone")

    def _all(self, jobs: Mapping[str, Job], names: Iterable[str], how: str) -> Iterator[tuple[str, bytes | Failure]]:
        """Do some jobs; what raises MemoryError may be tried alone.

        Under the same key the scheduler would answer what it answered before.
        """
        submit = self._client.submit
        asked = {
            submit(done_there, jobs[name], sources_hash(jobs[name].sources), key=f"{name}{how}", pure=False): name
            for name in names
        }
        for future in self._dask.as_completed(asked, loop=self._client.loop):
            found: bytes | Failure
            try:
                found = future.result()
            except BrokenPromise as broken:
                found = broken
            except MemoryError:
                found = MemoryError(OUT_OF_MEMORY)
            except self._dask.scheduler.KilledWorker:
                found = MemoryError(KILLED_TWICE)
            except OtherSourcesError:
                do = "Install the same version there."
                raise BadInput([Problem("a worker", NOTHING, "has another version of prakerja", do)]) from None
            yield asked.pop(future), found

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._client.close()
