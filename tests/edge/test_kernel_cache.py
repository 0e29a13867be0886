"""The cache of machine code: nobody else can write it, and what is damaged is compiled again, with a line."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from sim.rules import kernel_cache
from sim.rules.cache_folder import cache_folder
from sim.rules.kernel_cache import KernelCache
from tests.edge.cases import ROOT, names


def doubled(x):
    """Return twice a number."""
    return 2 * x


def compiled(folder: Path):
    """Return the function compiled anew, as in another process, with the cache of a folder."""
    made = numba.njit(doubled)
    made._cache = KernelCache(doubled, folder)
    return made


def hits(folder: Path) -> int:
    """Return how many of two types of numbers are loaded rather than compiled."""
    made = compiled(folder)
    assert (made(21), made(0.25)) == (42, 0.5)
    return sum(made.stats.cache_hits.values())


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a cache that holds the function for two types of numbers."""
    monkeypatch.setattr(kernel_cache, "told", set())
    assert hits(tmp_path) == 0
    (file,) = tmp_path.rglob("*.kernels")
    return file


def test_what_is_kept_is_loaded(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a cache that keeps nothing, or one type of arguments only."""
    folder = kept.parent.parent
    assert hits(folder) == 2
    assert capsys.readouterr().err == ""
    assert names(kept.parent) == [".lock", kept.name]


def broken(whole: bytes) -> dict[str, bytes]:
    """Return what may stand in a file instead of what was written."""
    end = len(whole)
    flipped = {f"bit {8 * at}": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, end, end // 9)}
    cut = {f"cut at {at}": whole[:at] for at in (0, 1, 10, 40, 60, end // 2, end - 1)}
    foreign = {"pickle": pickle.dumps({"a": 1}), "text": b"hello\n", "longer": whole + b"x", "twice": whole * 2}
    return flipped | cut | foreign | {"zeros": bytes(end)}


def test_what_is_damaged_is_compiled_again_with_a_line(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch half a file that ends the process, a changed bit that gives other answers, and a foreign pickle loaded."""
    whole = kept.read_bytes()
    for contents in broken(whole).values():
        kernel_cache.told.clear()
        kept.write_bytes(contents)
        assert hits(kept.parent.parent) == 0
        assert capsys.readouterr().err == (f"Compiled code in {kept.parent.parent} is damaged: it is compiled again.\n")
        assert hits(kept.parent.parent) == 2  # and is kept again
    kept.unlink()
    kept.mkdir()
    assert hits(kept.parent.parent) == 0


def test_code_in_a_foreign_file_is_not_run(kept: Path, tmp_path: Path) -> None:
    """Catch a pickle that is loaded before it is looked at."""

    class Runs:
        def __reduce__(self) -> object:
            return os.mkdir, (str(tmp_path / "was run"),)

    kept.write_bytes(pickle.dumps(Runs()))
    hits(kept.parent.parent)
    kept.write_bytes(kernel_cache.MAGIC + bytes(32) + pickle.dumps(Runs()))
    hits(kept.parent.parent)
    assert not (tmp_path / "was run").exists()


def test_other_versions_are_compiled_anew(kept: Path, monkeypatch: pytest.MonkeyPatch,
                                          capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """Catch machine code of another Numba, or without its checks of bounds, that is run."""
    assert hits(kept.parent.parent) == 2
    monkeypatch.setattr(kernel_cache._settings, "BOUNDSCHECK", 1)
    assert kernel_cache.versions() != kept.read_bytes()[51:83]
    assert not KernelCache(doubled, kept.parent.parent)._kept()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("fault", ["full", "read-only", "gone"])
def test_a_cache_that_cannot_be_written_does_not_end_a_run(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a run that ends since its machine code finds no room."""
    monkeypatch.setattr(kernel_cache, "told", set())
    number = {"full": 28, "read-only": 30, "gone": 2}[fault]

    def refuse(self: Path, *rest: object, **more: object) -> None:
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr(Path, {"full": "write_bytes", "read-only": "mkdir", "gone": "replace"}[fault], refuse)
    assert hits(tmp_path) == 0
    said = capsys.readouterr().err
    assert said == (
        f"Compiled code cannot be kept in {tmp_path} ({os.strerror(number)}): it is compiled again next time.\n"
    )
    monkeypatch.undo()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]


def test_what_a_killed_run_has_left_is_removed_at_the_next_writing(kept: Path) -> None:
    """Catch half-written files that gather."""
    (kept.parent / "other-1.unfinished").write_text("half")
    kept.unlink()
    hits(kept.parent.parent)
    assert names(kept.parent) == [".lock", kept.name]


FIRST_RUN = """
import numpy as np
from sim.rules import compiling
from sim.rules.philox import philox
from sim.rules.luck import deal_range
print(compiling.FOLDER, compiling.REMARK)
print(sum(philox(np.uint32(1), np.uint32(2), np.uint32(3), np.uint32(4), np.uint32(5), np.uint32(6))))
"""


def first_run(**settings: str) -> subprocess.Popen[str]:
    """Start a process that compiles a rule."""
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"} | settings
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", FIRST_RUN], cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True
    )


def test_two_first_runs_at_once_both_end_well(tmp_path: Path) -> None:
    """Catch a run that loads what another has written half, or of other arguments."""
    for _ in range(2):
        runs = [first_run(XDG_CACHE_HOME=str(tmp_path)) for _ in range(3)]
        told = [run.communicate() for run in runs]
        assert [run.returncode for run in runs] == [0, 0, 0], told
        assert len({out for out, _ in told}) == 1
        assert {err for _, err in told} == {""}
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix or path.name for path in found} == {".kernels", ".lock"}


# Where it is kept


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home of its own, which is where the caches are."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    return tmp_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_private(home: Path) -> None:
    """Catch a folder that others may write, whatever the user's mask."""
    before = os.umask(0)
    try:
        folder, said = cache_folder("abc")
    finally:
        os.umask(before)
    assert (folder, said) == (home / ".cache" / "prakerja" / "abc", "")
    assert mode(folder) == mode(folder.parent) == 0o700
    assert cache_folder("abc") == (folder, "")


def test_a_folder_that_others_could_reach_is_emptied(home: Path) -> None:
    """Catch machine code that somebody else may have written."""
    folder = home / ".cache" / "prakerja" / "abc"
    for reachable in (0o770, 0o777, 0o755):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "planted.kernels").touch()
        folder.chmod(reachable)
        folder.parent.chmod(0o777)
        found, said = cache_folder("abc")
        assert found == folder
        assert said == f"Others could reach the compiled code in {folder}: it is compiled again."
        assert names(folder) == []
        assert mode(folder) == mode(folder.parent) == 0o700


def test_somebody_elses_folder_and_links_are_not_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a folder whose owner could put code there, and a link that leads to one."""
    folder = home / ".cache" / "prakerja" / "abc"
    (home / "elsewhere").mkdir()
    folder.parent.mkdir(parents=True)
    folder.symlink_to(home / "elsewhere")
    found, said = cache_folder("abc")
    assert (found, said) == (
        None, f"Compiled code cannot be kept: it is no folder of yours ({folder}); it is compiled anew for each run."
    )  # fmt: skip
    folder.unlink()
    folder.parent.rmdir()
    folder.parent.symlink_to(home / "elsewhere")
    assert cache_folder("abc")[0] is None
    folder.parent.unlink()
    cache_folder("abc")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert cache_folder("abc")[0] is None
    assert names(home / "elsewhere") == []


def test_a_folder_that_the_user_names_must_be_private_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a shared folder that is trusted since it was named."""
    named = home / "named"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(named))
    assert cache_folder("abc") == (named / "abc", "")
    named.chmod(0o755)
    assert cache_folder("abc") == (named / "abc", "")
    named.chmod(0o775)
    found, said = cache_folder("abc")
    assert found is None
    assert "others may write there" in said
    assert mode(named) == 0o775  # it is not ours to change


def test_without_a_home_nothing_is_kept_and_nothing_is_shared(tmp_path: Path) -> None:
    """Catch a fallback to a folder whose name everybody knows, and a relative folder of caches, which is no setting."""
    file = tmp_path / "file"
    file.touch()
    process = first_run(HOME=str(file), XDG_CACHE_HOME="relative", TMPDIR=str(tmp_path))
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.startswith("None Compiled code cannot be kept: Not a directory (")
    assert names(tmp_path) == ["file"]
    assert not (ROOT / "relative").exists()


def test_the_command_says_that_nothing_is_kept(tmp_path: Path) -> None:
    """Catch a planner who wonders why each run compiles."""
    program = (
        "from sim.rules import compiling; from sim.command import ask; from sim.composition.compose import load\n"
        "ask._say_if_it_compiles(load([])[0])"
    )
    file = tmp_path / "file"
    file.touch()
    settings = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"} | {"HOME": str(file)}
    settings.pop("XDG_CACHE_HOME", None)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    remark, compiles = done.stderr.splitlines()
    assert remark.endswith("; it is compiled anew for each run.")
    assert compiles == "Each run compiles what moves the people: up to half a minute more."
