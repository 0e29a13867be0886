"""A folder written whole or not at all: taken by a lock, made aside, then renamed.

Beside a folder `NAME` that is being written stand `.NAME.unfinished`, where the run writes, and
`.NAME.unfinished.lock`, on which it holds a lock. The system gives the lock up when the process ends, however it ends.
So what nobody holds was left behind by a run that was killed, and the next run that writes beside it removes it. A
lock says in itself whether its run came to make the folder: what merely has the name of one is nobody's to remove.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".unfinished"
LOCK = ".lock"
LEFT = "left behind: "
"""How an error notes what could not be removed."""

MADE = b"made\n"
"""What a lock holds from the moment before its run makes the unfinished folder."""

TRIES, BETWEEN_TRIES = 10, 0.05
"""How often a lock is tried that somebody holds, and the seconds between: a run that cleans up holds one briefly."""

Tell = Callable[[str], None]


class FolderTakenError(Exception):
    """Say that a folder cannot be had, since somebody else has it or what is in it."""


@contextmanager
def whole_folder(path: Path, tell: Tell = lambda said: None) -> Iterator[Path]:
    """Take `path`, yield a folder beside it to write in; it takes its place at the end, or goes without trace.

    `path` must not exist, or be an empty folder. Raises FolderTakenError if it is more, or another run has it. `tell`
    is told of what was left behind here by runs that were killed, and is removed.
    """
    path = Path(os.path.realpath(path))
    if not path.name:
        raise FolderTakenError("is the top of a disk")
    if any(part.endswith((UNFINISHED, UNFINISHED + LOCK)) for part in path.parts):
        raise FolderTakenError(f"must not end in {UNFINISHED}, as the folders of runs that are under way do")
    made: list[Path] = []
    lock: int | None = None
    aside = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        lock = _take(path, aside, made)
        _remove_what_nobody_holds(path.parent, tell)
        if _is_made(lock):
            if _remove(aside):
                tell(_removed(aside))
            os.ftruncate(lock, 0)
        refuse_what_is_there(path)
        if aside.exists() or aside.is_symlink():
            raise FolderTakenError(f"cannot be written, since {aside} is there and no run has left it")
        os.pwrite(lock, MADE, 0)  # before it is made: an interrupt, or a kill, may come between the two
        aside.mkdir()
        yield aside
        _put_in_place(aside, path)
    except BaseException as error:
        _leave(aside, lock, made, error)
        raise
    try:
        _give_up(aside, lock)
    except (OSError, MemoryError):  # the run is whole all the same
        tell(f"{_lock_of(aside)} is left behind: the next run beside it removes it.")


def _take(path: Path, aside: Path, made: list[Path]) -> int:
    """Return the lock of a folder, having made the folders above it, which are noted in `made`."""
    for tries in range(TRIES):
        missing = [above for above in path.parents if not above.exists()]
        made[:0] = [above for above in missing if above not in made]  # the nearest first
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = _locked(_lock_of(aside), os.O_CREAT)
        except (FileNotFoundError, FileExistsError):
            # Another run has just removed the empty folders that it had made, while this one looked at them.
            if tries == TRIES - 1:
                raise
            continue
        if lock is not None:
            return lock
        time.sleep(BETWEEN_TRIES)
    raise FolderTakenError("another run is writing it")


def _lock_of(aside: Path) -> Path:
    return aside.with_name(aside.name + LOCK)


def _locked(path: Path, create: int = 0) -> int | None:
    """Return the open file of a lock that is now held; nothing if somebody else holds it."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | create, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file), path.lstat()):
                return file
        except BlockingIOError:
            os.close(file)
            return None
        except FileNotFoundError:  # who held it has removed it
            if not create:
                os.close(file)
                raise
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _is_made(lock: int) -> bool:
    """Return whether the run of a lock came to make its unfinished folder."""
    return os.fstat(lock).st_size > 0


def _remove_what_nobody_holds(folder: Path, tell: Tell) -> None:
    """Remove from a folder what runs that were killed have left in it."""
    for path in folder.glob(f".*{UNFINISHED}{LOCK}"):
        with suppress(OSError):  # it is another's, or gone
            lock = _locked(path)
            if lock is None:
                continue
            try:
                aside = path.with_name(path.name.removesuffix(LOCK))
                if _is_made(lock) and _remove(aside):
                    tell(_removed(aside))
                path.unlink()
            finally:
                os.close(lock)


def _removed(aside: Path) -> str:
    return f"Removed {aside}, left behind by a run that was killed."


def _remove(folder: Path) -> bool:
    """Remove a folder with all that is in it, and return whether it was there."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    shutil.rmtree(folder)
    return True


def refuse_what_is_there(path: Path) -> None:
    """Raise FolderTakenError unless a folder can take this place: there is none, or an empty one."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not path.is_dir():
        raise FolderTakenError("is a file")
    if found.st_dev != path.parent.stat().st_dev:
        raise FolderTakenError("is a disk of its own; a folder in it will do")
    if any(path.iterdir()):
        raise FolderTakenError("is not empty")


def _put_in_place(aside: Path, path: Path) -> None:
    try:
        aside.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EBUSY):
            raise FolderTakenError("was filled by something else while the run went on") from None
        raise
    if not path.is_dir():
        raise FolderTakenError("is not what the run wrote: somebody put something else in its place meanwhile")


def _leave(aside: Path, lock: int | None, made: list[Path], error: BaseException) -> None:
    """Remove all that was made; what cannot be removed is noted in the error that ends the run."""
    if lock is not None:
        try:
            with suppress(FileNotFoundError):
                if _is_made(lock):
                    _remove(aside)
        except KeyboardInterrupt:  # the first one, while an error is being cleaned up after
            _leave(aside, lock, made, error)
            raise
        except OSError:
            error.add_note(f"{LEFT}{aside}")
        try:
            _give_up(aside, lock)
        except OSError:
            error.add_note(f"{LEFT}{_lock_of(aside)}")
    for folder in made:
        with suppress(OSError):  # another run writes there
            folder.rmdir()


def _give_up(aside: Path, lock: int) -> None:
    """Give up a lock: its file goes first, while it is held, unless what it stands for is still there."""
    try:
        if not (_is_made(lock) and aside.is_dir()):
            with suppress(FileNotFoundError):
                try:
                    _lock_of(aside).unlink()
                except KeyboardInterrupt:  # what is written stands, or is gone: the lock has to go as well
                    _lock_of(aside).unlink()
                    raise
    finally:
        os.close(lock)


def left_behind(error: BaseException) -> str | None:
    """Return what an error that ended a run has left behind, since it could not be removed."""
    notes = getattr(error, "__notes__", [])
    return next((note.removeprefix(LEFT) for note in notes if note.startswith(LEFT)), None)
