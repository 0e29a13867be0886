"""What the model itself may be off: a draw of the fitted discrepancy for each world and figure, within what bounds it.

A world's figures are those of the simulated programme. What is published differs from it by more than is not known of
the parameters, since no model is exact; the fit says by how much, as a standard deviation of logarithms, up to the
award and after it. That size was learned from figures of 2020 and is held for every date, up to 16 months later: that
the model is off by more the further it looks ahead is in no interval. Draws are not conditioned on how far the model
was off in 2020: the members meet those figures each in its own way, and an error that is known would make the intervals
narrower, not wider.

**Over time, and of waves.** The errors of two figures are as alike as the fit has them (`alike`): of a count so far the
more, the less it has grown; of the revoked of some waves by the waves that both have; of those who joined a wave by the
days between. What of a count is still taken back is cut off at the date before.

The generator is keyed by the seed of the run, the world and the figure, and its draws are laid along the size of the
count, or along the days, or are one a wave: a figure's own draw is the same whatever is asked beside it, on any number
of processes. What is published depends on the dates before, where it is cut off, and on the figures of its instant,
which it follows.

**Along the funnel.** No stage can have more people than the stage before it, and of two stages of nearly the same
people, as reviewed and paid a first incentive, the errors are nearly the same. So the error of a stage follows that of
the stage before, told or not, by the share of its people who came so far: with a share s it is s times the error before
and sqrt(1 - s^2) times its own draw. What would exceed the stage before takes of those who did not come, the less the
fewer are left. What the config sets has no error: of a given number of people those who come are off by the fitted size
where few come, and by less where nearly all do. Rupiah paid to participants are off as those paid a first incentive
are, so that what each has stays as simulated.

Who is awarded buys, or is revoked, or has still time. Where nobody has time any more, a few per cent more who buy are
many per cent fewer who are revoked, and the fitted size cannot hold of both: the revoked follow the awarded who did not
buy, and are off by more. So it is with balances returned, of those awarded and not paid; what is returned with the
revoked is off as these are, and only the rest by an error of its own.
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

from sim.calendar.instants import DAY, instant
from sim.experiments.calibration.alike import DAYS_ALIKE, waves_of
from sim.experiments.calibration.figures import AFTER_AWARD
from sim.results.tables.published import BY_DATE, GIVEN, GIVEN_BY_CALENDAR, PAID, REVOKED, TRAINING
from sim.results.tables.published_in_worlds import OF_A_WAVE, Asked

Values = NDArray[np.float64]

FOLLOWS_THE_AWARD = frozenset((*AFTER_AWARD, "reviewed", *PAID, *TRAINING)) - {*GIVEN, *GIVEN_BY_CALENDAR}
"""Figures of what follows the award; the others are of the way to it."""

BALANCE, BALANCE_PAID, BALANCE_RETURNED = (f"training_{flow}_rupiah" for flow in ("awarded", "paid", "returned"))
CHAINS = (
    BY_DATE,
    ("joined", "awarded", REVOKED),
    (BALANCE, BALANCE_PAID),
    (BALANCE, BALANCE_RETURNED),
    *(("paid_first_incentive", each) for each in PAID),
)
"""Figures of one instant of which each is bounded by those before it; the second of one wave."""

OF_THE_REST = {REVOKED: ("awarded", "bought_first"), BALANCE_RETURNED: (BALANCE, BALANCE_PAID)}
"""Figures that are of a whole less another part of it."""

ORDER = ("joined", *BY_DATE, REVOKED, BALANCE, BALANCE_PAID, BALANCE_RETURNED, *PAID)
"""Each figure after those that bound it."""

ALIKE = math.exp(-1 / DAYS_ALIKE)
"""Correlation of the draws of two days that follow one another."""

STEP, STEPS = 0.01, 4000
"""The draws of a count lie so far apart, in its logarithm; between them they are joined by lines. So many are enough
for any count of people or rupiah; the generator is keyed by how many there are."""


class _Drawn(NamedTuple):
    simulated: float
    published: float

    @property
    def off(self) -> float:
        """Return the logarithm by which it is off, within its bound."""
        return math.log(self.published / self.simulated) if self.simulated > 0 < self.published else 0.0


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

    def by_waves(self, world: int, figure: str, waves: range) -> float:
        """Return the own draw of a figure of some waves, of one of its own for each, normal of size one."""
        each = [np.random.default_rng([self.seed, world, wave, *figure.encode()]).standard_normal() for wave in waves]
        return sum(each) / math.sqrt(len(each))

    def published(self, world: int, asked: Sequence[Asked], simulated: Sequence[float | None]) -> list[float | None]:
        """Return what may be published of figures in a world, from what it simulates of each; none: not reached."""
        days = max((_day(each.at) for each in asked), default=0) + 1
        of_waves = {
            what: self.by_day(world, what, days) for what in {each.what for each in asked if each.of} - {REVOKED}
        }
        beside: dict[tuple[str, datetime], dict[str, _Drawn]] = {}
        latest: dict[str, dict[str, _Drawn]] = defaultdict(dict)
        so_far: dict[str, dict[str, float]] = defaultdict(dict)
        revoked: dict[str, float] = {}
        for k in sorted(range(len(asked)), key=lambda k: (asked[k].at, _place(asked[k].what))):
            each, value = asked[k], simulated[k]
            if value is None:
                continue
            if (each.of, each.at) not in beside:
                so_far[each.of] |= {what: drawn.published for what, drawn in latest[each.of].items()}
                beside[each.of, each.at] = latest[each.of] = {}
            there, what = beside[each.of, each.at], each.what
            if each.role == "input":
                there[what] = _Drawn(value, value)
                continue
            one_wave = each.of.startswith(OF_A_WAVE)
            if what == REVOKED and each.of:
                own = self.by_waves(world, what, waves_of(each.of.removeprefix(OF_A_WAVE)))
            elif each.of:
                own = of_waves[what][_day(each.at)]
            else:
                own = self.by_size(world, what, value)
            of_groups = what == REVOKED and bool(each.of) and not one_wave
            if of_groups:  # no fewer than of a part of these waves, at a date before
                parts = (count for other, count in revoked.items() if _contains(each.of, other))
                so_far[each.of][REVOKED] = max(so_far[each.of].get(REVOKED, 0.0), *parts, 0.0)
            there[what] = self._drawn(what, value, own, there, so_far[each.of])
            if of_groups:  # and all together are no fewer
                revoked[each.of] = there[what].published
                so_far[""][REVOKED] = max(so_far[""].get(REVOKED, 0.0), there[what].published)
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
        bound, least = _bound(what, there), _least(what, before)
        if bound is None or not bound.simulated:
            return _Drawn(value, max(value * math.exp(size * own), least))
        if what in PAID:
            return _Drawn(value, max(value * bound.published / bound.simulated, least))
        of_it = _with_the_revoked(there, value) if what == BALANCE_RETURNED else _Drawn(0.0, 0.0)
        rest = _Drawn(bound.simulated - of_it.simulated, max(bound.published - of_it.published, 0.0))
        share = min((value - of_it.simulated) / rest.simulated, 1.0) if rest.simulated > 0 else 0.0
        off = share * rest.off + math.sqrt(1 - share**2) * size * own
        published = max(of_it.published + rest.published * _moved(share, off - rest.off), least)
        left = sum(before.get(other, 0.0) for other, (_, part) in OF_THE_REST.items() if part == what)
        return _Drawn(value, min(published, bound.published - left))


def _contains(some: str, others: str) -> bool:
    """Return whether the waves that a scope such as `1-7` names are among them all those of another."""
    return {*waves_of(others)} <= {*waves_of(some)}


def _with_the_revoked(there: Mapping[str, _Drawn], returned: float) -> _Drawn:
    """Return how much of what is returned comes back with the revoked; nothing where these are not known."""
    if not all(what in there and there[what].simulated for what in (REVOKED, "awarded", BALANCE)):
        return _Drawn(0.0, 0.0)
    balance = there[BALANCE].simulated / there["awarded"].simulated
    simulated = min(balance * there[REVOKED].simulated, returned)
    return _Drawn(simulated, simulated * there[REVOKED].published / there[REVOKED].simulated)


def _bound(what: str, there: Mapping[str, _Drawn]) -> _Drawn | None:
    """Return what bounds a figure, of those of its instant: the nearest one before it, less the other part of it."""
    chain = (each for chain in CHAINS if what in chain for each in reversed(chain[: chain.index(what)]))
    found = next((each for each in chain if each in there), None)
    if found is None:
        return None
    whole, part = OF_THE_REST.get(what, ("", ""))
    if found != whole or part not in there:
        return there[found]
    simulated, published = (a - b for a, b in zip(there[whole], there[part], strict=True))
    return _Drawn(simulated, max(published, 0.0))


def _least(what: str, before: Mapping[str, float]) -> float:
    """Return how many there are at the least: as many as at the date before, of it or of any stage behind it."""
    behind = (what, *BY_DATE[BY_DATE.index(what) + 1 :]) if what in BY_DATE else (what,)
    parts = (
        before.get(rest, 0.0) + before.get(part, 0.0) for rest, (whole, part) in OF_THE_REST.items() if whole in behind
    )
    return max(*(before.get(each, 0.0) for each in behind), *parts, 0.0)


def _moved(share: float, off: float) -> float:
    """Return a share whose logarithm is moved, below one: what it gains it takes of the rest, ever less of it."""
    if off <= 0 or share >= 1:
        return share * math.exp(min(off, 0.0))
    return 1 - (1 - share) * math.exp(-share * math.expm1(off) / (1 - share))


@lru_cache(maxsize=256)
def _along(seed: int, world: int, figure: str) -> tuple[Values, Values]:
    """Return logarithms of a count, and its draws there: autoregressive, each as alike to the next as exp(-STEP)."""
    from scipy.signal import lfilter  # takes long to load: only where there are worlds

    draws = np.random.default_rng([seed, world, STEPS, *figure.encode()]).standard_normal(STEPS)
    draws[1:] *= math.sqrt(1 - math.exp(-2 * STEP))
    found: Values = lfilter([1.0], [1.0, -math.exp(-STEP)], draws)
    return np.linspace(0, STEP * (STEPS - 1), STEPS), found


def _place(what: str) -> int:
    return ORDER.index(what) if what in ORDER else 0


def _day(at: datetime) -> int:
    """Return the day of the programme; what was before it is of the first."""
    return max(instant(at) // DAY, 0)
