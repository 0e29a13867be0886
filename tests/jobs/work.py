"""Jobs that simulate nothing, in a module that other processes can import; and a driver that can be killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.experiments.jobs.doing import do_all
from sim.experiments.jobs.executors import Processes
from sim.experiments.jobs.job import Job
from sim.programme.ledger import BrokenPromise

SOURCES = ("journey",)

SECONDS = 0.02
"""How long a job takes."""


def square(asked: Mapping[str, Any], seconds: float = 0.0) -> bytes:
    """Return the square of a number, after a while."""
    time.sleep(seconds)
    return b'{"square": %d}' % asked["number"] ** 2


def dies(asked: Mapping[str, Any], seconds: float = 0.0) -> bytes:
    """End this process for the number 3, always."""
    if asked["number"] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(asked, seconds)


def dies_once(asked: Mapping[str, Any], marker: str = "") -> bytes:
    """End this process the first time that the number 3 comes along."""
    if asked["number"] == 3 and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(asked)


def breaks(asked: Mapping[str, Any]) -> bytes:
    """Break a promise for the number 3."""
    if asked["number"] == 3:
        raise BrokenPromise("on the third")
    return square(asked)


def has_no_memory(asked: Mapping[str, Any]) -> bytes:
    """Find no memory for the number 3."""
    if asked["number"] == 3:
        raise MemoryError
    return square(asked)


def needs_all_memory(asked: Mapping[str, Any], busy: str = "") -> bytes:
    """Find no memory for the number 0 while another job is under way: the number 1, which takes a while."""
    file = Path(busy)
    if asked["number"] == 1:
        file.touch()
        time.sleep(0.5)
        file.unlink()
    elif asked["number"] == 0:
        began = time.monotonic()
        while not file.exists() and not file.with_name("tried").exists() and time.monotonic() < began + 60:
            time.sleep(0.01)
        file.with_name("tried").touch()
        if file.exists():
            raise MemoryError
    return square(asked)


def jobs(does: Any, count: int, **beside: Any) -> list[Job]:
    """Return jobs of a function."""
    return [Job(does, {"number": number}, SOURCES, f"number {number}", beside) for number in range(count)]


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def killed_at(step: str) -> None:
    """Let this process end when a file comes to a step of its protocol for the third time."""
    of = {"written": "write_bytes", "named": "replace"}[step.rpartition("_")[2]]
    before, times = getattr(Path, of), [0]

    def counted(self: Path, *given: Any) -> Any:
        times[0] += 1
        if step.startswith("half"):
            found = before(self, given[0][:3]) if times[0] == 3 else before(self, *given)
        else:
            found = None if step.startswith("before") and times[0] == 3 else before(self, *given)
        if times[0] == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(Path, of, counted)


def drive(folder: Path, count: int, workers: int, step: str) -> None:
    """Have squares done, and say a line for each."""
    if step != "none":
        killed_at(step)
    with Processes(workers) as processes:
        do_all(jobs(square, count, seconds=SECONDS), folder, processes, lambda so_far: print(so_far, flush=True))


if __name__ == "__main__":
    from tests.jobs import work  # by its name, so that a job is called as in the tests

    work.drive(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
