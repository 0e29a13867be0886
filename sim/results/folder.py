"""A folder written whole or not at all: made aside, then renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` to write in; it takes its place at the end, or goes without trace.

    `path` must not exist, or be an empty folder.
    """
    path = path.absolute()
    missing = [parent for parent in path.parents if not parent.exists()]
    aside = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
    try:
        aside.mkdir(parents=True)
        yield aside
        aside.replace(path)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        for parent in missing:  # nearest first
            try:
                parent.rmdir()
            except OSError:
                break
        raise
