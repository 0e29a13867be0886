"""A run's folder: taken before anything is simulated, by one run at a time, whole or not there, and no remains."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sim.command.folder import called, taken
from sim.command.main import main
from sim.parameters import BadInput
from sim.parameters.sayings import Saying
from sim.results.folder import FolderTakenError, whole_folder
from tests.building import HELD, name_of
from tests.edge.cases import ROOT, TINY, names, refused, shell

HOLDS = """
import sys
from pathlib import Path
from sim.results.folder import whole_folder
with whole_folder(Path(sys.argv[1]), print) as aside:
    (aside / "half").write_text("written")
    print("holds", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process take a folder, and end it at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while process.stdout.readline() != "holds\n":
            assert process.poll() is None
        yield process
        process.kill()


def test_a_folder_that_another_run_has_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch two runs that write into one folder, or of which one finds out at its end that its work is lost."""
    path = tmp_path / "run"
    with holder(path) as process:
        began = time.perf_counter()
        said = refused(["run", f"run.folder={path}", "population.scale=0.001"], capsys)
        assert "another run is writing it" in said
        assert time.perf_counter() - began < 20  # before anything is compiled or simulated
        process.communicate("")
    assert names(tmp_path) == ["run"]
    assert (path / "half").read_text() == "written"


def test_what_a_killed_run_has_left_is_removed_by_the_next_beside_it(tmp_path: Path) -> None:
    """Catch half a folder that stays for ever, or that is removed while its run lives."""
    said: list[str] = []
    with holder(tmp_path / "killed") as killed, holder(tmp_path / "lives") as lives:
        killed.kill()
        killed.wait()
        assert names(tmp_path) == [
            ".killed.unfinished", ".killed.unfinished.lock", ".lives.unfinished", ".lives.unfinished.lock"
        ]  # fmt: skip
        with whole_folder(tmp_path / "next", said.append) as aside:
            assert names(tmp_path) == [
                ".lives.unfinished", ".lives.unfinished.lock", aside.name, f"{aside.name}.lock"
            ]  # fmt: skip
        lives.communicate("")
    assert names(tmp_path) == ["lives", "next"]
    assert said == [f"Removed {tmp_path}/.killed.unfinished, left behind by a run that was killed."]


def test_a_run_into_the_folder_of_a_killed_one_says_so_and_is_whole(tmp_path: Path) -> None:
    """Catch a run that takes half a folder for its own, or is kept out by it."""
    with holder(tmp_path / "run") as killed:
        killed.kill()
    done = shell("run", "run.folder=run", *TINY, "run.figures=none", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(f"Removed {tmp_path}/.run.unfinished, left behind by a run that was killed.\n")
    assert names(tmp_path) == ["run"]
    assert "half" not in names(tmp_path / "run")
    assert "manifest.json" in names(tmp_path / "run")


def test_many_runs_at_one_folder_give_it_to_one(tmp_path: Path) -> None:
    """Catch two that both hold it for a moment: whoever has it sees nobody else's file."""
    path, together, wrong = tmp_path / "deep" / "run", [0], list[str]()

    def take(number: int) -> None:
        for _ in range(20):
            try:
                with whole_folder(path) as aside:
                    together[0] += 1
                    if together[0] > 1 or list(aside.iterdir()):
                        wrong.append(f"{number} is not alone")
                    (aside / str(number)).touch()
                    time.sleep(0.001)
                    together[0] -= 1
                    raise InterruptedError
            except (InterruptedError, FolderTakenError):
                pass

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    # The folder above stays where the run that made it left while another, which had found it there, was in it.
    assert not path.parent.exists() or names(path.parent) == []


def test_a_folder_is_whole_or_not_there(tmp_path: Path) -> None:
    """Catch a folder that is seen before it is finished, or after it has failed; and folders above it that stay."""
    path = tmp_path / "deep" / "deeper" / "run"
    with pytest.raises(ZeroDivisionError), whole_folder(path) as aside:
        (aside / "half").touch()
        assert not path.exists()
        raise ZeroDivisionError
    assert names(tmp_path) == []
    with whole_folder(path) as aside:
        (aside / "all").touch()
        assert not path.exists()
    assert names(path) == ["all"]
    assert names(path.parent) == ["run"]


def test_an_empty_folder_may_be_there_and_a_link_to_one(tmp_path: Path) -> None:
    """Catch a link that is replaced by a folder, and an empty folder that is refused."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    (tmp_path / "dangling").symlink_to("made")
    for name in ("link", "dangling"):
        with whole_folder(tmp_path / name) as aside:
            (aside / "all").touch()
        assert (tmp_path / name).is_symlink()
        assert names(tmp_path / name) == ["all"]
    assert names(tmp_path) == ["dangling", "empty", "link", "made"]


def test_what_is_filled_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Catch a run that destroys what somebody put in its place, or fails in words of the system."""
    for make in (Path.mkdir, Path.touch):
        path = tmp_path / make.__name__
        with pytest.raises(BadInput) as caught, taken(str(path), "history", print):
            make(path)
            if path.is_dir():
                (path / "theirs").touch()
        assert "was filled by something else while the run went on" in caught.value.text
        assert names(tmp_path) == [make.__name__]
        if path.is_dir():
            assert names(path) == ["theirs"]
            (path / "theirs").unlink()
            path.rmdir()
        else:
            path.unlink()


def test_names_by_the_clock_are_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch two runs started in one second that ask for one name."""
    monkeypatch.chdir(tmp_path)
    run = (None, "history", print)
    with taken(*run) as one, taken(*run) as two, taken(*run) as three:
        assert len({one.path, two.path, three.path}) == 3
        assert {each.path.parent for each in (one, two, three)} == {Path("results/runs")}
    assert len(names(tmp_path / "results" / "runs")) == 3


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([], "history"),
        (["scenario=rate_800k", "run.seed=2"], "rate_800k"),
        ([f"payment.partners.ovo.outages=[{HELD}, {{from: 2020-11-01, until: 2020-11-11}}]"],
         "history-ovo-closed-1-to-10-november-2020"),
        (["scenario=rate_800k", "processing.rate=1600000"], "rate_800k-processing-1600000-people-a-week"),
        (["payment.fails=0.125", "clock.end=2021-01-01"], "history-payments-that-fail-12.5-and-1-more"),
    ],
)  # fmt: skip
def test_a_folder_is_called_by_what_differs(words: list[str], name: str) -> None:
    """Catch runs of different questions whose folders differ in their time alone, and a name no disk takes."""
    assert called(name_of(*words)) == name


def test_a_folder_s_name_fits_a_disk() -> None:
    """Catch a change of many words, or of one, that makes the name of a folder too long."""
    for words in ("wave " * 90, "w" * 300):
        long = replace(name_of(), name="n" * 60, changed=(Saying(words, ("waves",)),) * 1_000)
        assert len(f".{called(long)}-2026-11-27-101010-99.unfinished.lock") < 200
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", called(long))


@pytest.mark.parametrize("name", ["/", "/proc/none", "/proc/self/none/deep", "x" * 300, "y" * 250, "/dev/null/x"])
def test_folders_that_cannot_be_had_are_told(name: str, tmp_path: Path) -> None:
    """Catch words of the system, or a traceback, for a folder that cannot be made."""
    with pytest.raises(BadInput) as caught, taken(name, "history", print):
        pass
    (problem,) = caught.value.problems
    assert problem.path == "run.folder"
    assert problem.allowed.startswith(("cannot be used (", "is the top of a disk"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_python_swallows_is_raised_again(number: int, tmp_path: Path) -> None:
    """Catch a run that goes on for ever, deaf to every signal, since the first came in a finaliser."""
    program = f"""
import os, sys, time
from pathlib import Path
from sim.command.edge import guarded
from sim.results.folder import whole_folder
class Slow:
    def __del__(self):
        os.kill(os.getpid(), {int(number)})
        time.sleep(0.1)
def command():
    with whole_folder(Path({str(tmp_path / "run")!r})):
        del [Slow()][0]
        end = time.monotonic() + 20
        while time.monotonic() < end:
            time.sleep(0.01)
    return 0
sys.exit(guarded(command))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[signal.Signals(number)]
    assert len(done.stderr.splitlines()) == 1
    assert names(tmp_path) == []


def test_a_signal_while_an_error_is_cleaned_up_leaves_nothing(tmp_path: Path) -> None:
    """Catch a clean-up that a first Ctrl-C breaks off."""
    program = f"""
import os, signal, sys
from pathlib import Path
from sim.command.edge import guarded
from sim.results import folder
remove, times = folder.shutil.rmtree, []
def interrupted(path):
    times.append(path)
    if len(times) == 1:
        os.kill(os.getpid(), signal.SIGINT)
    remove(path)
folder.shutil.rmtree = interrupted
def command():
    with folder.whole_folder(Path({str(tmp_path / "run")!r})) as aside:
        (aside / "half").touch()
        raise OSError(28, "No space left on device")
sys.exit(guarded(command))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "Interrupted. Nothing is half-written.\n")
    assert names(tmp_path) == []


# Found by an attacker


def test_a_folder_that_is_not_utf_8_is_refused_before_the_simulation(tmp_path: Path) -> None:
    """Catch a library that fails on the name once all is simulated."""
    odd = tmp_path / os.fsdecode(b"b\xff")
    odd.mkdir()
    with pytest.raises(BadInput, match="is not UTF-8"), taken(str(odd / "run"), "history", print):
        pass
    assert names(odd) == []


@pytest.mark.parametrize(("name", "contents"), [(".numba_config.yaml", b"a: ["), ("matplotlibrc", b"\xff")])
def test_settings_in_the_working_folder_are_refused(
    name: str, contents: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a file of the working folder that changes how code is compiled, or ends a run in a traceback."""
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(contents)
    assert main(["run", "population.scale=1e-6", "run.folder=mine"]) == 2
    assert f"  {name}: in this folder" in capsys.readouterr().err
    assert names(tmp_path) == [name]


def test_a_working_folder_that_is_gone_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a message that speaks of the run's own folder where the one it was started in was removed."""
    here = Path.cwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        assert main(["run", *TINY]) == 2
    finally:
        os.chdir(here)
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == ("The working folder is no longer there. Nothing is left behind. Change into a folder that is.")


def test_ctrl_c_while_libraries_are_imported_ends_with_130() -> None:
    """Catches a library that turns an interrupt during its import into an error of its own, and a traceback."""
    code = """
import os, signal
from sim.command.early import end_at_once
end_at_once()
try:
    os.kill(os.getpid(), signal.SIGINT)
    signal.pause()
except KeyboardInterrupt:
    raise RuntimeError("of pydantic")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "Interrupted. Nothing is half-written.\n")
