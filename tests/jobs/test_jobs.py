"""Jobs: known by what they compute, done once whatever happens to who does them, the same bytes by any number."""

from __future__ import annotations

import errno
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sim.experiments.jobs.doing import SoFar, do_all, duration
from sim.experiments.jobs.executors import Executor, Here, Processes, said_of
from sim.experiments.jobs.job import Job, keep, missing, plain
from sim.programme.ledger import BrokenPromise
from tests.jobs import work

COUNT = 12


def expected(count: int = COUNT, without: int | None = None) -> dict[str, bytes]:
    """Return what the files of squares hold."""
    return {job.file: work.square(job.asked) for job in work.jobs(work.square, count) if job.asked["number"] != without}


@pytest.fixture(scope="module")
def two() -> Processes:
    """Return two processes that are begun once for many tests."""
    with Processes(2) as processes:
        yield processes


def test_a_job_is_known_by_what_it_computes() -> None:
    """Catch a name without what is asked, who does it or by which sources, and one that what is beside moves."""
    job = Job(work.square, {"number": 1, "of": [1, 2]}, work.SOURCES)
    assert job.file == Job(work.square, {"of": [1, 2], "number": 1}, work.SOURCES, "another", {"seconds": 1}).file
    others = [
        Job(work.square, {"number": 2, "of": [1, 2]}, work.SOURCES),
        Job(work.dies, job.asked, work.SOURCES),
        Job(work.square, job.asked, ("calendar",)),
        Job(work.square, job.asked, ("calendar", "journey")),
    ]
    assert len({each.file for each in (job, *others)}) == 5


def test_the_same_files_whoever_does_them(tmp_path: Path, two: Processes) -> None:
    """Catch results that depend on how many do them, and jobs that are done again."""
    told: list[str] = []
    for name, executor in {"here": Here(), "two": two}.items():
        some = work.jobs(work.square, COUNT)
        assert do_all(some, tmp_path / name, executor, told.append) == {}
        assert work.contents(tmp_path / name) == expected()
        before = {file: file.stat().st_mtime_ns for file in (tmp_path / name).iterdir()}
        assert do_all([*some[::-1], *some], tmp_path / name, executor, told.append) == {}
        assert {file: file.stat().st_mtime_ns for file in (tmp_path / name).iterdir()} == before
    assert told[0].startswith(f"run 1 of {COUNT}") and told[-1] == f"run {COUNT} of {COUNT}"
    assert len(told) == 2 * COUNT


def test_what_is_not_whole_is_done_again(tmp_path: Path) -> None:
    """Catch a file that was cut short and is taken for whole, and what a killed writer leaves."""
    some = work.jobs(work.square, 3)
    do_all(some, tmp_path, Here())
    torn = tmp_path / some[1].file
    torn.write_bytes(torn.read_bytes()[:-1])
    assert list(missing(some, tmp_path, plain)) == [some[1].file]
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    own, others = tmp_path / ".a.json.x.1.unfinished", tmp_path / f".b.json.{_node()}.{dead.pid}.unfinished"
    own.touch()
    others.touch()
    do_all(some, tmp_path, Here())
    own.unlink()  # of another machine: it may be written still
    assert work.contents(tmp_path) == expected(3)


def _node() -> str:
    import platform

    return platform.node()


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch half a file, or one aside, where the disk is full."""

    def full(self: Path, contents: bytes) -> int:
        self.open("wb").write(contents[:2])
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        keep(b"contents", tmp_path / "file.json")
    assert list(tmp_path.iterdir()) == []


def failed(does: object, folder: Path, executor: Executor, **beside: str) -> list[str]:
    """Return what is said of the jobs that were left out; the others are done."""
    some = work.jobs(does, 6, **beside)
    found = do_all(some, folder, executor)
    assert sorted(work.contents(folder).values()) == sorted(expected(6, 3 if found else None).values())
    assert set(found) <= {some[3].file}
    return [said_of(error) for error in found.values()]


def test_a_process_that_is_killed_is_begun_again(tmp_path: Path, two: Processes) -> None:
    """Catch runs that are lost with one process, one that is tried for ever, and an innocent one that is left out."""
    assert failed(work.dies_once, tmp_path / "once", two, marker=str(tmp_path / "marker")) == []
    assert (tmp_path / "marker").exists()
    (said,) = failed(work.dies, tmp_path / "always", two)
    assert said.startswith("ended its process twice")


@pytest.mark.parametrize("refused", [None, errno.EAGAIN])
def test_a_process_that_is_killed_while_another_is_begun(
    refused: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch all jobs that end with a pool whose queue was closed meanwhile, and a refusal of the system that is hidden.

    Which comes first is chance; so the third job is handed to a pool that says what it says then.
    """
    submit, count = ProcessPoolExecutor.submit, iter(range(100))

    def closed_meanwhile(pool: ProcessPoolExecutor, does: Callable[..., Any], *asked: Any) -> Future[Any]:
        if next(count) == 2:
            raise OSError("handle is closed") if refused is None else OSError(refused, "refused")
        return submit(pool, does, *asked)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", closed_meanwhile)
    with Processes(2) as two:
        if refused is None:
            assert failed(work.square, tmp_path, two) == []
        else:
            with pytest.raises(OSError, match="refused"):
                failed(work.square, tmp_path, two)


def test_a_job_that_fails_is_named_and_left_out(tmp_path: Path, two: Processes) -> None:
    """Catch a broken promise that ends all, or is lost, and a want of memory that is not tried again."""
    for name, executor in {"here": Here(), "two": two}.items():
        assert failed(work.breaks, tmp_path / name, executor) == ["broke a promise: on the third"]
    assert failed(work.has_no_memory, tmp_path / "memory", two) == ["found no memory, twice"]
    assert issubclass(BrokenPromise, Exception)


def test_a_job_without_memory_is_tried_again_when_all_others_have_ended(tmp_path: Path, two: Processes) -> None:
    """Catch one more side by side than memory allows: the job would find none again, and be left out."""
    (tmp_path / "beside").mkdir()
    some = work.jobs(work.needs_all_memory, 4, busy=str(tmp_path / "beside" / "busy"))
    assert do_all(some, tmp_path / "done", two) == {}
    assert len(work.contents(tmp_path / "done")) == 4
    assert (tmp_path / "beside" / "tried").exists()


def driver(folder: Path, step: str = "none", count: int = COUNT, workers: int = 2) -> subprocess.Popen[str]:
    """Start who has jobs done."""
    words = [sys.executable, "-m", "tests.jobs.work", str(folder), str(count), str(workers), step]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("step", ["before_written", "half_written", "written", "before_named", "named"])
def test_killed_at_any_step_of_a_file(tmp_path: Path, step: str) -> None:
    """Catch a file that is half there after a kill, and one that is done twice; SIGKILL, so nothing can be tidied."""
    done = driver(tmp_path, step, 5, 1)
    assert done.wait(60) == -signal.SIGKILL
    files = work.contents(tmp_path)
    whole = {name: contents for name, contents in files.items() if not name.startswith(".")}
    assert whole.items() <= expected(5).items()
    assert len(whole) == (3 if step == "named" else 2)
    assert do_all(work.jobs(work.square, 5), tmp_path, Here()) == {}
    assert work.contents(tmp_path) == expected(5)


def killed_at_random(folder: Path, luck: random.Random, count: int) -> int:
    """Kill who has jobs done at a random moment, then let it go on; return how many were done when it was killed."""
    started = driver(folder, count=count)
    assert started.stdout is not None
    for _ in range(luck.randrange(count)):
        started.stdout.readline()
    time.sleep(luck.random() * work.SECONDS)
    started.kill()
    started.wait(60)
    started.stdout.close()
    done = len(list(folder.glob("*.json")))
    again = driver(folder, count=count)
    told = again.communicate(timeout=60)[0].splitlines()
    assert again.returncode == 0
    assert len(told) == count - done
    assert work.contents(folder) == expected(count)
    return done


@pytest.mark.parametrize("moments", [3, pytest.param(20, marks=pytest.mark.exhaustive)])
def test_killed_at_a_random_moment(tmp_path: Path, moments: int) -> None:
    """Catch a run that does not go on from what was done, that gives other bytes, or that leaves something behind."""
    luck = random.Random(20200411)  # noqa: S311  (moments)
    done = [killed_at_random(tmp_path / str(moment), luck, 40) for moment in range(moments)]
    assert max(done) > min(done)
    assert not list(tmp_path.rglob("*.unfinished"))


def test_a_time_is_told_as_exactly_as_it_is_known() -> None:
    """Catch 5400 s, and 0 s left."""
    assert [duration(seconds) for seconds in (0.2, 89, 150, 5_399, 7_200)] == [
        "1 s",
        "89 s",
        "2 min",
        "90 min",
        "2.0 h",
    ]


def test_what_is_told_is_of_the_whole_plan() -> None:
    """Catches a first part of one run that says "run 1 of 1", and time left that leaves out what comes behind."""
    so_far = SoFar(whole=12, done=2)
    so_far.began -= 9
    assert so_far.one_more() == "run 3 of 12, 81 s left"
    assert so_far.one_more() == "run 4 of 12, 36 s left"
    assert SoFar(1, 0, at_most=True).one_more() == "run 1 of at most 1"
