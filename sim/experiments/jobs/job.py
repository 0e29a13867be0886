"""A job: a function and what it is asked, known by the hash of both and of the model; what it gives is kept in a file.

A file is written whole or not at all, by who has the jobs done; nobody else writes. So whoever is interrupted or killed
goes on from what is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sim

Does = Callable[..., bytes]
"""A function of a module, which other processes can import: it takes what is asked, and gives bytes."""

MODEL = ("calendar", "engines", "journey", "observers", "parameters", "programme", "rules", "stations")
"""The parts of the package that move people and observe them."""

UNFINISHED = ".unfinished"


@cache
def sources_hash(parts: tuple[str, ...]) -> str:
    """Return a hash of folders and files of the package, from which something is computed."""
    home, found = Path(sim.__file__).parent, hashlib.sha256()
    for part in parts:
        for file in sorted((home / part).rglob("*.py")) if "." not in part else [home / part]:
            found.update(file.relative_to(home).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def name_of(asked: Mapping[str, Any], model: str) -> str:
    """Return the name of what is computed: equal for the same of both, and for no others."""
    text = json.dumps([asked, model], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Job:
    """What is to be computed, as a plain specification."""

    does: Does
    asked: Mapping[str, Any]
    """What JSON can say."""
    sources: tuple[str, ...]
    """The folders and files of the package that it is computed by."""
    label: str = ""
    """What it is, in a planner's words."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What else the function is told, which changes nothing of what it gives."""
    named: str = ""
    """The name of the function, where it is not that of `does`."""
    suffix: str = ".json"

    @property
    def file(self) -> str:
        """Return the name of its file."""
        by = self.named or f"{self.does.__module__}.{self.does.__qualname__}"
        return name_of(self.asked, f"{sources_hash(self.sources)} {by}") + self.suffix

    def do(self) -> bytes:
        """Compute it, here."""
        return self.does(self.asked, **self.beside)


def keep(contents: bytes, file: Path) -> None:
    """Write a file whole or not at all."""
    aside = file.with_name(f".{file.name}.{platform.node()}.{os.getpid()}{UNFINISHED}")
    try:
        aside.write_bytes(contents)
        aside.replace(file)
    except OSError as error:  # that of a write does not say of which file
        raise OSError(error.errno, error.strerror, str(file)) from error
    finally:
        aside.unlink(missing_ok=True)


def remove_what_nobody_writes(folder: Path) -> None:
    """Remove what writers of this machine that were killed have left in a folder."""
    for path in folder.glob(f".*.{platform.node()}.*{UNFINISHED}"):
        writer = path.name.removesuffix(UNFINISHED).rpartition(".")[2]
        if writer.isdecimal() and not _runs(int(writer)):
            with suppress(OSError):
                path.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def kept(file: Path, read: Callable[[bytes], Any]) -> Any | None:
    """Return what a file says, read so; nothing where it is not there, or `read` raises ValueError: it is not whole."""
    try:
        return read(file.read_bytes())
    except (OSError, ValueError):
        return None


def plain(contents: bytes) -> dict[str, Any]:
    """Read a JSON object; raise ValueError where it is none."""
    found = json.loads(contents)
    if not isinstance(found, dict):
        raise ValueError("is no object")
    return found


def missing(jobs: Sequence[Job], folder: Path, read: Callable[[bytes], Any]) -> dict[str, Job]:
    """Return the jobs that are not done, by their file, each once, in order."""
    return {name: job for job in jobs if (name := job.file) and kept(folder / name, read) is None}
