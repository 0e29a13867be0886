"""The plan of a comparison: how many runs, how many side by side, what memory they take, and about how long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.experiments.comparing import specification, why
from sim.experiments.comparing.design import Design
from sim.experiments.duration import seconds_of
from sim.experiments.jobs.doing import duration
from sim.experiments.jobs.executors import cores
from sim.experiments.jobs.job import Job, missing
from sim.experiments.memory import available, awarded_by, needed_by, refuse_what_does_not_fit, resident
from sim.parameters import BadInput, Parameters, Problem

A_PLACE = 40
"""Bytes of each who has a place while they are sorted, written and handed over."""

BESIDE, A_PLACE_BESIDE = 100_000_000, 20
"""Bytes that the process takes more which has the runs made, and of each who has a place as one is handed over."""


@dataclass(frozen=True)
class Plan:
    """What a comparison takes."""

    scenarios: int
    replications: int
    """How many there may be; with a precision there may be fewer."""
    first: int
    in_worlds: bool
    runs: int
    kept: int
    """Runs that are done already."""
    workers: int | None
    """Processes side by side; None: what the cluster has."""
    threads: int | None
    people: int
    """Simulated people of the largest run."""
    scale: float
    memory: int
    """Bytes that one run takes at most."""
    there: int | None
    seconds: float
    """About how long it takes, with so many workers; of a cluster, with one."""
    why: int = 0
    """Runs, of all, that say why scenarios differ."""
    asked: int | None = None
    """Workers that were asked for, where memory does not allow so many."""

    @property
    def text(self) -> str:
        """Return the plan in lines."""
        many = self.replications > 1
        in_base = f"luck{'s' * many} in the base world"
        where = f"world{'s, each' * many} with a luck" if self.in_worlds else in_base
        times = f"{self.first} to {self.replications}" if self.replications > self.first else f"{self.first}"
        done = f", {self.kept} of them done before" if self.kept else ""
        why = f", {self.why} of them to say why" if self.why else ""
        people = f"{self.people:,} people" + (f" (population.scale={self.scale:g})" if self.scale != 1 else "")
        side = "by the workers of the cluster" if self.workers is None else f"{self.workers} side by side"
        room = f" ({self.there / 1e9:.1f} GB are free)" if self.there is not None and self.workers is not None else ""
        fewer = f", not {self.asked}: memory allows no more" if self.asked is not None else ""
        cluster = " on one worker" if self.workers is None else ""
        most = "at most " if self.replications > self.first else ""
        time = f"About {duration(self.seconds)}{cluster}" if self.runs > self.kept else "Nothing is left to simulate"
        return (
            f"Plan: {self.scenarios} scenarios, {times} {where}: {most}{self.runs} runs of {people}{why}{done}.\n"
            f"{side[0].upper()}{side[1:]}{fewer}, about {self.memory / 1e9:.1f} GB of memory each{room}. {time}."
        )


def plan_of(design: Design, folder: Path, workers: int | None = None, cluster: bool = False) -> Plan:
    """Return what a design takes; `workers` are how many processes were asked for.

    Raises BadInput where a run does not fit into memory, here or, on a cluster, nowhere that it is known of.
    """
    parameters = [each.parameters for each in design.scenarios]
    if not cluster:
        _refuse_what_does_not_fit(design)
    made = range(1, design.most + 1)
    tried = _jobs_that_say_why(design, folder) if design.why else []
    jobs = [*(specification.job_in(folder, *run, with_people=design.with_people) for run in design.runs(made)), *tried]
    left = missing(jobs, folder, specification.read_whole)
    needed, there = max(_needed_by(each, design.with_people) for each in parameters), available()
    each = sum(seconds_of(one) for one in parameters) / len(parameters)
    beside = max(_beside(each, design.with_people) for each in parameters)
    side = None if cluster else workers_for(len(left), needed, None if there is None else there - beside, workers)
    return Plan(
        scenarios=len(parameters),
        replications=design.most,
        first=design.replications,
        in_worlds=design.in_worlds,
        runs=len(jobs),
        kept=len(jobs) - len(left),
        workers=side,
        threads=1 if cluster or (side or 1) > 1 else None,
        people=max(one.population.people for one in parameters),
        scale=design.scale,
        memory=needed,
        there=there,
        seconds=each * len(left) / (1 if side is None else min(side, cores())),
        why=len(tried),
        asked=workers if side is not None and workers is not None and side < min(workers, len(left)) else None,
    )


def _jobs_that_say_why(design: Design, folder: Path) -> list[Job]:
    """Return the tasks of all variants that are no scenario themselves."""
    names = {each.name for each in design.scenarios}
    variants = [*why.causes(design), *why.shadow_prices(design)]
    each = why.runs(design, variants, range(1, design.most + 1))
    left = [(compared, world) for _, compared, world in each if compared.name not in names]
    return [specification.job_in(folder, *run, with_people=False) for run in left]


def _needed_by(parameters: Parameters, with_people: bool) -> int:
    """Return about how many bytes a run takes at its peak, with what is kept of its people."""
    return needed_by(parameters) + _of_places(parameters, with_people, A_PLACE)


def _beside(parameters: Parameters, with_people: bool) -> int:
    """Return about how many bytes more the process takes that has the runs made, while they are."""
    return BESIDE + _of_places(parameters, with_people, A_PLACE_BESIDE)


def _of_places(parameters: Parameters, with_people: bool, each: int) -> int:
    return int(each * awarded_by(parameters)) if with_people else 0


def workers_for(runs: int, needed: int, there: int | None, asked: int | None) -> int:
    """Return how many processes are side by side: one a core or as many as were asked for, and as memory allows."""
    fitting = runs if there is None else int(there // needed)
    return max(1, min(asked or cores(), runs, fitting))


def _refuse_what_does_not_fit(design: Design) -> None:
    problems: list[Problem] = []
    for each in design.scenarios:
        try:
            kept = _of_places(each.parameters, design.with_people, A_PLACE + A_PLACE_BESIDE)
            more = BESIDE + kept + resident()  # this process is there beside the one that makes the run
            refuse_what_does_not_fit(each.parameters, more, "people=none" if design.with_people else "")
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
