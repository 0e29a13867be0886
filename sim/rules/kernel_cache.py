"""Machine code of one function on disk, sealed: what was cut off or altered is compiled again, never run.

Numba's own cache would load whatever stands in its files, and end the process where that is half a file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import compiler, config, serialize

# Numba has no types.
_settings: Any = config
_dumps: Any = serialize.dumps
_rebuild: Any = compiler.CompileResult._rebuild

SUFFIX = ".kernels"

MAGIC = b"prakerja kernels 1\n"
DIGEST = hashlib.sha256().digest_size

TRIES, BETWEEN_TRIES = 40, 0.05
"""How often the lock is tried that a run holds while it writes, and the seconds between."""

UNLOADABLE = (pickle.UnpicklingError, AttributeError, ImportError, EOFError, LookupError, TypeError, ValueError)
"""What unpickling raises for what another version has written."""

told: set[str] = set()
"""What was said already: once a run is enough."""


def tell(said: str) -> None:
    """Say a line, once."""
    if said not in told and sys.stderr is not None:
        told.add(said)
        said = said.encode("unicode_escape").decode("ascii") if not said.isprintable() else said
        with suppress(OSError):
            sys.stderr.write(f"{said}\n")


class KernelCache:
    """Keep what was compiled of one function, for each types of arguments; Numba calls its methods."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        code = function.__code__
        module = function.__module__.removeprefix("sim.")
        name = f"{function.__qualname__.replace('<locals>', '')}-{code.co_firstlineno}"
        self.cache_path = str(folder)
        self._path = folder / module / f"{name}{SUFFIX}"
        cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
        closure: bytes = _dumps(cells) if cells else b""
        self._body = hashlib.sha256(code.co_code + closure).hexdigest()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what is kept for some types of arguments."""
        target_context.refresh()
        kept = self._kept().get(self._key(sig, target_context.codegen()))
        return None if kept is None else _rebuild(target_context, *kept)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled; a run goes on without it where it cannot be kept."""
        if any(not each.can_cache for each in data.lifted) or data.library.has_dynamic_globals:
            return
        try:
            self._path.parent.mkdir(0o700, parents=True, exist_ok=True)
            with self._locked() as is_held:
                if is_held:
                    self._write({**self._kept(), self._key(sig, data.codegen): data._reduce()})
        except OSError as error:
            tell(
                f"Compiled code cannot be kept in {self.cache_path} ({error.strerror}): it is compiled again next time."
            )

    def flush(self) -> None:
        """Keep nothing more of this function."""
        self._path.unlink(missing_ok=True)

    def enable(self) -> None:
        """Do nothing: it is always enabled."""

    def disable(self) -> None:
        """Do nothing: it is always enabled."""

    def _key(self, sig: Any, codegen: Any) -> Any:
        return sig, codegen.magic_tuple(), self._body

    def _kept(self) -> dict[Any, Any]:
        """Return all that is kept of the function, if it is as it was written, by these versions."""
        try:
            found = self._path.read_bytes()
        except OSError:
            return {}
        head = len(MAGIC) + DIGEST
        sealed = found[head:]
        if found[:head] == MAGIC + hashlib.sha256(sealed).digest():
            if sealed[:DIGEST] != versions():
                return {}
            with suppress(*UNLOADABLE):
                kept: dict[Any, Any] = pickle.loads(sealed[DIGEST:])  # noqa: S301  (in a folder of the user's, and sealed)
                return kept
        tell(f"Compiled code in {self.cache_path} is damaged: it is compiled again.")
        return {}

    def _write(self, kept: dict[Any, Any]) -> None:
        for stray in self._path.parent.glob("*.unfinished"):  # of a run that was killed: the lock is ours
            stray.unlink()
        sealed = versions() + _dumps(kept)
        aside = self._path.with_suffix(".unfinished")
        try:
            aside.write_bytes(MAGIC + hashlib.sha256(sealed).digest() + sealed)
            aside.replace(self._path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Hold the lock of the folder, or not, where a run does not let go of it."""
        lock = os.open(self._path.parent / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            for _ in range(TRIES):
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield True
                    return
                time.sleep(BETWEEN_TRIES)
            yield False
        finally:
            os.close(lock)


def versions() -> bytes:
    """Return what machine code depends on besides its source."""
    of = (numba.__version__, llvmlite.__version__, np.__version__, platform.python_version(), _settings.BOUNDSCHECK)
    return hashlib.sha256(repr(of).encode()).digest()
