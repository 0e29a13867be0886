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

from sim.experiments.jobs.executors import cores, side_by_side
from sim.parameters import BadInput, Problem
from sim.programme.ledger import BrokenPromise

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


def breaks(number: int) -> int:
    """Break a promise, as a fault of the model does."""
    raise BrokenPromise(f"of {number}")


def test_a_broken_promise_is_raised() -> None:
    """Catch one that is handed over as what was made, or told after the runs behind it."""
    told: list[int] = []
    with pytest.raises(BrokenPromise, match="of 1"):
        side_by_side(breaks, [1, 2], 1, told.append)
    assert told == []


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


SLEEPERS = r"""
    import os, sys, time
    from sim.experiments.jobs.executors import side_by_side
    def sleep(number):
        os.write(1, f"{os.getpid()}\n".encode())  # in one piece: two processes write
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
        assert _end(numbers)


def _end(numbers: list[int]) -> bool:
    """Return whether processes come to their end, soon."""
    deadline = time.monotonic() + 20
    while any(map(_runs, numbers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(_runs, numbers))


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(cores() < 2, reason="on one core the worlds are run in the process itself")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not tell the children of a process")
def test_an_interrupt_of_the_command_leaves_nothing(tmp_path: Path) -> None:
    """Catch an interrupt among the worlds that ends in a traceback, another exit code or half a folder."""
    words = ["run", "worlds=12", "population.scale=0.001", "run.folder=results/mine"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        start_new_session=True,
    ) as running:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        deadline = time.monotonic() + 600
        while len(children.read_text().split()) < 3 and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)  # two processes load what simulates, or simulate; one looks after what they share
        numbers = [int(number) for number in children.read_text().split()]
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: all of the group
        out, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert err.endswith("Interrupted. Nothing is half-written.\n")
    assert "Traceback" not in err
    assert out == ""
    assert len(numbers) >= 3
    assert _end(numbers)
    assert list(tmp_path.iterdir()) == []
