"""From runs to an emulator of published figures: a design over what was thought, then one where the figures point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.alike import SET
from sim.experiments.calibration.design import run_all, spread_out
from sim.experiments.calibration.emulator import Emulator, learn
from sim.experiments.calibration.figures import Figure, instants_of, published_figures
from sim.experiments.calibration.history import look, until_the_fit
from sim.experiments.calibration.inputs import Config, Inputs, Values
from sim.experiments.calibration.likelihood import Known, Target, spread
from sim.experiments.calibration.sampling import Chains, Effort, sample
from sim.experiments.jobs.executors import cores
from sim.parameters import Parameters
from sim.results.tables.published import BY_DATE, PREDICTED, RUPIAH

Tell = Callable[[str], None]

ENDS = tuple(what for what in PREDICTED if what not in (*SET, "fully_paid"))
"""What is emulated as it stands when the fit ends: not what the config sets; and nobody need be fully paid by then."""

FIRST, FIRST_AGAIN, SECOND, SECOND_AGAIN, TRIED = (10_000 * k for k in range(1, 6))
"""The first replications of the runs of each purpose: no two runs of a fit have the same luck."""

FARTHER = 0.3
"""The weight of a run of the first design beside one of the second, which lies where the figures point."""


@dataclass(frozen=True)
class Settings:
    """How much is done: the numbers of runs, and what is drawn."""

    points: int = 1000
    """Runs over all that was thought."""
    nearer: int = 300
    """Runs where the figures point, as often as there are rounds: each round points better than the one before."""
    rounds: int = 3
    repeated: int = 40
    """Runs of the last round that are made again with another luck, to tell luck from what the emulator misses."""
    tried: int = 1200
    """Draws that are run before the members are taken from them."""
    members: int = 60
    pointing: Effort = field(default_factory=lambda: Effort(chains=32, kept=200))
    """The chains that say where a further design lies."""
    effort: Effort = field(default_factory=lambda: Effort(kept=2000))
    """The chains of the fit itself."""
    seed: int = 20201015
    workers: int | None = None


BRIEF = Effort(24, 3, 50, 60)
REHEARSED = Settings(points=48, nearer=16, rounds=1, repeated=4, tried=16, members=8, pointing=BRIEF, effort=BRIEF)
"""Enough to see that all of it works, and too little to believe what comes out."""


@dataclass(frozen=True)
class Problem:
    """What is fitted: history with its inputs, and the published figures that the fit uses."""

    parameters: Parameters
    config: Config
    """As composed, but that it ends with the fit."""
    inputs: Inputs
    figures: list[Figure]
    folder: Path
    settings: Settings = field(default_factory=Settings)
    tell: Tell = lambda so_far: None

    @classmethod
    def of(
        cls, parameters: Parameters, config: Config, inputs: Inputs, folder: Path, settings: Settings, tell: Tell
    ) -> Problem:
        """Return the problem of a composed config."""
        figures, _ = published_figures(parameters)
        return cls(parameters, until_the_fit(config, parameters), inputs, figures, folder, settings, tell)

    def rng(self, purpose: int) -> np.random.Generator:
        """Return luck for one purpose."""
        return np.random.default_rng([self.settings.seed, purpose])

    @property
    def workers(self) -> int:
        """Return how many processes learn side by side: as many as run."""
        return max(cores() if self.settings.workers is None else self.settings.workers, 1)

    def runs(self, points: Values, first: int, what: str) -> Runs:
        """Return what runs at some points say, each with a luck of its own, counted from a first replication."""
        configs = self.inputs.configs(self.config, points)
        for k, config in enumerate(configs):
            config["run"]["replication"] = first + k

        def tell(so_far: str) -> None:
            self.tell(f"{what}: {so_far}")

        found = run_all(configs, look, self.folder, tell, self.settings.workers)
        return Runs.of(points, found, self)

    def base_run(self, values: Mapping[str, float]) -> Runs:
        """Return what the base says with some values set, with the luck of `prakerja run`."""
        config = self.inputs.changed(self.config, values)
        found = run_all([config], look, self.folder, self.tell, self.settings.workers)
        return Runs.of(self.inputs.configured()[None], found, self)

    @property
    def instants(self) -> list[datetime]:
        """Return the instants at which all stages are counted, the last when the fit ends."""
        return instants_of(self.figures, self.parameters.published.fit_until)

    def ends(self, counts: Sequence[float]) -> list[Figure]:
        """Return counts at the end of the fit as figures, to be predicted: exact, and of that moment."""
        at = self.parameters.published.fit_until
        return [Figure(what, "at the end", at, count) for what, count in zip(ENDS, counts, strict=True)]

    def filled(self, runs: Runs) -> NDArray[np.bool_]:
        """Return of each run whether all waves were filled, as they were: their awards are those of the config."""
        bounds = [k for k, each in enumerate(self.figures) if each.bound]
        places = np.log([self.figures[k].published for k in bounds])
        return np.asarray((runs.logs[:, bounds] >= places).all(axis=1))

    def told_by(self, runs: Runs) -> Runs:
        """Return the runs that an emulator learns from: those in which all waves were filled.

        Where too few joined, awards follow what moves joining, with a kink that no sum of few terms follows; and such
        a programme is none that is looked for.
        """
        filled = self.filled(runs)
        assert filled.any(), "in no run of the design were all waves filled"
        return runs.some(filled)


@dataclass(frozen=True)
class Runs:
    """What runs said: the points, the logarithms of figures, of counts at the end and of stages, and a day's growth."""

    points: Values
    logs: Values
    """Columns: the figures, then ENDS."""
    growth: Values
    """Of each figure, as a share of it."""
    stages: Values
    """Runs, instants, stages (BY_DATE)."""

    @classmethod
    def of(cls, points: Values, found: Sequence[dict[str, Any]], problem: Problem) -> Runs:
        """Return what runs of a problem said, a run a row; half a simulated person, or payment, stands for none."""
        half, figures = 0.5 / float(problem.config["population"]["scale"]), problem.figures
        instants = [at.isoformat() for at in problem.instants]
        counted = [[[each["stages"][at][stage] for stage in BY_DATE] for at in instants] for each in found]
        stages = np.maximum(np.array(counted, dtype=np.float64), half)
        rupiah = float(problem.parameters.budget.incentive)
        least = half * np.array([rupiah if each.what == RUPIAH else 1.0 for each in figures])
        told = np.array([[each["figures"][f.name] for f in figures] for each in found], dtype=np.float64)
        table = np.maximum(told, least)
        before = [[each["a_day_before"].get(f.name, each["figures"][f.name]) for f in figures] for each in found]
        growth = 1 - np.array(before, dtype=np.float64) / table
        ends = stages[:, -1, [BY_DATE.index(what) for what in ENDS]]
        return cls(points, np.log(np.hstack([table, ends])), np.clip(growth, 0, 1), np.log(stages))

    def some(self, which: NDArray[np.bool_]) -> Runs:
        """Return some of these runs."""
        return Runs(self.points[which], self.logs[which], self.growth[which], self.stages[which])

    def and_(self, others: Runs) -> Runs:
        """Return these runs and others."""
        return Runs(
            np.vstack([self.points, others.points]),
            np.vstack([self.logs, others.logs]),
            np.vstack([self.growth, others.growth]),
            np.vstack([self.stages, others.stages]),
        )


@dataclass(frozen=True)
class Learned:
    """An emulator of figures and ends, and what is known of their errors: in logarithms, at the scale of the runs."""

    problem: Problem
    runs: Runs
    emulator: Emulator
    luck: Values
    near: NDArray[np.bool_]

    @property
    def emulated(self) -> Values:
        """Return the standard deviation of what the emulator misses beside luck; no less than a tenth of both."""
        both = self.emulator.missed
        found: Values = np.sqrt(np.maximum(both**2 - self.luck**2, (0.1 * both) ** 2))
        return found

    def target(self, full_population: bool = True, figures: Sequence[Figure] | None = None) -> Target:
        """Return the likelihood of published figures, of the full population or of a world as large as the runs.

        Figures behind those of the problem are those of ENDS: they are left out, and may be predicted.
        """
        some = tuple(self.problem.figures if figures is None else figures)
        count = len(self.problem.figures)
        scale = float(self.problem.config["population"]["scale"])
        luck = self.luck[: len(some)] * (np.sqrt(scale) if full_population else 1.0)
        emulator = self.emulator.of(range(len(some)))
        slope = np.zeros(len(some))
        slope[:count] = np.median(self.runs.growth[self.near], axis=0)
        return Target(
            self.problem.inputs,
            emulator,
            some,
            Known(
                slope=slope,
                luck=spread(luck, emulator.alike),
                emulated=spread(self.emulated[: len(some)], emulator.alike),
                stages=dict(zip(self.problem.instants, np.median(self.runs.stages[self.near], axis=0), strict=True)),
            ),
            self.problem.parameters.clock.start,
            tuple(range(count, len(some))),
        )


def learn_first(problem: Problem, repeated: int = 0) -> Learned:
    """Return what is learned from a design over all that was thought: what goes together does so in the design too.

    Luck is told from what is missed by some runs that are made again, if any are.
    """
    settings, inputs = problem.settings, problem.inputs
    points = inputs.inputs(spread_out(settings.points, len(inputs.latents), settings.seed))
    runs = problem.runs(points, FIRST, "first design")
    luck = np.zeros(runs.logs.shape[1])
    if repeated:
        luck = luck_of(runs, problem.runs(points[:repeated], FIRST_AGAIN, "luck"))
    runs = problem.told_by(runs)
    emulator = learn(runs.points, runs.logs, workers=problem.workers, mixing=inputs.together)
    return Learned(problem, runs, emulator, luck, np.ones(len(runs.points), dtype=bool))


def luck_of(runs: Runs, again: Runs) -> Values:
    """Return the standard deviation by luck, from runs of which the first were made again with another luck."""
    apart = runs.logs[: len(again.logs)] - again.logs
    found: Values = np.sqrt(np.mean(apart**2, axis=0) / 2)
    return found


def draws_of(target: Target, chains: Chains, count: int, rng: np.random.Generator) -> Values:
    """Return rows of all latents: draws of the active ones, evenly from all chains, the others from their prior."""
    flat = np.swapaxes(chains.draws, 0, 1).reshape(-1, chains.draws.shape[-1])
    some = flat[np.linspace(0, len(flat) - 1, count).round().astype(int)]
    found = rng.standard_normal((count, len(target.latents)))
    found[:, target.active] = some
    return found


def learn_nearer(problem: Problem, first: Learned) -> tuple[Learned, Chains]:
    """Return what is learned with further designs where the figures point, and the chains that say where the last is.

    Each round draws its points from what the round before has learned; what is missed is measured on all of them.
    """
    settings = problem.settings
    learned = first
    for number in range(settings.rounds):
        target = learned.target()
        chains = sample(target, len(target.active), settings.pointing, problem.rng(10 + number), problem.workers)
        latents = draws_of(target, chains, settings.nearer, problem.rng(20 + number))
        points = problem.inputs.inputs(latents[:, : len(problem.inputs.latents)])
        runs = problem.runs(points, SECOND + number * settings.nearer, f"nearer design {number + 1}")
        luck = learned.luck
        if number == settings.rounds - 1:
            luck = luck_of(runs, problem.runs(points[: settings.repeated], SECOND_AGAIN, "luck"))
        both = learned.runs.and_(problem.told_by(runs))
        near = np.arange(len(both.points)) >= len(first.runs.points)
        weights, mixing = np.where(near, 1.0, FARTHER), problem.inputs.together
        emulator = learn(both.points, both.logs, weights, near, problem.workers, mixing)
        learned = Learned(problem, both, emulator, luck, near)
    return learned, chains
