"""Machine code that a change makes stale: of the changed source, and of all that import it."""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.rules.compiling import imports_of


def importing(source: str, root: Path) -> set[str]:
    """Return the files that read a source, directly or not, and the source itself, as paths below the root."""
    readers: dict[str, set[str]] = {}
    for file in (root / "sim").rglob("*.py"):
        path = file.relative_to(root).as_posix()
        for module in imports_of(file.read_text(encoding="utf-8")):
            readers.setdefault(module.replace(".", "/") + ".py", set()).add(path)
    found, new = {source}, {source}
    while new:
        new = set().union(*(readers.get(each, set()) for each in new)) - found
        found |= new
    return found


def forget(source: str, cache: Path) -> None:
    """Remove the machine code of a source."""
    module = source.removeprefix("sim/").removesuffix(".py").replace("/", ".")
    for folder in cache.glob(f"*/{module}"):
        shutil.rmtree(folder)
