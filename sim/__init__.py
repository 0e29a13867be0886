"""Simulate Kartu Prakerja from registration to the last payment, one row a person.

    from sim import load, run

    result = run(load("rate_800k", {"population.scale": 0.01}))
    print(result.answer)

`import sim` loads nothing else; what is named here is loaded when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.library import Drivers, Question, Result, SideBySide, compare, drivers, load, run
    from sim.parameters import BadInput
    from sim.results.folder import FolderTakenError

__version__ = "0.1.0"

__all__ = [
    "BadInput",
    "Drivers",
    "FolderTakenError",
    "Question",
    "Result",
    "SideBySide",
    "__version__",
    "compare",
    "drivers",
    "load",
    "run",
]


def __getattr__(name: str) -> Any:
    if name in ("Drivers", "Question", "Result", "SideBySide", "compare", "drivers", "load", "run"):
        from sim import library

        return getattr(library, name)
    if name == "BadInput":
        from sim.parameters import BadInput

        return BadInput
    if name == "FolderTakenError":
        from sim.results.folder import FolderTakenError

        return FolderTakenError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
