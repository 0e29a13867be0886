"""A run that will not fit in memory says so before it starts."""

from __future__ import annotations

import contextlib
import ctypes
import os
from itertools import pairwise
from pathlib import Path

from sim.parameters import BadInput, Parameters, Problem

BASE = 400_000_000
"""Bytes that Python, the libraries and the tables take."""

A_PERSON = 4_500
"""Bytes of a person in the person engine, measured at the peak of `history`."""

EACH, PASSING, AT_ONCE = 5, 43, 25
"""Bytes in the cohort engine of each person; of one who passes every check, so that he is in the pool or awarded
(a candidate, his part in a selection, a payment); and of one who registers on the busiest day."""

A_ROW = 2_700
"""Bytes of a row that is being written."""


def needed_by(parameters: Parameters) -> int:
    """Return about how many bytes a run takes at its peak."""
    people = parameters.population.people
    needed = float(BASE)
    if parameters.engine == "person":
        needed += people * A_PERSON
    else:
        needed += people * (EACH + PASSING * _passing(parameters) + AT_ONCE * _busiest_day(parameters))
    if parameters.run.people != "none":
        needed += min(people, 1 << 20) * A_ROW
    return int(needed)


def _passing(parameters: Parameters) -> float:
    """Return the share of registrants who pass all checks, if none gives up."""
    processing, share = parameters.processing, parameters.processing.screening.passes * parameters.processing.test.taken
    for check in (processing.email, processing.registry, processing.third_layer):
        passing, trying = check.passes, (1 - check.passes) * check.retry.share
        for _ in range(check.retry.attempts - 1):
            passing += trying * check.retry.passes
            trying *= (1 - check.retry.passes) * check.retry.share
        share *= passing
    return share


def _busiest_day(parameters: Parameters) -> float:
    """Return the share who register on the day of most registrations, as far as the points of the demand tell."""
    points = parameters.demand.points
    most = 0.0
    for one, next_one in pairwise(points):
        days = max((next_one.at - one.at).total_seconds() / 86_400, 1.0)
        most = max(most, (next_one.registered - one.registered) / days)
    return most / points[-1].registered if points[-1].registered else 0.0


def refuse_what_does_not_fit(parameters: Parameters) -> None:
    """Raise BadInput if a run needs more memory than there is."""
    needed = needed_by(parameters)
    there = available()
    if there is not None and needed > there:
        allowed = f"needs about {needed / 1e9:.2f} GB of memory, {there / 1e9:.2f} GB are free"
        levers = ["a smaller population.scale"]
        levers += ["engine=cohort"] * (parameters.engine == "person")
        levers += ["run.people=none"] * (parameters.run.people != "none")
        do = f"Set {' or '.join(levers)}."
        raise BadInput([Problem("population.scale", parameters.population.scale, allowed, do)])


_ARENA_MAX = -8
"""The option of glibc's mallopt for how many heaps there are."""


def share_one_heap() -> None:
    """Let all threads share one heap, where the C library can: each of its own keeps what it has freed (300 MB)."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


GROUP = Path("/sys/fs/cgroup")
CONTAINER = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
)
"""Where a container's limit, use and idle cache of files stand, in versions 2 and 1 of control groups."""


def available() -> int | None:
    """Return the bytes of memory that can be had: the machine's, or the container's if that is less."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
    except OSError:
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for limit, used, idle in CONTAINER:
        with contextlib.suppress(OSError, ValueError):  # the other version, no container, or "max"
            most = int((GROUP / limit).read_text())
            lines = (GROUP / limit).with_name("memory.stat").read_text().splitlines()
            statistics = dict(line.split() for line in lines)
            # Files that are cached and not in use make room when it is needed.
            found.append(most - int((GROUP / used).read_text()) + int(statistics.get(idle, 0)))
    return min(found) if found else None
