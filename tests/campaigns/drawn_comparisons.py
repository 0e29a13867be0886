"""Comparisons drawn from a bank of runs: how often their intervals hold the truth, how often they call nothing real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from sim.results.figure import Figure, is_number
from sim.results.meaning import Meaning, meaning
from sim.results.paired import FAMILY_WISE, SAME, Values, difference, holm

Run = Mapping[str, Figure]
Numbers = NDArray[np.int64]
"""Of each comparison (a row) the numbers of the runs that are its replications."""


@dataclass(frozen=True)
class Pairs:
    """A figure of two scenarios over a whole bank, pair by pair."""

    name: str
    meaning: Meaning
    here: Values
    there: Values

    @cached_property
    def apart(self) -> NDArray[np.float64]:
        """Return the differences of all pairs that have both."""
        both = zip(self.here, self.there, strict=True)
        return np.array([one - other for one, other in both if one is not None and other is not None])

    @property
    def vary(self) -> bool:
        """Return whether the differences vary by more than their last bits."""
        most = max((abs(value) for value in (*self.here, *self.there) if value is not None), default=0.0)
        return bool(self.apart.size > 1 and np.ptp(self.apart) > SAME * most)

    @cached_property
    def truth(self) -> float:
        """Return what intervals are to hold: the mean of all differences, or of quantiles the middle one."""
        return float(np.median(self.apart) if self.meaning.quantile else np.mean(self.apart))


def pairs_of(here: Sequence[Run], there: Sequence[Run], words: Mapping[str, str]) -> list[Pairs]:
    """Return every figure that is a number, where the differences vary; `words` are those of stations."""
    names = dict.fromkeys(name for run in (*there, *here) for name in run if not name.startswith("wave."))
    each = (Pairs(name, meaning(name, words), _values(here, name), _values(there, name)) for name in names)
    return [one for one in each if one.vary]


def _values(runs: Sequence[Run], name: str) -> Values:
    found = (run[name].value if name in run else None for run in runs)
    return [float(value) if is_number(value) else None for value in found]  # type: ignore[arg-type]


class Held(NamedTuple):
    """How often the intervals of a figure held the truth."""

    name: str
    held: NDArray[np.float64]
    """Of each comparison 1 or 0; nan where it had no interval."""

    @property
    def of(self) -> int:
        """Return how many intervals there were."""
        return int(np.isfinite(self.held).sum())

    @property
    def count(self) -> int:
        """Return how many of them held the truth."""
        return int(np.nansum(self.held))

    @property
    def share(self) -> float:
        """Return the share that held it."""
        return self.count / self.of


def held(figure: Pairs, numbers: Numbers) -> Held:
    """Return which comparisons' intervals hold the truth."""
    found = np.full(len(numbers), np.nan)
    for row, some in enumerate(numbers):
        one = difference([figure.here[n] for n in some], [figure.there[n] for n in some], figure.meaning)
        if one.low is not None and one.high is not None:
            last_bits = SAME * max(abs(one.low), abs(one.high))
            found[row] = one.low - last_bits <= figure.truth <= one.high + last_bits
    return Held(figure.name, found)


def together(figures: Sequence[Held]) -> tuple[float, float]:
    """Return the share of all intervals of some figures that hold the truth, and its standard error.

    The figures of a comparison are not independent of one another; comparisons are.
    """
    each = np.array([np.nanmean(row) for row in np.array([one.held for one in figures]).T if np.isfinite(row).any()])
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(each.size))


def dealt_again(runs: int, worlds: int, shape: tuple[int, int], chance: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Return numbers of runs, and of others in the same worlds under another luck; run n is in world n modulo worlds.

    Either of a pair is as likely to be the first, so that there is no difference at all between the two.
    """
    first = chance.integers(runs, size=shape)
    others = (runs - 1 - first % worlds) // worlds  # runs of the same world, without the one that was drawn
    steps = 1 + chance.integers(others)
    lucks = others + 1
    return first, first % worlds + worlds * ((first // worlds + steps) % lucks)


def wrongly_real(figures: Sequence[Pairs], first: Numbers, second: Numbers) -> Iterator[bool]:
    """Yield of each comparison of the reference with itself whether any figure is called real (Holm, over all)."""
    for these, those in zip(first, second, strict=True):
        chances = [
            difference([one.there[n] for n in these], [one.there[n] for n in those], one.meaning).chance
            for one in figures
        ]
        yield any(chance is not None and chance < FAMILY_WISE for chance in holm(chances))


def at_least(count: int, of: int) -> float:
    """Return the low end of the exact 95 % interval of a rate."""
    return float(binomtest(count, of).proportion_ci(method="exact").low)


def said(count: int, of: int) -> str:
    """Return a rate with its exact 95 % interval."""
    low, high = binomtest(count, of).proportion_ci(method="exact")
    return f"{100 * count / of:.1f} % ({count:,} of {of:,}; {100 * low:.1f} to {100 * high:.1f} %)"
