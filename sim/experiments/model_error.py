"""What the model itself may be off: a draw of the fitted discrepancy for each world and figure, within what bounds it.

A world's figures are those of the simulated programme. What is published differs from it by more than is not known of
the parameters, since no model is exact; the fit says by how much, as a standard deviation of logarithms, up to the
award and after it. That size was learned from figures of 2020 and is held for every date, up to 16 months later: that
the model is off by more the further it looks ahead is in no interval.

Each figure has a draw for each day of the programme, correlated by exp(-days / 30) as in the fit, and a date takes that
of its day. The generator is keyed by the seed of the run, the world and the figure: a draw is the same whatever dates
are asked beside it, on any number of processes.

No stage can have more people than the stage before it. A cap alone would bend the figures that lie near their bound:
of two stages of the same people the later one would be the least of two draws, too low and too narrow. So the draw of a
stage also follows that of the stage before, by the share of its people who came so far: with a share s it is
s times the draw before and sqrt(1 - s^2) times its own. It is as large as before; stages of nearly the same people, as
reviewed and paid a first incentive, are off by nearly the same; and those of few people by their own. What is left is
capped at the stage before, with its own error, of the same world and instant. Rupiah paid to participants are off as
those paid a first incentive are, so that what each has stays as simulated. What the config sets has no error: it caps
what follows, and nothing follows its draw.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from sim.calendar.instants import DAY, instant
from sim.experiments.calibration.figures import AFTER_AWARD
from sim.experiments.calibration.likelihood import DAYS_ALIKE
from sim.results.tables.published import BY_DATE, GIVEN, GIVEN_BY_CALENDAR, PAID, TRAINING
from sim.results.tables.published_in_worlds import Asked

FOLLOWS_THE_AWARD = frozenset((*AFTER_AWARD, "reviewed", *PAID, *TRAINING)) - {*GIVEN, *GIVEN_BY_CALENDAR}
"""Figures of what follows the award; the others are of the way to it."""

BALANCE, *OF_THE_BALANCE = TRAINING
CHAINS = (
    BY_DATE,
    ("joined", "awarded", "revoked"),
    *((BALANCE, each) for each in OF_THE_BALANCE),
    *(("paid_first_incentive", each) for each in PAID),
)
"""Figures of one instant of which each is bounded by those before it; the second of one wave."""

ORDER = ("joined", *BY_DATE, "revoked", *TRAINING, *PAID)
"""Each figure after those that bound it."""

ALIKE = math.exp(-1 / DAYS_ALIKE)
"""Correlation of the draws of two days that follow one another."""


class _Drawn(NamedTuple):
    simulated: float
    published: float
    draw: float | None
    """Of a normal law of size one; none: the figure is given."""


@dataclass(frozen=True)
class ModelError:
    """The model's discrepancy: its standard deviation of logarithms, up to the award and after it."""

    up_to_award: float
    after_award: float
    seed: int
    """Of the run."""

    def draws(self, world: int, figure: str, days: int) -> list[float]:
        """Return a figure's own draws of the first so many days of the programme, each normal of size one."""
        normal = np.random.default_rng([self.seed, world, *figure.encode()]).standard_normal(days).tolist()
        rest = math.sqrt(1 - ALIKE**2)
        return list(accumulate(normal, lambda before, new: ALIKE * before + rest * new))

    def published(self, world: int, asked: Sequence[Asked], simulated: Sequence[float | None]) -> list[float | None]:
        """Return what may be published of figures in a world, from what it simulates of each; none: not reached."""
        days = max((_day(each.at) for each in asked), default=0) + 1
        own = {what: self.draws(world, what, days) for what in {each.what for each in asked}}
        beside: dict[tuple[str, datetime], dict[str, _Drawn]] = {}
        found = list(simulated)
        for k in sorted(range(len(asked)), key=lambda k: _place(asked[k].what)):
            each, value = asked[k], simulated[k]
            if value is None:
                continue
            there = beside.setdefault((each.of, each.at), {})
            if each.role == "input":
                drawn = _Drawn(value, value, None)
            else:
                drawn = self._drawn(each.what, value, own[each.what][_day(each.at)], there)
            there[each.what] = drawn
            found[k] = drawn.published
        return found

    def _drawn(self, what: str, value: float, own: float, there: dict[str, _Drawn]) -> _Drawn:
        """Return a figure with its error, from its own draw and the figures of the same instant that may bound it."""
        size = self.after_award if what in FOLLOWS_THE_AWARD else self.up_to_award
        bound = there.get(_before(what, there))
        if bound is None or not bound.simulated:
            return _Drawn(value, value * math.exp(size * own), own)
        if what in PAID:
            return _Drawn(value, value * bound.published / bound.simulated, bound.draw)
        share = 0.0 if bound.draw is None else min(value / bound.simulated, 1.0)
        draw = share * (bound.draw or 0.0) + math.sqrt(1 - share**2) * own
        return _Drawn(value, min(value * math.exp(size * draw), bound.published), draw)


def _before(what: str, there: Collection[str]) -> str:
    """Return the nearest figure that bounds another, of those that are there; nothing where none does."""
    before = (each for chain in CHAINS if what in chain for each in reversed(chain[: chain.index(what)]))
    return next((each for each in before if each in there), "")


def _place(what: str) -> int:
    return ORDER.index(what) if what in ORDER else 0


def _day(at: datetime) -> int:
    """Return the day of the programme; what was before it is of the first."""
    return max(instant(at) // DAY, 0)
