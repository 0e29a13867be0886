"""The budget and what a participant gets of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import AfterValidator

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.called import Called
from sim.parameters.problems import Problem, raise_any
from sim.parameters.quantities import Rupiah, RupiahOfOne, WaveNumber, WholeDays, whole


class Tranche(Block):
    """Give an amount that waves from a first one on may commit."""

    first_wave: WaveNumber
    rupiah: Rupiah


def from_wave_one(waves: Iterable[tuple[str, int]]) -> Iterator[Problem]:
    """Find wave numbers, each with its path, that do not start at 1 and strictly increase."""
    before = 0
    for path, wave in waves:
        if not before and wave != 1:
            yield Problem(path, wave, "must be 1, the first wave", "Begin the list with wave 1.")
        elif wave <= before:
            allowed = f"must be above the one before it ({before})"
            yield Problem(path, wave, allowed, "List them in the order of the waves.")
        before = wave
    if not before:
        yield Problem("", [], "must have one entry at least", "Begin with wave 1.")


def _tranches(tranches: dict[str, Tranche]) -> dict[str, Tranche]:
    raise_any(from_wave_one((f"{name}.first_wave", tranche.first_wave) for name, tranche in tranches.items()))
    return tranches


class Budget(Block):
    """Bound the commitments: an award commits the whole benefit, a revocation releases it."""

    tranches: Annotated[dict[str, Tranche], AfterValidator(_tranches)]
    training_balance: Annotated[RupiahOfOne, Called("training balance")]
    incentive: Annotated[RupiahOfOne, Called("an incentive")]
    incentives: Annotated[
        int, whole(1, limits.INCENTIVES, "Set the number of monthly incentives."), Called("incentives of a participant")
    ]
    survey: Annotated[RupiahOfOne, Called("pay of a survey")]
    unspent_returns_days: Annotated[WholeDays, Called("unspent balances return after")]
