"""Published figures that a run of history is held against.

Columns that a source does not give are left out, so they alone have a default: none.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from sim.parameters.block import Block
from sim.parameters.dates import Wib
from sim.parameters.problems import Fault, Problem
from sim.parameters.quantities import People, Rupiah, Share, WaveNumber, truth


class PublishedFunnel(Block):
    """Give the counts of the funnel printed on a date; `dated` where the source says that they are of that day."""

    at: Wib
    dated: Annotated[bool, truth("Say whether the source tells that they are of that day.")] = False
    email_verified: People | None = None
    nik_verified: People | None = None
    layer3_verified: People | None = None
    ever_joined: People | None = None
    awarded: People | None = None
    bought_first: People | None = None
    completed_first: People | None = None
    paid_first_incentive: People | None = None
    incentive_rupiah: Rupiah | None = None


class SomeWaves(Block):
    """Name the waves from a first to a last one."""

    first_wave: WaveNumber
    last_wave: WaveNumber

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last_wave < self.first_wave:
            allowed = f"must be at least the first wave ({self.first_wave})"
            raise Fault([Problem("last_wave", self.last_wave, allowed, "Change one of the two.")])
        return self


class PublishedRevocations(SomeWaves):
    """Give the awards of some waves revoked until a date."""

    at: Wib
    revoked: People


class PublishedShare(SomeWaves):
    """Give a share published for some waves."""

    share: Share


class PublishedWave(Block):
    """Give a count of people published for a wave."""

    wave: WaveNumber
    people: People


class PublishedRecipients(Block):
    """Give the shares of recipients by group."""

    women: Share | None = None
    senior_high_or_more: Share | None = None
    primary_or_less: Share | None = None
    rural: Share | None = None
    disability: Share | None = None
    lagging: Share | None = None


class Published(Block):
    """Hold the published figures; the fit uses those dated up to `fit_until`."""

    fit_until: Wib
    funnel: tuple[PublishedFunnel, ...]
    predictions: tuple[Wib, ...]
    revocations: tuple[PublishedRevocations, ...]
    joined: tuple[PublishedWave, ...]
    eligible_of_joined: tuple[PublishedShare, ...]
    selected: tuple[PublishedWave, ...]
    recipients_2020: PublishedRecipients
    recipients_2021: PublishedRecipients
