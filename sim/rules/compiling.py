"""How rules are compiled: cached by a hash of all sources, and never with a vector library's logarithm."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[1]


def _cache_folder() -> Path:
    """Return a cache folder named by a hash of every source of the package.

    Numba does not see that a rule called by another has changed; a stale cache would make the two
    engines differ for no visible reason.
    """
    sources = sorted(_PACKAGE.rglob("*.py"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.relative_to(_PACKAGE).as_posix().encode())
        digest.update(source.read_bytes())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        folder = home / "prakerja" / digest.hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        folder = Path(tempfile.gettempdir()) / f"prakerja-{os.getuid()}" / digest.hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
    return folder


# A vectorised logarithm may differ from the scalar one in the last bit: then engines would disagree.
os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"
os.environ.setdefault("NUMBA_CACHE_DIR", str(_cache_folder()))

LAST_COMPILED = {"cohort": "payments._pay", "person": "paying.ready"}
"""A function of each engine that is among the last to be compiled."""


def compiles_first(engine: str) -> bool:
    """Return whether a run with an engine must first compile what it has not found in the cache."""
    cache = Path(os.environ["NUMBA_CACHE_DIR"])
    return not any(cache.rglob(f"{LAST_COMPILED[engine]}-*.nbi"))


import numba  # noqa: E402  (its settings are read at import)


def rule(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a rule on first use, inlined where another calls it.

    It releases the interpreter's lock and keeps strict arithmetic, so both engines get the same bits.
    """
    compiled: Callable[..., Any] = numba.njit(
        cache=True, nogil=True, fastmath=False, error_model="numpy", forceinline=True
    )(function)
    return compiled
