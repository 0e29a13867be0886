"""A folder that is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.parameters.problems import shown
from sim.results.folder import FolderTakenError, whole_folder


@contextmanager
def whole(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a folder that takes its place when it is whole; the error says which folder cannot be had."""
    try:
        with whole_folder(Path(folder)) as unfinished:
            yield unfinished
    except FolderTakenError as error:
        raise FolderTakenError(f"{shown(str(folder))} {error}") from None
