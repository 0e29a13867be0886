"""A run that will not fit in memory says so before it starts."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

from sim.parameters import BadInput, Parameters, Problem

BASE = 400_000_000
"""Bytes that Python, the libraries and the tables take."""

A_PERSON = {"cohort": 24, "person": 4_500}
"""Bytes of a person, measured at the peak of `payment_caps_2020`, where most wait to be paid, and of `history`."""

A_ROW = 2_200
"""Bytes of a row that is being written."""


def refuse_what_does_not_fit(parameters: Parameters) -> None:
    """Raise BadInput if a run needs more memory than there is."""
    people = parameters.population.people
    needed = BASE + people * A_PERSON[parameters.engine]
    if parameters.run.people != "none":
        needed += min(people, 1 << 20) * A_ROW
    there = available()
    if there is not None and needed > there:
        allowed = f"needs about {needed / 1e9:.1f} GB of memory, {there / 1e9:.1f} GB are free"
        do = "Set a smaller population.scale"
        do += ", or engine=cohort." if parameters.engine == "person" else "."
        raise BadInput([Problem("population.scale", parameters.population.scale, allowed, do)])


_ARENA_MAX = -8
"""The option of glibc's mallopt for how many heaps there are."""


def share_one_heap() -> None:
    """Let all threads share one heap, where the C library can: each of its own keeps what it has freed (300 MB)."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def available() -> int | None:
    """Return the bytes of memory that can be had: the machine's, or the container's if that is less."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
    except OSError:
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
        if limit != "max":
            found.append(int(limit) - used)
    except (OSError, ValueError):
        pass
    return min(found) if found else None
