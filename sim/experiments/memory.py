"""A run that will not fit in memory says so before it starts."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.journey.journey import participant_outcomes, participant_stamps
from sim.journey.payments import payments
from sim.parameters import BadInput, Parameters, Problem, block_at

BASE = 400_000_000
"""Bytes that Python, the libraries and the tables take."""

A_PERSON = 4_500
"""Bytes of a person in the person engine, measured at the peak of `history`."""

EACH, PASSING, AT_ONCE = 5, 40, 25
"""Bytes in the cohort engine of each person; of one who passes every check and so is in the pool or awarded (a
candidate, their place in a selection, a payment); and of one who registers on the busiest day (of
few people in the busiest week, which the base holds)."""

A_BUYER, A_COURSE = 4, 2
"""Bytes more of each of them where there is a market: on the way to a course, and of each course that was bought."""

ROWS_OF_A_PASS = 1 << 21
"""People whose rows one run writes down."""

ROWS_OF_A_PART = 1 << 18
"""Rows that are written to a file at a time."""

WHOSE = 3
"""Columns that say whose a row is: the person, their traits, their row as a participant."""

WHILE_WRITTEN = 6
"""How many times as much memory a row takes while it is written, measured."""


A_TRAIT, A_PAID_DAY, WHOSE_PAYMENTS = 4, 2, 9
"""Bytes kept of a run that is compared: of each person's traits, of the day of a payment, and of whose they are."""

SIDES = 2.5
"""How many times they are there at once: of both runs, and those of one partner in order."""

AWARDED_AGAIN = 1.1
"""Awards for each place that the budget pays, the places of those revoked being awarded again; a little more."""


def needed_by(parameters: Parameters) -> int:
    """Return about how many bytes a run takes at its peak."""
    people, needed = parameters.population.people, float(BASE)
    if parameters.engine == "person":
        needed += people * A_PERSON
    else:
        passing = PASSING + (A_BUYER + A_COURSE * parameters.purchase.further.courses if parameters.market else 0)
        needed += people * (EACH + passing * _passing(parameters) + AT_ONCE * _busiest_day(parameters))
    if parameters.run.people != "none":
        rows = people * (_passing(parameters) if parameters.run.people == "participants" else 1)
        held = min(rows, ROWS_OF_A_PASS if parameters.engine == "cohort" else rows)
        needed += 8 * columns_of_a_row(parameters) * (held + (WHILE_WRITTEN - 1) * min(rows, ROWS_OF_A_PART))
    return int(needed + beside(parameters))


def beside(parameters: Parameters) -> float:
    """Return the bytes that are kept of a run while the same is simulated again without outages, and of both then."""
    if not parameters.run.without_outages:
        return 0.0
    people = parameters.population.people
    if parameters.engine == "person":
        return float(people * A_PERSON)
    kept = WHOSE_PAYMENTS + A_PAID_DAY * (parameters.budget.incentives + len(parameters.payment.survey_days))
    return people * A_TRAIT + awarded_by(parameters) * kept * SIDES


def awarded_by(parameters: Parameters) -> float:
    """Return about how many people a run awards at most: as many as the budget pays, or as pass."""
    tranches, budget = parameters.budget.tranches.values(), parameters.budget
    of_one = budget.training_balance + budget.incentives * budget.incentive
    places = parameters.population.scale * AWARDED_AGAIN * sum(each.rupiah for each in tranches) / max(of_one, 1)
    return min(places, parameters.population.people * _passing(parameters))


def columns_of_a_row(parameters: Parameters) -> int:
    """Return how many columns of 64 bits a person's row has in memory, with those that say which row is whose."""
    courses = parameters.purchase.further.courses
    each = payments(parameters.budget.incentives, len(parameters.payment.survey_days))
    market = parameters.market is not None
    own = len(participant_stamps(courses, each, market)) + len(participant_outcomes(courses, each, market))
    journey = parameters.journey
    return len(journey.person_stamps) + len(journey.person_outcomes) + own + WHOSE


def _passing(parameters: Parameters) -> float:
    """Return the share of registrants who pass all checks, if none gives up."""
    share = parameters.processing.test.taken
    for station in parameters.journey.checks:
        check = block_at(parameters, station.config)
        passing = check.passes
        if station.retries:
            trying = (1 - check.passes) * check.retry.share
            for _ in range(check.retry.attempts - 1):
                passing += trying * check.retry.passes
                trying *= (1 - check.retry.passes) * check.retry.share
        share *= passing
    return share


def _busiest_day(parameters: Parameters) -> float:
    """Return the share who register in the busiest 24 hours, as far as the points of the demand tell."""
    points = parameters.demand.points
    days = np.array([(point.at - points[0].at).total_seconds() / 86_400 for point in points])
    registered = np.array([float(point.registered) for point in points])
    begins = np.concatenate([days, days - 1])  # the most lies where a day begins or ends at a point
    most = np.interp(begins + 1, days, registered) - np.interp(begins, days, registered)
    return float(most.max() / registered[-1])


def without_rows(parameters: Parameters) -> Parameters:
    """Return the parameters of the same run where nobody's row is written."""
    return parameters.model_copy(update={"run": parameters.run.model_copy(update={"people": "none"})})


def refuse_what_does_not_fit(parameters: Parameters, more: int = 0, instead: str = "") -> None:
    """Raise BadInput if a run needs more memory than there is, what this process holds already included.

    `more` bytes are needed beside it, unless the words `instead` are written.
    """
    needed, there = needed_by(parameters) + more, available()
    if there is None or needed <= there + resident():
        return
    levers = ["a smaller population.scale"]
    if parameters.engine == "person":
        levers.append("engine=cohort")
    if needed_by(without_rows(parameters)) + more <= there + resident() and parameters.run.people != "none":
        levers.append("run.people=none")
    if instead and needed - more <= there + resident():
        levers.append(instead)
    allowed = f"needs about {needed / 1e9:.2f} GB of memory, {there / 1e9:.2f} GB are free"
    do = f"Set {' or '.join(levers)}."
    raise BadInput([Problem("population.scale", parameters.population.scale, allowed, do)])


def refuse_rows_that_do_not_fit(parameters: Parameters, rows: int) -> None:
    """Raise BadInput if so many people's rows cannot be held at once, with the parts that they are made of."""
    needed, there = 2 * 8 * columns_of_a_row(parameters) * rows, available()
    if there is None or needed <= there:
        return
    allowed = f"needs about {needed / 1e9:.2f} GB of memory for {rows:,} rows, {there / 1e9:.2f} GB are free"
    do = "Write them to a folder, part by part, and read the columns you need; or set a smaller population.scale."
    raise BadInput([Problem("run.people", parameters.run.people, allowed, do)])


_ARENA_MAX = -8
"""The option of glibc's mallopt for how many heaps there are."""


def share_one_heap() -> None:
    """Let all threads share one heap, where the C library can: each of its own keeps what it has freed (300 MB)."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


GROUP, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
"""Where control groups stand, and which of them this process is in."""

CONTAINER = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}
"""What a group's limit, use and idle cache of files are called, in versions 2 and 1: below which folder they stand."""


def available() -> int | None:
    """Return the bytes of memory that can be had: the machine's, or those of a group it is in if that has less.

    A container is such a group; so is a job of SLURM, or a service of systemd, whose groups stand within others.
    """
    found = []
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
    except OSError:
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for group, (limit, used, idle) in _groups():
        with contextlib.suppress(OSError, ValueError):  # the other version, no container, or "max"
            found.append(int((group / limit).read_text()) - int((group / used).read_text()))
            lines = (group / "memory.stat").read_text().splitlines()
            # Files that are cached and not in use make room when it is needed.
            found[-1] += int(dict(line.split() for line in lines).get(idle, 0))
    return max(min(found), 0) if found else None


def _groups() -> Iterator[tuple[Path, tuple[str, str, str]]]:
    """Yield the folders of the groups that this process is in, the innermost first, and what their files are called."""
    own = dict.fromkeys(CONTAINER, "")
    with contextlib.suppress(OSError, ValueError):
        for line in OWN.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            own |= {each: path for each in controllers.split(",") if each in own}
    for below, names in CONTAINER.items():
        outermost = GROUP / below
        inner = [name for name in own[below].split("/") if name]
        if ".." not in inner:  # a group outside of what this process may see
            yield from ((outermost.joinpath(*inner[:depth]), names) for depth in range(len(inner), 0, -1))
        yield outermost, names


def resident() -> int:
    """Return the bytes of memory that this process holds; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
