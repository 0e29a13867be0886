"""The training market: platforms, the courses that providers list there, and how people choose, wait and come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.called import Called
from sim.parameters.capacity import Capacity
from sim.parameters.dates import Wib
from sim.parameters.law import Law, Spread
from sim.parameters.market_file import MarketFile, read_market_file
from sim.parameters.problems import Fault, Problem, raise_any, shown
from sim.parameters.quantities import Positive, Share, choice, number, several, truth, whole
from sim.parameters.run import Text
from sim.parameters.station import Capped, RateStation, RunHour, Service
from sim.parameters.steps import ShareStep, Since, rising
from sim.parameters.training import Price

Tail = Annotated[float, number(0.1, 100, "Set the exponent of a Pareto law; the smaller, the heavier its tail.")]
Factor = Annotated[float, number(0, 1_000, "Set a factor, such as 1.")]


class Platform(Since):
    """Describe a marketplace or a digital store: its share, its checkout, and the certificates that it issues.

    It is there from `since` until `until` (null: for good). Its share is of those who come while it is there,
    renormalised over all that are there.
    """

    name: Text
    kind: Annotated[Literal["marketplace", "store"], choice("marketplace", "store", do="Choose one.")]
    until: Annotated[Wib | None, Called("", none="for good")]
    share: Share
    share_steps: Annotated[tuple[ShareStep, ...], AfterValidator(rising)]
    checkout: RateStation
    certificates: Capped

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.until is not None and self.until <= self.since:
            allowed = f"must be after the platform's entry ({shown(self.since)})"
            raise Fault([Problem("until", self.until, allowed, "Let it leave later, or write null.")])
        return self


SeatsOfAClass = Annotated[int, whole(1, 1_000_000, "Set the seats of a class.")]


class ClassSeats(Block):
    """Describe the seats of a class: from `least` to `most`, smaller where `shape` is larger."""

    least: Annotated[SeatsOfAClass, Called("least seats of a class")]
    most: Annotated[SeatsOfAClass, Called("most seats of a class")]
    shape: Annotated[Positive, Called("shape of the seats of classes")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        raise_any(_upside_down(self.least, self.most))
        return self


Platforms = Annotated[int, whole(1, limits.PLATFORMS, "Set a number of platforms.")]


class Listing(Block):
    """Give on how many platforms a provider lists its courses: from `least` to `most`, each number as likely."""

    least: Annotated[Platforms, Called("least platforms of a provider")]
    most: Annotated[Platforms, Called("most platforms of a provider")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        raise_any(_upside_down(self.least, self.most))
        return self


class Completion(Block):
    """Give the share of a course's buyers who complete it: from `least` to `most`, each as likely."""

    least: Annotated[Share, Called("least share of a course's buyers who complete it")]
    most: Annotated[Share, Called("greatest share of a course's buyers who complete it")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        raise_any(_upside_down(self.least, self.most))
        return self


def _upside_down(least: float, most: float) -> Iterator[Problem]:
    if least > most:
        yield Problem("least", least, f"must be at most the greatest ({most:,})", "Lower it, or raise the greatest.")


class Catalogue(Block):
    """Describe the courses on sale by a few numbers, from which luck of their own makes them.

    Providers differ in size, and courses in popularity, by Pareto laws with these exponents. The live seats that all
    courses offer a week are shared out among the live ones as their expected sales to the power of `follow`.
    """

    seed: Annotated[
        int,
        whole(0, 2**63 - 1, "Set any whole number; another one is another catalogue."),
        Called("seed of the catalogue"),
    ]
    providers: Annotated[int, whole(1, limits.PROVIDERS, "Set a number of providers."), Called("training providers")]
    courses: Annotated[int, whole(1, limits.ON_SALE, "Set a number of courses."), Called("courses on sale")]
    sizes: Annotated[Tail, Called("exponent of the sizes of providers")]
    popularity: Annotated[Tail, Called("exponent of the popularity of courses")]
    platforms: Listing
    live: Annotated[Share, Called("live courses")]
    seats: ClassSeats
    seats_a_week: Annotated[
        float, number(0, 1e9, "Set the seats of all live classes a week; 0 is closed."), Called("live seats a week")
    ]
    follow: Annotated[
        float,
        number(0, 2, "Set 0 for equal seats, 1 for seats as the expected sales are."),
        Called("power of the expected sales by which seats are shared out"),
    ]
    price: Price
    duration: Annotated[Service, Called("duration of a course")]
    completion: Completion

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.courses < self.providers:
            allowed = f"must be at least one for each of the {self.providers:,} providers"
            raise Fault([Problem("courses", self.courses, allowed, "Add courses, or take providers away.")])
        return self


class Pace(Block):
    """Describe a drawn factor: `minimum` plus a drawn factor whose mean is `mean`; `spread` is as that of a law."""

    law: Annotated[
        Literal["constant", "exponential", "lognormal", "uniform"],
        choice("constant", "exponential", "lognormal", "uniform", do="Choose one."),
        Called("law of the pace in self-paced courses"),
    ]
    minimum: Annotated[Factor, Called("least pace in self-paced courses")]
    mean: Annotated[Factor, Called("mean pace in self-paced courses")]
    spread: Annotated[Spread, Called("spread of the pace in self-paced courses")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.law != "lognormal" and self.spread:
            allowed, do = f"has no effect on the law {self.law}", "Set it to 0, or the law to lognormal."
            raise Fault([Problem("spread", self.spread, allowed, do)])
        return self


class Adding(Block):
    """Describe providers that add seats: each Monday, where tries for live seats were `ratio` times those offered.

    Each step raises the seats of a provider's classes by `step` of what they were at first, at most `most` times.
    """

    ratio: Annotated[
        float,
        number(0, 1_000, "Set the tries for a seat that is offered."),
        Called("tries for a seat at which providers add some"),
    ]
    step: Annotated[
        float, number(0, 100, "Set a share of the seats at first, such as 0.1."), Called("seats that a provider adds")
    ]
    most: Annotated[
        int, whole(1, 1_000, "Set how often a provider may add seats."), Called("times that a provider adds seats")
    ]

    @property
    def told(self) -> str:
        """Return the values in words."""
        often = "once" if self.most == 1 else f"{self.most:,} times"
        tries = f"{self.ratio:,.12g} {'try' if self.ratio == 1 else 'tries'}"
        return f"{100 * self.step:,.6g} % of those at first, {often} at most, from {tries} a seat on"


class Market(Block):
    """Describe the market. `file`, a table of the planner's own, takes the place of the catalogue.

    `instructors_share` are the live seats that a provider's instructors can teach a week, as a share of those that its
    classes offer; null is no limit.
    """

    checkout_capacity: Capacity
    seats: Capacity
    instructors: Capacity
    certificates: Capacity
    certificates_hour: Annotated[RunHour, Called("hour at which platforms issue certificates")]
    platforms: Annotated[dict[str, Platform], several(1, limits.PLATFORMS, "platforms", "Join some of them.")]
    file: Annotated[
        Annotated[MarketFile, AfterValidator(read_market_file)] | None, Called("a file of courses of one's own")
    ]
    catalogue: Annotated[Catalogue | None, Called("a catalogue of courses")]
    instructors_share: Annotated[
        Annotated[float, number(0, 1_000, "Set a share, such as 0.8, or null for no limit.")] | None,
        Called("share of the live seats that instructors can teach", none="no limit"),
    ]
    live_only: Annotated[
        bool,
        truth("Choose whether self-paced courses become live, with the seats of live ones."),
        Called("all courses live"),
    ]
    choices: Annotated[
        int,
        whole(1, limits.CHOICES, "Set how many courses a buyer tries before leaving."),
        Called("courses tried before leaving the market"),
    ]
    tries: Annotated[
        int,
        whole(1, limits.TRIES, "Set the tries in all, the first one counted."),
        Called("times that a buyer comes for one course"),
    ]
    patience: Annotated[Law, Called("patience for a class")]
    comes_back: Annotated[Law, Called("delay of coming back to the market")]
    pace: Pace
    adding: Annotated[Adding | None, Called("providers that add seats")]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.file is None and self.catalogue is None:
            do = "Describe a catalogue, or name a file of courses."
            raise Fault([Problem("catalogue", None, "must be there where there is no file", do)])
        if self.file is not None and self.live_only and not any(row.kind == "live" for row in self.file.rows):
            do = "Set it to false, or add a live course."
            raise Fault([Problem("live_only", True, "needs a live course in the file, whose seats all get", do)])
        return self
