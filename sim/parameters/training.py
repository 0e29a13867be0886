"""Linking an account, buying courses, and training."""

from __future__ import annotations

from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, model_validator

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.budget import from_wave_one
from sim.parameters.called import Called
from sim.parameters.law import Law
from sim.parameters.problems import Fault, Problem, raise_any
from sim.parameters.quantities import Positive, Share, WaveNumber, WholeDays, number, whole


class Account(Block):
    """Describe the linking of an account at a payment partner; `repair` delays the second try of who fails."""

    delay: Annotated[Law, Called("delay of linking an account")]
    unbanked_delay: Annotated[Law, Called("delay of linking an account, of the unbanked")]
    fails: Annotated[Share, Called("accounts that fail to link")]
    repair: Annotated[Law, Called("repair of an account")]


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

    least: Annotated[CoursePrice, Called("lowest price of a course", "rupiah")]
    most: Annotated[CoursePrice, Called("highest price of a course", "rupiah")]
    shape: Annotated[Positive, Called("shape of the prices of courses")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.least > self.most:
            allowed = f"must be at most the highest price ({self.most:,})"
            raise Fault([Problem("least", self.least, allowed, "Lower it, or raise the highest.")])
        return self


class OpenPrice(Price):
    """Describe the price of a course in an open market."""

    least: Annotated[CoursePrice, Called("lowest price of a course in an open market", "rupiah")]
    most: Annotated[CoursePrice, Called("highest price of a course in an open market", "rupiah")]
    shape: Annotated[Positive, Called("shape of the prices of courses in an open market")]


class Further(Block):
    """Describe the courses after the first."""

    appetite: Annotated[Share, Called("appetite for further courses")]
    courses: Annotated[
        int, whole(1, limits.COURSES, "Set how many courses a participant buys at most."), Called("courses at most")
    ]
    delay: Annotated[Law, Called("delay of further courses")]


class Purchase(Block):
    """Describe the buying of courses."""

    deadline_days: Annotated[WholeDays, Called("deadline of the first purchase")]
    waves: Annotated[
        tuple[FirstPurchase, ...], AfterValidator(_first_purchases), Called("propensities to buy a first course")
    ]
    price: OpenPrice
    further: Further


class Pace(Block):
    """Multiply the duration of all courses of those awarded, from a wave on."""

    from_wave: WaveNumber
    factor: Annotated[float, number(0, 1_000, "Set a factor, such as 1.2.")]


class Completion(Block):
    """Multiply the odds that a course is completed, share / (1 - share), of those awarded from a wave on."""

    from_wave: WaveNumber
    odds: Annotated[float, number(0, 1_000, "Set a factor of the odds, such as 1.2.")]


ByWave = TypeVar("ByWave", Pace, Completion)


def _by_wave(waves: tuple[ByWave, ...]) -> tuple[ByWave, ...]:
    raise_any(from_wave_one((f"[{index}].from_wave", wave.from_wave) for index, wave in enumerate(waves)))
    return waves


class Training(Block):
    """Describe a course from purchase to review."""

    pace: Annotated[tuple[Pace, ...], AfterValidator(_by_wave), Called("durations of courses by wave")]
    completion: Annotated[
        tuple[Completion, ...], AfterValidator(_by_wave), Called("odds that courses are completed by wave")
    ]
    duration: Annotated[Law, Called("duration of a course in an open market")]
    completes: Annotated[Share, Called("courses that are completed in an open market")]
    certificate: Annotated[Law, Called("delay of certificates")]
    reviews: Annotated[Share, Called("courses that are reviewed")]
    review: Annotated[Law, Called("delay of reviews")]
