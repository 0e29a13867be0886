"""The waves as a table: instants, propensities and shares in force, for calendar and rule alike."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import instant, length, midnight_after
from sim.parameters import BadInput, Parameters, Problem
from sim.parameters.problems import NOTHING
from sim.parameters.steps import ShareStep
from sim.programme.laws import law
from sim.programme.partners import partner_shares
from sim.rules.joining import WAVE, WaveTable, hazards
from sim.rules.luck import named
from sim.stations.schedule import share_of_cumulative


@dataclass(frozen=True)
class WavesTable:
    """All waves that may open, in order.

    `places` are the places of each wave where they are known beforehand, else None (rule waves whose
    quota follows from those processed). `tranche` is the budget of each wave, `partners` its cumulative
    shares of payment partners [wave, kind, partner]; `learning` [wave, 2] multiplies the duration of courses of those
    awarded in it, and the odds that they complete them.
    """

    names: tuple[str, ...]
    waves: WaveTable
    hazard: tuple[NDArray[np.float64], NDArray[np.float64]]
    places: list[int] | None
    tranche: tuple[int, ...]
    partners: NDArray[np.float64]
    learning: NDArray[np.float64]

    @property
    def as_alone(self) -> bool:
        """Return whether courses last as they do alone, and are completed by as many, in all waves."""
        return bool((self.learning == 1).all())

    def __len__(self) -> int:
        return len(self.names)


def openings(parameters: Parameters, horizon: int) -> list[int]:
    """Return the instants at which waves open, as far as they are known beforehand."""
    return [opens for _, opens, _, _, _ in _instants(parameters, horizon)]


def _instants(parameters: Parameters, horizon: int) -> list[tuple[str, int, int, int, float]]:
    """Return (name, open, close, announced, share failing the face check) of each wave."""
    rule, calendar = parameters.waves.rule, parameters.waves.calendar
    if calendar is not None:
        return [
            (name, instant(w.open), instant(w.close), instant(w.announced), w.face_check_fails)
            for name, w in sorted(calendar.items(), key=lambda item: item[1].open)
        ]
    assert rule is not None
    every, opening, wait = length(rule.every_days), length(rule.open_days), length(parameters.selection.days)
    first = instant(parameters.clock.start) + length(rule.first_day)
    return [
        (f"w{k:02d}", at, at + opening, at + opening + wait, 0.0)
        for k, at in enumerate(range(first, horizon, every), start=1)
    ]


def waves_table(parameters: Parameters, horizon: int) -> WavesTable:
    """Return the table of waves that may open before the horizon."""
    plan = _instants(parameters, horizon)
    table = np.zeros(len(plan), dtype=WAVE)
    joining, selection, purchase = parameters.joining, parameters.selection, parameters.purchase
    luck_of = _luck_of([name for name, *_ in plan])
    newcomers, losers, eligible = map(in_force, (joining.newcomers, joining.losers, selection.eligible))
    bought_from = [step.from_wave for step in purchase.waves]
    latest = -1
    for k, (name, opens, closes, announced, face) in enumerate(plan):
        latest = max(latest, closes)
        buys = purchase.waves[bisect_right(bought_from, k + 1) - 1]
        row = table[k]
        row["named"] = luck_of[name]
        row["open"], row["close"], row["announced"], row["latest_close"] = opens, closes, announced, latest
        row["deadline"] = midnight_after(announced, purchase.deadline_days)
        row["newcomers"], row["losers"] = newcomers(opens), losers(opens)
        row["eligible"] = eligible(announced)
        row["face_check_fails"] = face
        row["buys"], row["buys_after"] = buys.buys, law(buys.delay)
    rule, calendar = parameters.waves.rule, parameters.waves.calendar
    places: list[int] | None = None
    if calendar is not None:
        each = [float(calendar[name].places) for name, *_ in plan]
        places = share_of_cumulative(each, parameters.population.scale)
    elif rule is not None and rule.places is not None:
        places = share_of_cumulative([float(rule.places)] * len(plan), parameters.population.scale)
    first_waves = [t.first_wave for t in parameters.budget.tranches.values()]
    return WavesTable(
        names=tuple(name for name, *_ in plan),
        waves=WaveTable(table),
        hazard=(hazards(table["newcomers"]), hazards(table["losers"])),
        places=places,
        tranche=tuple(bisect_right(first_waves, k + 1) - 1 for k in range(len(plan))),
        partners=partner_shares(parameters, table["announced"].tolist()),
        learning=_learning(parameters, len(plan)),
    )


def _learning(parameters: Parameters, waves: int) -> NDArray[np.float64]:
    """Return by what the duration of courses and the odds of completing them are multiplied, by wave of award."""
    training = parameters.training
    paces = _by_wave([(step.from_wave, step.factor) for step in training.pace], waves)
    return np.column_stack([paces, _by_wave([(step.from_wave, step.odds) for step in training.completion], waves)])


def _by_wave(steps: Sequence[tuple[int, float]], waves: int) -> NDArray[np.float64]:
    """Return the value in force in each wave, of steps from a wave on."""
    begins = [first for first, _ in steps]
    return np.array([steps[bisect_right(begins, k + 1) - 1][1] for k in range(waves)], dtype=np.float64)


def _luck_of(names: list[str]) -> dict[str, int]:
    """Return the number by which the luck of each wave is keyed; raise BadInput if two waves would share theirs."""
    names_of: dict[int, str] = {}
    for name in names:
        other = names_of.setdefault(named(name), name)
        if other != name:
            do = "Name one of the two otherwise."
            raise BadInput([Problem("waves.calendar", NOTHING, f"{other} and {name} would have the same luck", do)])
    return {name: number for number, name in names_of.items()}


def in_force(steps: Sequence[ShareStep]) -> Callable[[int], float]:
    """Return what gives the share in force at an instant, of steps in the order of time; before them all, the first."""
    begins = [instant(step.since) for step in steps]
    return lambda at: steps[max(bisect_right(begins, at) - 1, 0)].share
