"""Jobs done by a real scheduler and its workers, processes on the loopback interface, that come and go meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.command.main import main
from sim.experiments.jobs.doing import do_all
from sim.experiments.jobs.executors import said_of
from tests.jobs import work

pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

ROOT = Path(__file__).parents[2]
SECONDS = 60
"""In which a process of Dask has to be there."""


def started(words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a process of Dask, which finds the package and the tests, and leads a group of its own."""
    there = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    out = (folder / f"{len(list(folder.iterdir()))}.log").open("wb")
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        env=there,
        cwd=folder,
        stdout=out,
        stderr=out,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(SECONDS)


class Dask:
    """A scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._processes = folder, list[subprocess.Popen[bytes]]()
        file = folder / "scheduler.json"
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        self._processes.append(started(words, folder))
        until = time.monotonic() + SECONDS
        while not file.exists() or not file.read_text():
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]

    def add(self, nanny: bool = False) -> subprocess.Popen[bytes]:
        """Start a worker; a nanny begins it again when it is killed."""
        words = ["worker", self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(self._folder)]
        process = started([*words, "--nanny" if nanny else "--no-nanny"], self._folder)
        self._processes.append(process)
        return process

    def end(self) -> None:
        """End all."""
        for process in reversed(self._processes):
            if process.poll() is None:
                end(process)


@contextmanager
def dask(folder: Path) -> Iterator[Dask]:
    """Yield a scheduler, which ends with all of its workers."""
    folder.mkdir()
    there = Dask(folder)
    try:
        yield there
    finally:
        there.end()


@pytest.mark.parametrize("count", [60, pytest.param(600, marks=pytest.mark.exhaustive)])
def test_workers_come_and_go(tmp_path: Path, count: int) -> None:
    """Catch a run that is lost with its worker, a worker that joins and gets nothing, and other bytes than here."""
    from sim.experiments.jobs.cluster import Cluster

    some, told = work.jobs(work.square, count, seconds=0.05), list[str]()
    with dask(tmp_path / "dask") as there:
        first = there.add()
        there.add()

        def tell(so_far: str) -> None:
            told.append(so_far)
            if len(told) == count // 4:
                end(first)
                there.add()

        with Cluster(there.address) as cluster:
            assert do_all(some, tmp_path / "work", cluster, tell) == {}
            assert do_all(some[::-1], tmp_path / "work", cluster, tell) == {}
            assert first.poll() is not None
            killing = [*work.jobs(work.dies, 4), *work.jobs(work.breaks, 4)]
            there.add(nanny=True)
            there.add(nanny=True)
            failed = do_all(killing, tmp_path / "killing", cluster)
    assert len(told) == count
    assert work.contents(tmp_path / "work") == {job.file: work.square(job.asked) for job in some}
    said = {name: said_of(error) for name, error in failed.items()}
    assert said[killing[7].file] == "broke a promise: on the third"
    assert said[killing[3].file].startswith("ended its process twice")
    assert len(said) == 2
    assert len(list((tmp_path / "killing").iterdir())) == 6


def test_what_is_wrong_with_a_cluster_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch a traceback where nobody answers."""
    monkeypatch.setattr("sim.experiments.jobs.cluster.PATIENCE", 1)
    words = ["scenario=rate_200k,rate_800k", "replications=1", "worlds=base", "population.scale=2e-5"]
    assert main(["compare", *words, "executor=dask", "scheduler=tcp://127.0.0.1:9"]) == 2
    said = capsys.readouterr().err
    assert 'scheduler = "tcp://127.0.0.1:9": does not answer' in said
    assert "Traceback" not in said
