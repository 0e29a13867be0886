"""What a trial may leave behind: open files, threads, processes, files and folders."""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class State:
    """Hold what is open in this process, and what stands in a folder."""

    files: tuple[str, ...]
    threads: int
    children: tuple[str, ...]
    left: tuple[str, ...]


def state(folder: Path) -> State:
    """Return the state of this process, and of a folder."""
    gc.collect()
    return State(_open_files(), threading.active_count(), _children(), contents(folder))


def leaked(before: State, after: State) -> str:
    """Return what there is more of than before, in words; nothing if there is not."""
    found = []
    more = set(after.files) - set(before.files)
    if len(after.files) > len(before.files):
        found.append(f"open files: {', '.join(sorted(more)) or 'the same twice'}")
    if after.threads > before.threads:
        found.append(f"threads: {after.threads - before.threads}")
    if set(after.children) - set(before.children):
        found.append(f"processes: {', '.join(set(after.children) - set(before.children))}")
    if set(after.left) - set(before.left):
        found.append(f"in the folder: {', '.join(sorted(set(after.left) - set(before.left)))}")
    return "; ".join(found)


def contents(folder: Path) -> tuple[str, ...]:
    """Return all that stands in a folder, hidden or not."""
    return tuple(sorted(str(path.relative_to(folder)) for path in folder.rglob("*")))


def _open_files() -> tuple[str, ...]:
    here = Path("/proc/self/fd")
    if not here.exists():
        return ()
    found = []
    for path in here.iterdir():
        try:
            target = str(path.readlink())
        except OSError:  # of this look itself
            continue
        if not target.startswith(("/proc/", "anon_inode:")):
            found.append(target)
    return tuple(sorted(found))


def _children() -> tuple[str, ...]:
    file = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    return tuple(file.read_text().split()) if file.exists() else ()
