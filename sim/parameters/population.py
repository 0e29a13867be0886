"""Who registers."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.problems import NOTHING, Fault, Problem, raise_any
from sim.parameters.quantities import ABOVE_0, People, Share, Weight, number, several, sum_to_one, whole
from sim.parameters.run import Text


class Province(Block):
    """Describe a province: its weight, its regencies, and how many of them lag behind."""

    name: Text
    weight: Weight
    regencies: Annotated[int, whole(1, limits.REGENCIES, "Set the number of regencies; split a province of more.")]
    lagging: Annotated[int, whole(0, limits.REGENCIES, "Set the number of lagging regencies.")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.lagging > self.regencies:
            allowed = f"must be at most the regencies ({self.regencies})"
            raise Fault([Problem("lagging", self.lagging, allowed, "Lagging regencies are some of them.")])
        return self


def _not_too_many_regencies(provinces: dict[str, Province]) -> dict[str, Province]:
    regencies = sum(province.regencies for province in provinces.values())
    if regencies > limits.ALL_REGENCIES:
        allowed = f"must have at most {limits.ALL_REGENCIES:,} regencies in all, there are {regencies:,}"
        raise Fault([Problem("", NOTHING, allowed, "Join some of them.")])
    return provinces


def _some_weight(provinces: dict[str, Province]) -> dict[str, Province]:
    if not any(province.weight for province in provinces.values()):
        weights = {name: province.weight for name, province in provinces.items()}
        raise Fault([Problem("", weights, "must not weigh 0 all together", "Give one province a weight.")])
    return provinces


class Education(Block):
    """Share applicants out by the school they finished."""

    primary_or_less: Share
    junior_high: Share
    senior_high_or_more: Share

    @model_validator(mode="after")
    def _check(self) -> Self:
        raise_any(sum_to_one("", dict(self), "the shares of education"))
        return self


class Population(Block):
    """Describe who registers."""

    applicants: People
    scale: Annotated[
        float,
        number(ABOVE_0, 1, "Set 1 for everyone, 0.001 for one in a thousand.", "must be above 0 and at most 1"),
    ]
    provinces: Annotated[
        dict[str, Province],
        several(1, limits.PROVINCES, "provinces", "Join some of them."),
        AfterValidator(_some_weight),
        AfterValidator(_not_too_many_regencies),
    ]
    women: Share
    rural: Share
    education: Education
    disability: Share
    returned_migrant: Share
    listed_worker: Share
    e_money: Share
    unbanked: Share

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.applicants and not self.people:
            allowed = f"must leave at least one of {self.applicants:,} applicants"
            raise Fault([Problem("scale", self.scale, allowed, f"Set a scale above {0.5 / self.applicants:.3g}.")])
        return self

    @property
    def people(self) -> int:
        """Return how many people the run simulates."""
        return round(self.applicants * self.scale)
