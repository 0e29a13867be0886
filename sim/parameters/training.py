"""Linking an account, buying courses, and training."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.budget import from_wave_one
from sim.parameters.law import Law
from sim.parameters.problems import Fault, Problem, raise_any
from sim.parameters.quantities import Positive, Share, WaveNumber, WholeDays, whole


class Account(Block):
    """Describe the linking of an account at a payment partner; `repair` delays the second try of who fails."""

    delay: Law
    unbanked_delay: Law
    fails: Share
    repair: Law


class FirstPurchase(Block):
    """Give the propensity to buy and its delay, from a wave on."""

    from_wave: WaveNumber
    buys: Share
    delay: Law


def _first_purchases(waves: tuple[FirstPurchase, ...]) -> tuple[FirstPurchase, ...]:
    raise_any(from_wave_one((f"[{index}].from_wave", wave.from_wave) for index, wave in enumerate(waves)))
    return waves


CoursePrice = Annotated[int, whole(1, limits.RUPIAH_OF_ONE, "Set a price in rupiah.")]


class Price(Block):
    """Describe the price of a course: `least` to `most`, cheaper where `shape` is larger."""

    least: CoursePrice
    most: CoursePrice
    shape: Positive

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.least > self.most:
            allowed = f"must be at most the highest price ({self.most:,})"
            raise Fault([Problem("least", self.least, allowed, "Lower it, or raise the highest.")])
        return self


class Further(Block):
    """Describe the courses after the first."""

    appetite: Share
    courses: Annotated[int, whole(1, limits.COURSES, "Set how many courses a participant buys at most.")]
    delay: Law


class Purchase(Block):
    """Describe the buying of courses."""

    deadline_days: WholeDays
    waves: Annotated[tuple[FirstPurchase, ...], AfterValidator(_first_purchases)]
    price: Price
    further: Further


class Training(Block):
    """Describe a course from purchase to review."""

    duration: Law
    completes: Share
    certificate: Law
    reviews: Share
    review: Law
