"""A run that the system grants too little address space is refused before libraries are loaded.

Those end the process where they get none, or wait for ever, rather than say so.
"""

from __future__ import annotations

import resource

from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING

LIBRARIES = 900_000_000
"""Bytes of address space, measured: of libraries, stacks of threads and compiling, beside what a run asks for."""

BASE = 400_000_000
"""Bytes that the smallest run asks for."""

LIMITS = {"ulimit -v": resource.RLIMIT_AS, "ulimit -d": resource.RLIMIT_DATA}


def refuse_too_little(needed: int = BASE) -> None:
    """Raise BadInput if a run that needs so many bytes of memory would reach a limit of the system."""
    for name, limit in LIMITS.items():
        granted = resource.getrlimit(limit)[0]
        if granted != resource.RLIM_INFINITY and granted < needed + LIBRARIES:
            allowed = f"{granted / 1e9:.2f} GB are granted, {(needed + LIBRARIES) / 1e9:.2f} GB are needed"
            do = "Raise the limit, or set a smaller population.scale."
            raise BadInput([Problem(f"the limit of memory ({name})", NOTHING, allowed, do)])
