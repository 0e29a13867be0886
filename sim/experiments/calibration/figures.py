"""What was published: which figures the fit may use, how exact they are, and what a run says of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sim.calendar.instants import instant
from sim.experiments.run import Result
from sim.journey.measures import STAGES
from sim.journey.money import Benefit
from sim.parameters import Parameters
from sim.parameters.fitted import why_not_fitted
from sim.results.tables.published import FUNNEL, stages_at

DAY = timedelta(days=1)

AFTER_AWARD = ("bought_first", "completed_first", "paid_first_incentive", "incentive_rupiah", "revoked", "fully_paid")
"""What follows the award; the other figures are of the way to it."""

ELIGIBLE = "eligible"
"""Those of a wave who joined and are eligible: no figure of them is published, but that there were enough."""

SIGNIFICANT = 1
"""Digits of a printed figure that are taken to be exact, even where they are noughts."""

COARSE = 0.01
"""From this share of a figure on, half a unit of its last digit is a latent of its own, uniform; below, rounding is one
of several small normal errors."""

AGE_SHARE, OLDEST_SCALE = 0.05, 2.0
"""The scale of how old a figure may be when it is printed: a share of the programme's age, and at most so many days.

Sources that tell of which day their figures are print them two to five days later; these have no age. Those that do not
tell it are thought to be a day or two old: three in four are not more than 2.3 days old.
"""


@dataclass(frozen=True)
class Figure:
    """A published figure that the fit may use."""

    what: str
    scope: str
    at: datetime
    published: float
    unit: float | None = None
    """What it is rounded to; none: as its noughts say."""
    bound: bool = False
    """Whether it says that there were at least so many, and not how many."""
    dated: bool = False
    """Whether its source says of which day it is."""

    @property
    def name(self) -> str:
        """Return its name."""
        return f"{self.what} {self.scope + ' ' if self.scope else ''}{self.at:%Y-%m-%d}"

    @property
    def after_award(self) -> bool:
        """Return whether it is of what follows the award."""
        return self.what in AFTER_AWARD

    @property
    def moving(self) -> bool:
        """Return whether it grows with time, so that it matters when it was counted."""
        return not self.scope

    @property
    def may_be_older(self) -> bool:
        """Return whether it may be of some time before its report, and that matters."""
        return self.moving and not self.dated

    @property
    def half(self) -> float:
        """Return half a unit of its last digit, as a share of it: what was counted lies within so much of it.

        A bound is exact: it is the number of places.
        """
        if self.bound:
            return 0.0
        return (half_unit(self.published) if self.unit is None else self.unit / 2) / self.published

    @property
    def coarse(self) -> bool:
        """Return whether it is rounded so much that it matters where within the rounding it was."""
        return self.half >= COARSE

    @property
    def rounding(self) -> float:
        """Return the standard deviation of its logarithm by rounding, which is uniform."""
        return self.half / math.sqrt(3)


def half_unit(published: float) -> float:
    """Return half a unit of the last digit that was printed: the first of the noughts at its end, or exact."""
    whole = round(published)
    noughts = len(str(whole)) - len(str(whole).rstrip("0"))
    return 0.5 * 10.0 ** max(min(noughts, len(str(whole)) - SIGNIFICANT), 0)


def published_figures(parameters: Parameters) -> tuple[list[Figure], list[tuple[Figure, str]]]:
    """Return the figures that the fit uses, and those that it leaves out with the reason."""
    used, left_out = list[Figure](), list[tuple[Figure, str]]()
    for figure in _figures(parameters):
        why = why_not_fitted(parameters, figure.what, figure.at, figure.published)
        if why:
            left_out.append((figure, why))
        else:
            used.append(figure)
    return [*used, *_filled(parameters)], left_out


def _filled(parameters: Parameters) -> Iterator[Figure]:
    """Yield, of each wave that was filled by the date of the fit, that at least so many eligible people had joined."""
    published, calendar = parameters.published, parameters.waves.calendar
    assert calendar is not None
    announced = [wave.announced for wave in calendar.values()]
    for wave in published.selected:
        at = announced[wave.wave - 1]
        if at <= published.fit_until:
            yield Figure(ELIGIBLE, str(wave.wave), at, wave.people, bound=True)


def _figures(parameters: Parameters) -> Iterator[Figure]:
    published, calendar = parameters.published, parameters.waves.calendar
    assert calendar is not None, "only history is fitted, whose waves come by the calendar"
    announced = [wave.announced for wave in calendar.values()]
    for row in published.funnel:
        for what in (*FUNNEL, "incentive_rupiah"):
            known = getattr(row, what)
            if known is not None:
                yield Figure(what, "", row.at, known, dated=row.dated)
    for some in published.revocations:
        yield Figure("revoked", _waves(some.first_wave, some.last_wave), some.at, some.revoked)
    for wave in published.joined:
        yield Figure("joined", str(wave.wave), announced[wave.wave - 1], wave.people)
    for group in published.eligible_of_joined:
        scope = _waves(group.first_wave, group.last_wave)
        yield Figure("eligible_share", scope, announced[group.last_wave - 1], group.share)


def _waves(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


@dataclass(frozen=True)
class Seen:
    """What a run says: of each figure its size, and what it was a day before; and all stages, by the instant."""

    figures: dict[str, float]
    a_day_before: dict[str, float]
    stages: dict[str, dict[str, float]]
    """Of each instant of `instants_of`, as ISO."""


def seen(result: Result, figures: list[Figure]) -> Seen:
    """Return what a run says of some figures, at full population."""
    observations = result.observations
    parameters = observations.programme.parameters
    scale = parameters.population.scale
    rows = {(row["figure"], row["scope"] or "", row["at"]): row for row in result.tables["published"].rows}
    waves = {str(row["wave"]): row for row in result.tables["waves"].rows}

    def of(figure: Figure) -> float:
        if figure.what == ELIGIBLE:
            return float(waves[figure.scope][ELIGIBLE] or 0)
        return float(rows[figure.what, figure.scope, figure.at]["full_population"])

    def before(what: str, at: datetime) -> float:
        if what == "incentive_rupiah":
            paid = observations.payments_before(Benefit.INCENTIVE, "paid", instant(at))
            return paid * parameters.budget.incentive / scale
        return observations.before(STAGES[what][0], instant(at)) / scale

    instants = instants_of(figures, parameters.published.fit_until)
    return Seen(
        {each.name: of(each) for each in figures},
        {each.name: before(each.what, each.at - DAY) for each in figures if each.moving},
        {at.isoformat(): stages_at(observations, at) for at in instants},
    )


def instants_of(figures: list[Figure], ends: datetime) -> list[datetime]:
    """Return the instants of figures that are counts so far, and that when the fit ends, ascending."""
    return sorted({each.at for each in figures if each.moving} | {ends})


def moments_of(figures: list[Figure], ends: datetime) -> list[str]:
    """Return the moments at which a run must be observed beside those of the figures."""
    return [f"{at:%Y-%m-%dT%H:%M}" for at in sorted({each.at - DAY for each in figures if each.moving} | {ends})]
