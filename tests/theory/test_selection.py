"""The lottery against the hypergeometric law: draws without putting back, in one wave after another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.rules import luck
from sim.rules.people import Trait
from sim.rules.priority_and_regional_shares import SHARES, SharesRecord
from sim.rules.records import record
from sim.rules.selecting import AWARDED, Verdict, select
from tests.building import ALPHA
from tests.theory.evidence import agrees, varies

WAVES = 3_000


@dataclass(frozen=True)
class Draw:
    """A group among people of whom so many are awarded; `law` is that of the group's winners."""

    stage: Verdict
    people: int
    group: int
    places: int

    def law(self, group: float) -> Any:
        """Return the hypergeometric law of the winners of a group of a size."""
        return stats.hypergeom(self.people, round(group), self.places)

    def put_back(self) -> Any:
        """Return the law of draws with putting back."""
        return stats.binom(self.places, self.group / self.people)


DRAWS = {
    # Of 1,000 who joined, 300 are women; 400 places by lottery.
    "lottery": Draw(Verdict.LOTTERY, 1_000, 300, 400),
    # Of 600 listed workers, 270 are women; 250 of 500 places are theirs.
    "priority": Draw(Verdict.PRIORITY, 600, 270, 250),
}


@cache
def women_awarded(name: str) -> Any:
    """Return how many women each of 3,000 waves awards by the lottery, or by priority [wave]."""
    draw = DRAWS[name]
    people = 1_000
    traits = np.zeros(people, dtype=np.uint32)
    order = np.random.default_rng(22).permutation(people)
    priority = 0.0
    places = draw.places
    if name == "priority":
        traits[order[: draw.people]] |= np.uint32(1 << Trait.LISTED_WORKER)
        priority, places = 0.5, 2 * draw.places
    traits[order[: draw.group]] |= np.uint32(1 << Trait.WOMAN)
    shares = SharesRecord(record(SHARES, priority=priority, regional=0.0, affirmative=0.0))
    key, everyone = luck.key(80, 0), np.arange(people)
    found = np.empty(WAVES)
    for wave in range(WAVES):
        verdict = select(key, shares, wave, 1.0, 0.0, places, everyone, traits)
        assert (verdict >= AWARDED).sum() == places
        assert (verdict == draw.stage).sum() == draw.places
        found[wave] = ((verdict == draw.stage) & (traits >> np.uint32(Trait.WOMAN) & np.uint32(1) > 0)).sum()
    return found


@pytest.mark.parametrize("name", DRAWS)
def test_a_draw_is_hypergeometric(name: str) -> None:
    """Catches a lottery that favours a group, or draws with putting back: mean, variance and every count."""
    found, theory = women_awarded(name), DRAWS[name].law(DRAWS[name].group)
    assert agrees(found, theory.mean())
    assert varies(found, theory.var())
    assert fits(found, theory)


@pytest.mark.parametrize("name", DRAWS)
def test_a_small_fault_of_a_draw_is_seen(name: str) -> None:
    """Catches a test without power: a group 5 % larger, and draws with putting back, must be seen."""
    found, theory = women_awarded(name), DRAWS[name].law(DRAWS[name].group * 1.05)
    assert not agrees(found, theory.mean())
    assert not fits(found, theory)
    assert not varies(found, DRAWS[name].put_back().var())


def fits(found: Any, theory: Any) -> bool:
    """Return whether counts follow a law, by chi-squared over its deciles; wrongly no with the chance ALPHA."""
    edges = np.unique(theory.ppf(np.linspace(0.1, 0.9, 9)))
    cells = np.searchsorted(edges, found)
    expected = np.diff(np.concatenate([[0.0], theory.cdf(edges), [1.0]])) * found.size
    counts = np.bincount(cells, minlength=expected.size)
    return bool(stats.chisquare(counts, expected).pvalue > ALPHA)


def test_waves_draw_independently() -> None:
    """Catches a lottery whose winners of one wave are favoured in the next: correlation of neighbours is none."""
    found = women_awarded("lottery")
    correlation = np.corrcoef(found[:-1], found[1:])[0, 1]
    assert abs(correlation) < stats.norm.isf(ALPHA / 2) / np.sqrt(WAVES - 1)
