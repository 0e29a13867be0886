"""What is left beside a folder: removed by the next run where a run has left it, and told where it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.command.edge import guarded
from sim.command.folder import taken
from sim.parameters import BadInput
from sim.results import folder
from sim.results.folder import FolderTakenError, whole_folder
from tests.edge.cases import names


def keep_locks(patched: pytest.MonkeyPatch) -> None:
    """Let no lock be removed: the disk can only be read from some moment on."""
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name.endswith(".lock"):
            raise OSError(30, "Read-only file system")
        unlink(path, missing_ok)

    patched.setattr(Path, "unlink", refuse)


def test_only_our_own_remains_are_removed(tmp_path: Path) -> None:
    """Catch a folder of the planner's that is removed for its name, and a link that leads the removal elsewhere."""
    (tmp_path / ".mine.unfinished").mkdir()  # without a lock it is no run's
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / ".link.unfinished").symlink_to("kept")
    (tmp_path / ".link.unfinished.lock").touch()
    (tmp_path / ".away.unfinished.lock").symlink_to("kept/file")
    (tmp_path / ".away.unfinished").mkdir()
    (tmp_path / ".odd.unfinished.lock").mkdir()
    (tmp_path / ".early.unfinished").mkdir()
    (tmp_path / ".early.unfinished.lock").touch()  # of a run that was killed before it made its folder
    with whole_folder(tmp_path / "next"):
        pass
    assert names(tmp_path / "kept") == ["file"]
    left = {".mine.unfinished", ".link.unfinished", ".away.unfinished", ".odd.unfinished.lock", ".early.unfinished"}
    assert left <= set(names(tmp_path))


def test_a_run_that_is_killed_while_another_looks_is_cleaned_up_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch a folder that is nobody's for ever: its run was killed between another run's look at it and its lock."""
    take, aside = folder._take, tmp_path / ".run.unfinished"

    def late(*given: Any) -> int:
        aside.mkdir()
        (tmp_path / ".run.unfinished.lock").write_bytes(folder.MADE)
        return take(*given)

    said: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(folder, "_take", late)
        with whole_folder(tmp_path / "run", said.append):
            pass
    assert said == [f"Removed {aside}, left behind by a run that was killed."]
    assert names(tmp_path) == ["run"]


def test_what_cannot_be_removed_is_the_next_runs_to_remove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a run that fails to remove what a killed one left, and takes away the lock that says whose it was."""
    aside, lock = tmp_path / ".run.unfinished", tmp_path / ".run.unfinished.lock"
    aside.mkdir()
    lock.write_bytes(folder.MADE)

    def refuse(path: Path) -> bool:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(folder, "_remove", refuse)
        with pytest.raises(PermissionError) as caught, whole_folder(tmp_path / "run"):
            pass
    assert folder.left_behind(caught.value) == str(aside)
    with whole_folder(tmp_path / "run"):
        pass
    assert names(tmp_path) == ["run"]


def test_a_lock_that_cannot_be_removed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a message that nothing is left behind where the lock is: the disk can only be read from some moment on."""
    with monkeypatch.context() as patched:
        keep_locks(patched)
        with pytest.raises(ValueError, match="x") as caught, whole_folder(tmp_path / "run"):
            raise ValueError("x")
    assert folder.left_behind(caught.value) == f"{tmp_path}/.run.unfinished.lock"
    with whole_folder(tmp_path / "next"):
        pass
    assert names(tmp_path) == ["next"]


def test_what_cannot_be_removed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                        capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """Catch a message that nothing is left behind where something is."""

    def fails() -> int:
        with whole_folder(tmp_path / "run"):
            raise OSError(30, "Read-only file system", "x")

    def refuse(path: Path) -> bool:
        if path.exists():
            raise PermissionError
        return False

    with monkeypatch.context() as patched:
        patched.setattr(folder, "_remove", refuse)
        assert guarded(fails) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"The disk can only be read (x). {tmp_path}/.run.unfinished is left behind: the next run")
    with whole_folder(tmp_path / "next"):
        pass
    assert names(tmp_path) == ["next"]


def test_what_no_run_has_left_is_never_removed(tmp_path: Path) -> None:
    """Catch a finished run, or a folder of somebody's, that is taken for what a killed run has left."""
    theirs = tmp_path / ".mine.unfinished"
    theirs.mkdir()
    (theirs / "file").touch()
    with pytest.raises(FolderTakenError, match="no run has left it"), whole_folder(tmp_path / "mine"):
        pass
    assert names(theirs) == ["file"]
    assert names(tmp_path) == [".mine.unfinished"]  # and no lock
    for name in (".k.unfinished", ".k.unfinished.lock", ".k.unfinished/in"):
        with pytest.raises(FolderTakenError, match=r"must not end in \.unfinished"), whole_folder(tmp_path / name):
            pass


def test_a_folder_that_cannot_be_made_says_what_is_left_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a lock that is left without a word, where the disk can only be read just before the folder is made."""
    make = Path.mkdir

    def full(path: Path, *given: Any, **more: Any) -> None:
        if not path.name.endswith(".unfinished"):
            return make(path, *given, **more)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", full)
        keep_locks(patched)
        with pytest.raises(BadInput) as caught, taken(str(tmp_path / "run"), "history", print):
            pass
    assert f"{tmp_path}/.run.unfinished.lock is left behind: the next run beside it removes it." in caught.value.text
