"""Where machine code is kept: in a folder that nobody else can write, or nowhere.

What is kept is loaded as it stands, so whoever could write it could run code of theirs.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

NOT_KEPT = "it is compiled anew for each run"

PRIVATE = 0o700
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def cache_folder(name: str) -> tuple[Path | None, str]:
    """Return the folder for the machine code of that name, or nothing, and what a planner should know about it.

    It is `NAME` in the user's cache of this programme, or in the folder that NUMBA_CACHE_DIR names.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    try:
        home = Path(given).absolute() if given else _caches() / "prakerja"
        for above in reversed((home, *home.parents)):
            if not above.exists():
                above.mkdir(PRIVATE, exist_ok=True)
        folder, said = home / name, ""
        if not given and _is_mine(home) and home.stat().st_mode & WRITABLE_BY_OTHERS:
            home.chmod(PRIVATE)
        _refuse_others(home)
        folder.mkdir(PRIVATE, exist_ok=True)
        if _is_mine(folder) and stat.S_IMODE(folder.stat().st_mode) & ~PRIVATE:  # we made it otherwise
            shutil.rmtree(folder)
            folder.mkdir(PRIVATE)
            said = f"Others could reach the compiled code in {folder}: it is compiled again."
        _refuse_others(folder)
        for above in folder.resolve().parents:
            _refuse_a_way_for_others(above)
    except (OSError, RuntimeError) as error:  # nothing may be written there; there is no home
        reason = error.strerror if isinstance(error, OSError) else "there is no home"
        where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
        return None, f"Compiled code cannot be kept: {reason}{where}; {NOT_KEPT}."
    return folder, said


def _caches() -> Path:
    """Return the user's folder of caches; a relative one is no setting, says its standard."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if Path(named).is_absolute() else Path.home() / ".cache"


def _is_mine(folder: Path) -> bool:
    """Return whether a path is a folder of the user's own, no link to one."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _refuse_a_way_for_others(above: Path) -> None:
    """Raise an OSError if somebody else could put another folder in place of one below this."""
    found = above.stat()
    if found.st_uid not in (0, os.geteuid()) or (
        found.st_mode & WRITABLE_BY_OTHERS and not found.st_mode & stat.S_ISVTX
    ):
        raise OSError(0, "others may exchange what is there", str(above))


def _refuse_others(folder: Path) -> None:
    """Raise an OSError if somebody else could write in a folder."""
    if not _is_mine(folder):
        raise OSError(0, "it is no folder of yours", str(folder))
    if folder.stat().st_mode & WRITABLE_BY_OTHERS:
        raise OSError(0, "others may write there", str(folder))
