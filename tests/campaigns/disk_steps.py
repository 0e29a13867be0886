"""The steps that a run takes on the disk, any of which can be made to fail: it alone, or it and all after it."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KINDS: dict[str, Callable[[], BaseException]] = {
    "full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "quota": lambda: OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
    "read-only": lambda: OSError(errno.EROFS, os.strerror(errno.EROFS)),
    "denied": lambda: OSError(errno.EACCES, os.strerror(errno.EACCES)),
    "broken": lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    "too many files": lambda: OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
    "no memory": MemoryError,
    "interrupted": KeyboardInterrupt,
}
"""How a step may fail."""

GONE = ("taken away", "replaced by a file", "filled by another")
"""What somebody else may do to the folder at a step."""

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
"""Flags of an opening that is a step: of a file that may be written."""

STEPS = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink")
"""What else is a step, by the names of Python's audit events."""


class Strike:
    """Count the steps that a run takes on the disk, and let one fail, or it and all that follow."""

    def __init__(self, at: int | None, kind: str, lasting: bool) -> None:
        self.at, self.kind, self.lasting = at, kind, lasting
        self.steps = 0
        self.theirs = False
        self.planted = ""
        """A file that somebody else put where the run writes: nobody but them may remove it."""
        self.folder = Path()
        self.active = False

    def step(self) -> None:
        """Take a step, or fail."""
        self.steps += 1
        struck = self.at is not None and (self.steps == self.at or (self.lasting and self.steps > self.at))
        if not struck:
            return
        if self.kind in GONE:
            self._somebody_else()
        else:
            raise KINDS[self.kind]()

    def _somebody_else(self) -> None:
        """Do to the folder of the run what somebody else may."""
        self.active = False
        aside, path = self.folder / ".run.unfinished", self.folder / "run"
        if self.kind == "filled by another":
            path.mkdir(exist_ok=True)
            (path / "theirs").touch()
            self.theirs = True
        else:
            shutil.rmtree(aside, ignore_errors=True)
            if self.kind == "replaced by a file":
                aside.touch()
                self.planted = aside.name
        self.active = True


_striking: list[Strike] = []
"""What strikes now: a hook of Python's cannot be taken away."""

_hooked: list[Any] = []
"""The hook, once it is set."""


def _hook(event: str, given: tuple[Any, ...]) -> None:
    """Take a step where what Python is about to do is one below the folder of the run."""
    if not _striking or not _striking[-1].active:
        return
    if event == "open":
        path, _, flags = given
        if not (isinstance(flags, int) and flags & WRITES):
            return
    elif event in STEPS or event == "duckdb":
        path = given[0]
    else:
        return
    if isinstance(path, str | bytes | os.PathLike) and os.fspath(_striking[-1].folder) in os.fsdecode(path):
        _striking[-1].step()


@contextmanager
def struck(folder: Path, at: int | None, kind: str, lasting: bool) -> Iterator[Strike]:
    """Let a step of what is done inside fail."""
    strike = Strike(at, kind, lasting)
    strike.folder = folder
    if _hook not in _hooked:
        sys.addaudithook(_hook)
        _hooked.append(_hook)
    _striking.append(strike)
    strike.active = True
    try:
        with _duckdb_in_steps():
            yield strike
    finally:
        strike.active = False
        _striking.pop()


@contextmanager
def _duckdb_in_steps() -> Iterator[None]:
    """Let DuckDB's writing of a file be a step, which fails in words of its own as it does."""
    import duckdb

    from sim.results import write

    real = write.connection

    class Connection:
        def __init__(self) -> None:
            self._database = real()

        def execute(self, query: str) -> Any:
            target = query.rpartition(" TO '")[2].partition("'")[0]
            try:
                if target:
                    sys.audit("duckdb", target)
            except MemoryError as error:
                raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate") from error
            except OSError as error:
                reason = f'IO Error: Could not write file "{target}": {error.strerror}'
                raise duckdb.IOException(reason) from error
            return self._database.execute(query)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._database, name)

    write.connection = Connection  # type: ignore[assignment]
    try:
        yield
    finally:
        write.connection = real
