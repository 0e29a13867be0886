"""Dates left out and predicted: the fit made again without each, from the same emulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from sim.experiments.calibration.figures import Figure
from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.learning import Learned, draws_of
from sim.experiments.calibration.likelihood import Target
from sim.experiments.calibration.said import brief
from sim.experiments.calibration.sampling import Chains, Effort, sample
from sim.experiments.jobs.executors import side_by_side
from sim.report.intervals import amounts
from sim.report.text import block, wrapped

EFFORT = Effort(chains=32, rounds=5, steps=60, kept=800)
"""The chains of a fit without a date: half as many as of the fit itself, and half as long."""

AGREED = 1.05
"""R-hat below which chains of that length agree: a variance is then off by 10 % at the most, an interval by 5 %.

In short chains R-hat is above 1 though they agree: by halves of m chains that are worth e draws it is about the root of
1 + 2 m / e, which is 1.05 where 32 chains are worth 600.
"""

ENOUGH = 200
"""Independent draws that an interval needs: it then holds 90 % with a standard deviation of 2 %.

That is less than half of what counting 30 figures leaves unknown of the share inside.
"""

DRAWS = 2000
"""Draws of a prediction."""

MIDDLE = 0.9
"""The share of draws that an interval holds."""

BESIDE = 0.85
"""A figure whose error is as alike as that to one that is used lies beside it: it is hardly more than filled in."""

RESAMPLED, SEED = 10_000, 20201015
"""How often dates are drawn again, and the seed of it."""


@dataclass(frozen=True)
class Predicted:
    """A figure that was left out, and draws of what it was predicted to be."""

    figure: Figure
    draws: Values
    alike: float = 0.0
    """The greatest correlation of its error with that of a figure that is used."""

    @property
    def interval(self) -> tuple[float, float]:
        """Return the ends of the middle 90 % of the draws."""
        low, high = np.quantile(self.draws, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2])
        return float(low), float(high)

    @property
    def covered(self) -> bool:
        """Return whether the interval holds the figure."""
        low, high = self.interval
        return low <= self.figure.published <= high

    @property
    def error(self) -> float:
        """Return by which share the median is off."""
        return float(abs(np.median(self.draws) / self.figure.published - 1))

    @property
    def score(self) -> float:
        """Return the continuous ranked probability score of the logarithm: near the median's error, less if narrow."""
        return crps(np.log(self.draws), np.log(self.figure.published))

    @property
    def interval_score(self) -> float:
        """Return the interval score of the logarithm (Gneiting and Raftery 2007): the width, and what lies beyond."""
        low, high = np.log(self.interval)
        seen = np.log(self.figure.published)
        return float(high - low + 2 / (1 - MIDDLE) * (max(low - seen, 0) + max(seen - high, 0)))


@dataclass(frozen=True)
class Agreement:
    """How far the chains of a fit without a date agree: their worst R-hat, their fewest independent draws."""

    at: datetime
    rhat: float
    effective: float

    @classmethod
    def of(cls, at: datetime, chains: Chains) -> Agreement:
        """Return how far some chains agree."""
        return cls(at, float(chains.rhat.max()), float(chains.effective.min()))

    @property
    def enough(self) -> bool:
        """Return whether what is drawn without this date may be believed."""
        return self.rhat < AGREED and self.effective > ENOUGH


def crps(draws: Values, seen: float) -> float:
    """Return the continuous ranked probability score of draws: E|X - seen| - E|X - X'| / 2."""
    ordered = np.sort(draws)
    n = len(ordered)
    apart = 2 * (ordered @ (2 * np.arange(1, n + 1) - n - 1)) / (n * (n - 1))
    return float(np.abs(ordered - seen).mean() - apart / 2)


def left_out_in_turn(
    learned: Learned, tell: Callable[[str], None], effort: Effort = EFFORT
) -> tuple[list[Predicted], list[Agreement]]:
    """Return every figure as a fit without those of its date predicts it, and how far the chains of each agree."""
    target, asked = learned.target(), list[_Without]()
    for number, date in enumerate(dates(target.figures)):
        out = tuple(k for k, figure in enumerate(target.figures) if figure.at.date() == date.date())
        asked.append(_Without(date, replace(target, unused=out), effort, learned.problem.rng(100 + number)))

    def told(done: int) -> None:
        tell(f"dates left out: {done} of {len(asked)}")

    told(0)
    found = side_by_side(_predicted, asked, learned.problem.workers, told)
    return [each for predicted, _ in found for each in predicted], [agreement for _, agreement in found]


@dataclass(frozen=True)
class _Without:
    """A fit without the figures of a date, and its luck."""

    date: datetime
    target: Target
    effort: Effort
    rng: np.random.Generator


def _predicted(asked: _Without) -> tuple[list[Predicted], Agreement]:
    """Return the figures that are left out as the others predict them, and how far the chains agree."""
    without, rng = asked.target, asked.rng
    chains = sample(without, len(without.active), asked.effort, rng)
    drawn = without.predicted(draws_of(without, chains, DRAWS, rng), rng)
    alike = without.correlation[np.ix_(without.left_out, without.used)].max(axis=1)
    found = [
        Predicted(without.figures[k], np.exp(drawn[:, row]), float(alike[row]))
        for row, k in enumerate(without.left_out)
    ]
    return found, Agreement.of(asked.date, chains)


def said_of_chains(agreed: Sequence[Agreement]) -> list[str]:
    """Return how far the chains of all dates agree: the worst, and without which date."""
    apart, fewest = max(agreed, key=lambda each: each.rhat), min(agreed, key=lambda each: each.effective)
    said = "agree" if all(each.enough for each in agreed) else "do NOT all agree, or are too short"
    return wrapped(
        f"The chains of the {len(agreed)} fits {said}: R-hat at most {apart.rhat:.3f} (without {apart.at:%-d %B %Y}), "
        f"at least {fewest.effective:,.0f} independent draws of every latent (without {fewest.at:%-d %B %Y})."
    )


def why_not_relied_on(agreed: Sequence[Agreement]) -> str:
    """Return why the predictions may not be believed; nothing where they may."""
    wrong = [
        f"without {each.at:%-d %B %Y} R-hat is {each.rhat:.3f} and {each.effective:,.0f} draws are independent"
        for each in agreed
        if not each.enough
    ]
    return f"{'; '.join(wrong)}; it must be below {AGREED}, of more than {ENOUGH}" if wrong else ""


def dates(figures: Sequence[Figure]) -> list[datetime]:
    """Return the first moment of each date on which there are figures."""
    first: dict[object, datetime] = {}
    for figure in sorted((each for each in figures if not each.bound), key=lambda each: each.at):
        first.setdefault(figure.at.date(), figure.at)
    return list(first.values())


def share_between(hits: int, of: int) -> tuple[float, float]:
    """Return the 90 % interval of a share of which so many were seen (Clopper and Pearson)."""
    from scipy.special import betaincinv

    tail = (1 - MIDDLE) / 2
    low = float(betaincinv(hits, of - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, of - hits, 1 - tail)) if hits < of else 1.0
    return low, high


def share_over_dates(found: Sequence[Predicted]) -> tuple[float, float]:
    """Return the 90 % interval of the share that lies inside, where figures of one date hit or miss together.

    Dates are drawn again, with all their figures (a bootstrap of clusters), by a generator of its own. It is never
    narrower than if every figure stood for itself: of few dates, or where all hit, drawing again says too little.
    """
    of_dates: dict[object, list[bool]] = {}
    for each in found:
        of_dates.setdefault(each.figure.at.date(), []).append(each.covered)
    hits, of = (np.array([count(some) for some in of_dates.values()]) for count in (sum, len))
    taken = np.random.default_rng(SEED).integers(0, len(of), (RESAMPLED, len(of)))
    ends = np.quantile(hits[taken].sum(axis=1) / of[taken].sum(axis=1), [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2])
    low, high = share_between(int(hits.sum()), int(of.sum()))
    return min(low, float(ends[0])), max(high, float(ends[1]))


def said_of_predictions(found: Sequence[Predicted]) -> list[str]:
    """Return predictions and how good they are, as lines."""
    rows = []
    for each in sorted(found, key=lambda each: (each.figure.at, each.figure.name)):
        published, low, high = amounts(each.figure.published, *each.interval)
        off = f"{100 * (np.median(each.draws) / each.figure.published - 1):+.1f} %"
        rows.append((brief(each.figure), low, high, published, "" if each.covered else "missed", off))
    heading = ("Left out", "90 % from", "to", "published", "", "median")
    parts = [
        ("all", list(found)),
        ("after the award", [each for each in found if each.figure.after_award]),
        (f"beside one, errors correlated by {BESIDE} or more", [each for each in found if each.alike >= BESIDE]),
        ("beside none such", [each for each in found if each.alike < BESIDE]),
    ]
    said = [line for name, some in parts if some for line in _summary(name, some)]
    last = max(each.figure.at for each in found)
    return [*block(heading, rows), "", *said, *wrapped(f"All are dated up to {last:%-d %B %Y}. {NOT_TESTED}")]


NOT_TESTED = "Nothing here tests a forecast of months."
"""What leaving out single dates of half a year cannot tell."""


def _summary(name: str, some: Sequence[Predicted]) -> list[str]:
    hits = sum(each.covered for each in some)
    low, high = share_over_dates(some)
    reports = len({each.figure.at.date() for each in some})
    return wrapped(
        f"Of {len(some)} figures ({name}) {hits} lie within their 90 % interval: {100 * hits / len(some):.0f} %. They "
        f"come from {reports} dates, and figures of one date hit or miss together, so the true share may be "
        f"{100 * low:.0f} to {100 * high:.0f} % (at 90 %). Median error "
        f"{100 * np.median([each.error for each in some]):.1f} %, mean CRPS "
        f"{np.mean([each.score for each in some]):.3f}, mean interval score "
        f"{np.mean([each.interval_score for each in some]):.2f} (of logarithms; less is better)."
    )
