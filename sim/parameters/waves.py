"""Waves, who joins them, and who is selected."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.called import Called
from sim.parameters.dates import Wib
from sim.parameters.law import Law
from sim.parameters.problems import Fault, Problem, raise_any, shown
from sim.parameters.quantities import Days, People, Share, days, number, several
from sim.parameters.steps import ShareStep, some_rising


class Wave(Block):
    """Describe a wave of the calendar; `places` are drawn before the face check."""

    open: Annotated[Wib, Called("opening")]
    close: Annotated[Wib, Called("closing")]
    announced: Annotated[Wib, Called("announcement")]
    places: People
    face_check_fails: Annotated[Share, Called("failed face checks")]


def _calendar(waves: dict[str, Wave]) -> dict[str, Wave]:
    found = []
    for name, wave in waves.items():
        if wave.close <= wave.open:
            allowed = f"must be after the wave opens ({shown(wave.open)})"
            found.append(Problem(f"{name}.close", wave.close, allowed, "Close it later, or open it earlier."))
        if wave.announced < wave.close:
            allowed = f"must not be before the wave closes ({shown(wave.close)})"
            found.append(Problem(f"{name}.announced", wave.announced, allowed, "Announce it later."))
    names = list(waves)
    for before, name in pairwise(names):
        if waves[name].open <= waves[before].open:
            allowed = f"must be after {before} opens ({shown(waves[before].open)})"
            found.append(Problem(f"{name}.open", waves[name].open, allowed, "List the waves in the order they open."))
    raise_any(found)
    return waves


class WaveRule(Block):
    """Describe waves that come by a rule, the first one some days after the start of the clock.

    `places`, when given, is the places of each wave; otherwise they follow `quota_share`.
    """

    first_day: Annotated[Days, Called("first wave after")]
    every_days: Annotated[float, number(1, 3650, "Set a number of days."), Called("a wave every", "days")]
    open_days: Annotated[float, days(3650), Called("waves open for", "days")]
    quota_share: Annotated[Share, Called("places of a wave, of those processed")]
    places: Annotated[People | None, Called("places of each wave", none="those for the processed")]


class Waves(Block):
    """Hold the calendar of waves, or the rule by which they come."""

    calendar: (
        Annotated[dict[str, Wave], several(0, limits.WAVES, "waves", "Leave some out."), AfterValidator(_calendar)]
        | None
    )
    rule: WaveRule | None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.calendar is None) == (self.rule is None):
            both = "both are there" if self.rule else "neither is there"
            allowed = f"must hold a calendar or a rule, one of the two; {both}"
            raise Fault([Problem("", both, allowed, "Say waves=calendar or waves=weekly.")])
        return self


class Joining(Block):
    """Describe who of the pool joins a wave, and for how many waves."""

    newcomers: Annotated[tuple[ShareStep, ...], AfterValidator(some_rising)]
    losers: Annotated[tuple[ShareStep, ...], AfterValidator(some_rising)]
    delay: Annotated[Law, Called("delay of joining")]
    patience_waves: Annotated[
        Annotated[float, number(1, 1e9, "Set a number of waves.", "must be 1 or more, or null (for ever)")] | None,
        Called("patience in the pool", "waves", none="for ever"),
    ]


class SelectionShares(Block):
    """Share out the quota before the lottery."""

    priority: Annotated[Share, Called("priority share of the places")]
    regional: Annotated[Share, Called("regional share of the places")]
    affirmative: Annotated[Share, Called("affirmative share of the places")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        total = self.priority + self.regional + self.affirmative
        if total > 1 + 1e-9:
            allowed = f"must sum to 1 at most, they sum to {total:.10g}"
            raise Fault([Problem("", dict(self), allowed, "Lower one; the rest of the quota is the lottery's.")])
        return self


class Selection(Block):
    """Describe who is eligible, the shares by law, and the days until a rule wave is announced."""

    eligible: Annotated[tuple[ShareStep, ...], AfterValidator(some_rising), Called("shares of the eligible")]
    shares: SelectionShares
    days: Annotated[Days, Called("selection of a wave by rule")]
