"""Processes side by side: results in order, errors told once, nothing left running."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sim.experiments.processes import side_by_side
from sim.parameters import BadInput, Problem

ROOT = Path(__file__).resolve().parents[2]


def square(number: int) -> int:
    """Return a square, the later tasks sooner."""
    time.sleep(0.05 * (number < 2))
    return number * number


def fail(number: int) -> int:
    """Fail as a run does."""
    if number == 1:
        raise BadInput([Problem("a", number, "is wrong", "Mend it.")])
    time.sleep(30)
    return number


def end(number: int) -> int:
    """End as a process does that the system kills."""
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_tasks(processes: int) -> None:
    """Catch results in the order in which they were done, and progress that is not told."""
    told: list[int] = []
    assert side_by_side(square, range(6), processes, told.append) == [0, 1, 4, 9, 16, 25]
    assert told == [1, 2, 3, 4, 5, 6]
    assert multiprocessing.active_children() == []


def test_an_error_ends_all_at_once() -> None:
    """Catch an error that is told after the other runs are done, half a minute later."""
    began = time.monotonic()
    with pytest.raises(BadInput, match="is wrong"):
        side_by_side(fail, [1, 2], 2, lambda done: None)
    assert time.monotonic() - began < 25
    assert multiprocessing.active_children() == []


def test_a_process_that_the_system_ends_is_told_as_want_of_memory() -> None:
    """Catch a traceback of the library, and a wait that never ends."""
    with pytest.raises(MemoryError, match="a process was ended"):
        side_by_side(end, [1, 2, 3], 2, lambda done: None)
    assert multiprocessing.active_children() == []


SLEEPERS = """
    import os, sys, time
    from sim.experiments.processes import side_by_side
    def sleep(number):
        print(os.getpid(), flush=True)
        time.sleep(60)
    if __name__ == "__main__":
        side_by_side(sleep, [1, 2], 2, print)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_processes_end_with_who_began_them(how: signal.Signals, tmp_path: Path) -> None:
    """Catch processes that go on after an interrupt, or after their parent was killed."""
    script = tmp_path / "sleepers.py"
    script.write_text(textwrap.dedent(SLEEPERS))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as running:
        assert running.stdout is not None
        numbers = [int(running.stdout.readline()) for _ in range(2)]
        running.send_signal(how)
        running.wait(20)
        deadline = time.monotonic() + 20
        while any(map(_runs, numbers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(_runs, numbers))


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
