"""Every scenario is run in every world, as often as was asked or until its figures are known well enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.experiments.comparing import figures, specification, why
from sim.experiments.comparing.design import Design
from sim.experiments.comparing.people import PeopleRecord
from sim.experiments.comparing.people_of_all import PeopleOfAll
from sim.experiments.comparing.precise import known_worst
from sim.experiments.comparing.variants import Variant
from sim.experiments.jobs.doing import SoFar, do_all
from sim.experiments.jobs.executors import ENDED, Executor, said_of
from sim.experiments.jobs.job import kept
from sim.experiments.worlds import World
from sim.parameters import BadInput, Problem
from sim.results.comparison import Compared, Comparison, LeftOut, Precision, Replicated
from sim.results.outcome import Outcome
from sim.results.tried import Tried

BATCH = 10
"""Replications that are added at a time, where a precision is asked for."""

Tell = Callable[[str], None]


@dataclass
class Replications:
    """Have the runs of a design made, and hold what is kept of them."""

    design: Design
    folder: Path
    """Where what is done stands, whichever comparison asked for it."""
    executor: Executor
    threads: int | None = None
    """Of each run; they change nothing of it."""
    tell: Tell = lambda so_far: None
    so_far: SoFar | None = None
    """Of the whole plan, in whose parts the runs are made."""
    runs: dict[str, dict[int, Outcome]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def compare(self) -> Comparison:
        """Make all runs and return the comparison; raise BadInput where a figure is none of theirs.

        The first replication of all is made before the others: a figure's name that may be one of several is told then.
        """
        design = self.design
        self.runs = {each.name: {} for each in design.scenarios}
        shown = self._figures()
        self._make(range(1, design.replications + 1))
        precision = self._until_precise(shown) if design.precision is not None else None
        causes, prices = (
            (self._tried(why.causes(design)), self._tried(why.shadow_prices(design))) if design.why else ((), ())
        )
        people = PeopleOfAll(design, self._record, self.tell) if design.with_people else None
        return Comparison(
            study=design.study,
            scenarios=tuple(Replicated(each, self.runs[each.name]) for each in design.scenarios),
            reference=design.reference,
            in_worlds=design.in_worlds,
            figures=shown,
            scale=design.scale,
            question=design.question,
            left_out=tuple(self.left_out),
            precision=precision,
            people={} if people is None else people.changes(self.runs),
            not_the_same_people={} if people is None else people.not_the_same,
            causes=causes,
            shadow_prices=prices,
        )

    def _tried(self, variants: Sequence[Variant]) -> tuple[Tried, ...]:
        """Run variants in the worlds that the scenarios were run in; one that is a scenario itself is not run again."""
        made = sorted(self.runs[self.design.scenarios[self.design.reference].name])
        each = list(why.runs(self.design, variants, made))
        for _, compared, _ in each:
            self.runs.setdefault(compared.name, {})
        left = [(compared, world) for _, compared, world in each if world.number not in self.runs[compared.name]]
        self._do(left, with_people=False)
        found: dict[str, dict[int, Outcome]] = {}
        for variant, compared, world in each:
            if world.number in self.runs[compared.name]:
                found.setdefault(variant.key, {})[world.number] = self.runs[compared.name][world.number]
        return tuple(why.tried(self.design, variants, found))

    def _record(self, compared: Compared, world: World) -> PeopleRecord:
        """Return who has a place at the end of a run that is made."""
        file = self.folder / specification.job_of(compared, world, with_people=True).file
        return specification.read_people(file.read_bytes())

    def _figures(self) -> tuple[str, ...]:
        """Return the names of the figures that are shown, as the first replication of the scenarios has them.

        What no run can have was refused before: so all of them are made side by side.
        """
        known: dict[str, None] = {}
        asked = self.design.figures
        problems: list[Problem] = []
        first = list(self.design.runs([1]))
        self._do(first)
        for compared, _ in first:
            if 1 in self.runs[compared.name]:
                known |= dict.fromkeys(self.runs[compared.name][1].figures)
            found, problems = figures.named(asked, known)
            if not problems:
                return tuple(dict.fromkeys(found.values())) or tuple(each for each in figures.DEFAULT if each in known)
        if not known:
            raise MemoryError(ENDED)
        raise BadInput(problems)

    def _make(self, replications: Sequence[int]) -> None:
        self._do(list(self.design.runs(replications)))

    def _do(self, runs: Sequence[tuple[Compared, World]], with_people: bool = True) -> None:
        """Have some runs made that are not, and read what they gave."""
        out = {(each.scenario, each.replication) for each in self.left_out}
        jobs = {
            (compared.name, world.number): specification.job_in(
                self.folder, compared, world, self.threads, with_people=with_people and self.design.with_people
            )
            for compared, world in runs
            if (compared.name, world.number) not in out
        }
        made_by = (self.folder, self.executor, self.tell, specification.read_whole, self.so_far)
        failed = do_all(list(jobs.values()), *made_by)
        for (scenario, replication), job in jobs.items():
            if replication in self.runs[scenario]:
                continue
            if job.file in failed:
                self.left_out.append(LeftOut(scenario, replication, said_of(failed[job.file])))
                continue
            found = kept(self.folder / job.file, specification.read)
            if found is None:
                raise FileNotFoundError(2, "what was computed is gone", str(self.folder / job.file))
            self.runs[scenario][replication] = found

    def _until_precise(self, shown: tuple[str, ...]) -> Precision:
        """Add replications until the means of the figures are known as well as was asked, or there are no more."""
        asked, made = self.design.precision, self.design.replications
        assert asked is not None
        while True:
            share, of = known_worst({name: list(self._ordered(name)) for name in self.runs}, shown)
            found = Precision(asked, shown, self.design.most, share, of, self.design.replications)
            if found.reached or made >= self.design.most:
                return found
            said = "unknown yet" if share is None else f"{share:.1%} by now"
            self.tell(f"{made} replications, {of}: {said}")
            more = range(made + 1, min(made + BATCH, self.design.most) + 1)
            self._make(more)
            made = more[-1]

    def _ordered(self, scenario: str) -> Iterator[Outcome]:
        return (self.runs[scenario][number] for number in sorted(self.runs[scenario]))
