"""What the model itself may be off: a draw of the fitted discrepancy for each world and figure, within what bounds it.

A world's figures are those of the simulated programme. What is published differs from it by more than is not known of
the parameters, since no model is exact; the fit says by how much, as a standard deviation of logarithms, up to the
award and after it. That size was learned from figures of 2020 and is held for every date, up to 16 months later: that
the model is off by more the further it looks ahead is in no interval.

**Over time.** A count so far cannot fall. Were its error drawn anew every month, as the fit has it for 2020, when
counts doubled in a month, it would fall wherever little is added in a month. So the error of a count moves as the count
grows: between two dates it is as alike as a Matern law of order 3/2 says, (1 + x) exp(-x), with
x = 3 ln(later / earlier). A count that has doubled is as alike as the fit's 30 days, exp(-1); one that has grown by 5 %
is 99 % alike. The law is smooth: at the sizes that are fitted the error takes back less than is added. What a larger
one would take back is cut off at the count of the date before. Of single waves, which are no count so far, draws are
alike by exp(-days / 30).

The generator is keyed by the seed of the run, the world and the figure, and its draws are laid along the size of the
count, or along the days: a draw is the same whatever dates are asked beside it, on any number of processes.

**Along the funnel.** No stage can have more people than the stage before it. A cap alone would bend the figures that
lie near their bound: of two stages of the same people the later one would be the least of two draws, too low and too
narrow. So the draw of a stage also follows the error of the stage before, by the share of its people who came so far:
with a share s it is s times the error before and sqrt(1 - s^2) times its own draw. It is as large as before; stages of
nearly the same people, as reviewed and paid a first incentive, are off by nearly the same; and those of few people by
their own. What is left is capped at the stage before, with its own error, of the same world and instant; what follows
follows the error that the cap left. Rupiah paid to participants are off as those paid a first incentive are, so that
what each has stays as simulated. What the config sets has no error: it caps what follows, and nothing follows it.

Who is awarded buys, or is revoked, or has still time; the two together are at most the awarded, as balances paid and
returned are at most those awarded. Where nearly all of the awarded have bought or are revoked, more who buy are fewer
who are revoked: what an error adds to those who bought beyond the awarded less the revoked is taken from the revoked,
the less of it the fewer are left of them, so that it never takes all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from sim.calendar.instants import DAY, instant
from sim.experiments.calibration.figures import AFTER_AWARD
from sim.experiments.calibration.likelihood import DAYS_ALIKE
from sim.results.tables.published import BY_DATE, GIVEN, GIVEN_BY_CALENDAR, PAID, REVOKED, TRAINING
from sim.results.tables.published_in_worlds import Asked

Values = NDArray[np.float64]

FOLLOWS_THE_AWARD = frozenset((*AFTER_AWARD, "reviewed", *PAID, *TRAINING)) - {*GIVEN, *GIVEN_BY_CALENDAR}
"""Figures of what follows the award; the others are of the way to it."""

BALANCE, *OF_THE_BALANCE = TRAINING
CHAINS = (
    BY_DATE,
    ("joined", "awarded", REVOKED),
    *((BALANCE, each) for each in OF_THE_BALANCE),
    *(("paid_first_incentive", each) for each in PAID),
)
"""Figures of one instant of which each is bounded by those before it; the second of one wave."""

PAID_OF_IT, RETURNED = OF_THE_BALANCE
PARTS = {"bought_first": ("awarded", REVOKED), PAID_OF_IT: (BALANCE, RETURNED)}
"""The greater of two parts that together are no more than a whole: the whole, and the other part."""

ORDER = ("joined", *BY_DATE[: BY_DATE.index("bought_first")], REVOKED, *BY_DATE[BY_DATE.index("bought_first") :])
ORDER += (BALANCE, RETURNED, PAID_OF_IT, *PAID)
"""Each figure after those that bound it; of the parts of one whole the greater last."""

ALIKE = math.exp(-1 / DAYS_ALIKE)
"""Correlation of the draws of two days that follow one another."""

GROWTH_ALIKE = 3.0
"""How fast the error of a count changes as it grows, in x for each ln(later / earlier)."""

STEP = 0.05
"""The draws of a count lie so far apart, in its logarithm; between them they are joined by lines."""

LARGEST = 40.0
"""Logarithm of a count that is never reached, in people or in rupiah."""


class _Drawn(NamedTuple):
    simulated: float
    published: float
    error: float | None
    """In standard deviations of its logarithm, within its bound; none: the figure is given."""


@dataclass(frozen=True)
class ModelError:
    """The model's discrepancy: its standard deviation of logarithms, up to the award and after it."""

    up_to_award: float
    after_award: float
    seed: int
    """Of the run."""

    def by_day(self, world: int, figure: str, days: int) -> list[float]:
        """Return a figure's own draws of the first so many days of the programme, each normal of size one."""
        normal = np.random.default_rng([self.seed, world, *figure.encode()]).standard_normal(days).tolist()
        rest = math.sqrt(1 - ALIKE**2)
        return list(accumulate(normal, lambda before, new: ALIKE * before + rest * new))

    def by_size(self, world: int, figure: str, count: float) -> float:
        """Return the own draw of a count so far when it has some size, normal of size one."""
        return float(np.interp(math.log(max(count, 1.0)), *_along(self.seed, world, figure)))

    def published(self, world: int, asked: Sequence[Asked], simulated: Sequence[float | None]) -> list[float | None]:
        """Return what may be published of figures in a world, from what it simulates of each; none: not reached."""
        days = max((_day(each.at) for each in asked), default=0) + 1
        of_waves = {what: self.by_day(world, what, days) for what in {each.what for each in asked if each.of}}
        beside: dict[tuple[str, datetime], dict[str, _Drawn]] = {}
        latest: dict[str, dict[str, _Drawn]] = defaultdict(dict)
        so_far: dict[str, dict[str, float]] = defaultdict(dict)
        for k in sorted(range(len(asked)), key=lambda k: (asked[k].at, _place(asked[k].what))):
            each, value = asked[k], simulated[k]
            if value is None:
                continue
            if (each.of, each.at) not in beside:
                so_far[each.of] |= {what: drawn.published for what, drawn in latest[each.of].items()}
                beside[each.of, each.at] = latest[each.of] = {}
            there, before = beside[each.of, each.at], so_far[each.of]
            if each.role == "input":
                drawn = _Drawn(value, value, None)
            else:
                what = each.what
                own = of_waves[what][_day(each.at)] if each.of else self.by_size(world, what, value)
                drawn = self._drawn(what, value, own, there, before)
            there[each.what] = drawn
            _leave_the_rest(each.what, there, before)
        return [
            None if value is None else beside[each.of, each.at][each.what].published
            for each, value in zip(asked, simulated, strict=True)
        ]

    def _drawn(
        self, what: str, value: float, own: float, there: Mapping[str, _Drawn], before: Mapping[str, float]
    ) -> _Drawn:
        """Return a figure with its error: from its own draw, and from those of the instant that may bound it.

        `before` has what may be published of the same figures at the date before.
        """
        size = self.after_award if what in FOLLOWS_THE_AWARD else self.up_to_award
        bound, so_far = _bound(what, there), before.get(what, 0.0)
        if bound is None or not bound.simulated:
            return _Drawn(value, max(value * math.exp(size * own), so_far), own)
        if what in PAID:
            return _Drawn(value, max(value * bound.published / bound.simulated, so_far), bound.error)
        share = 0.0 if bound.error is None else min(value / bound.simulated, 1.0)
        error = share * (bound.error or 0.0) + math.sqrt(1 - share**2) * own
        room = bound.published
        published = min(value * math.exp(size * error), room)
        _, other = PARTS.get(what, ("", ""))
        if other in there:
            published = _within(published, room - there[other].published, room)
            published = min(published, room - before.get(other, 0.0))
        published = max(published, so_far)
        if value > 0 and published > 0:
            error = math.log(published / value) / size
        return _Drawn(value, published, error)


def _bound(what: str, there: Mapping[str, _Drawn]) -> _Drawn | None:
    """Return what bounds a figure, of those of its instant: the nearest one before it."""
    chain = (each for chain in CHAINS if what in chain for each in reversed(chain[: chain.index(what)]))
    return next((there[each] for each in chain if each in there), None)


def _within(published: float, free: float, room: float) -> float:
    """Return a part of a whole, within its room; beyond what is free it takes ever less of the other part."""
    if published <= free or free >= room:
        return published
    return free + (room - free) * -math.expm1((free - published) / (room - free))


def _leave_the_rest(what: str, there: dict[str, _Drawn], before: Mapping[str, float]) -> None:
    """Leave to the other part of a whole what the greater part does not take, and no less than at the date before."""
    whole, other = PARTS.get(what, ("", ""))
    if whole not in there or other not in there:
        return
    rest = there[whole].published - there[what].published
    there[other] = there[other]._replace(published=max(min(there[other].published, rest), before.get(other, 0.0)))


@lru_cache(maxsize=256)
def _along(seed: int, world: int, figure: str) -> tuple[Values, Values]:
    """Return logarithms of a count, and its draws there: autoregressive of order two, with one root twice.

    That is a Matern law of order 3/2 at the points of a grid, as the steps become small (Whittle 1954).
    """
    sizes = np.arange(0, LARGEST, STEP)
    normal = np.random.default_rng([seed, world, len(sizes), *figure.encode()]).standard_normal(len(sizes))
    root = math.exp(-GROWTH_ALIKE * STEP)
    alike = 2 * root / (1 + root**2)
    first, second = normal[0], alike * normal[0] + math.sqrt(1 - alike**2) * normal[1]
    new = math.sqrt((1 - root**2) ** 3 / (1 + root**2)) * normal[2:]
    state = np.array([2 * root * second - root**2 * first, -(root**2) * second])
    rest, _ = lfilter([1.0], [1.0, -2 * root, root**2], new, zi=state)
    return sizes, np.concatenate(([first, second], rest))


def _place(what: str) -> int:
    return ORDER.index(what) if what in ORDER else 0


def _day(at: datetime) -> int:
    """Return the day of the programme; what was before it is of the first."""
    return max(instant(at) // DAY, 0)
