"""How a run is made, its clock, and the question it answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from sim.calendar.instants import EPOCH
from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.called import Called
from sim.parameters.dates import Day, EveryYear, Wib
from sim.parameters.problems import Fault, Problem, raise_any, shown
from sim.parameters.quantities import choice, number, truth, whole


def _text(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise Fault([Problem("", value, "must be a text", "Write a few words.")])
    return value


def _folder(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        do = "Name a new folder, relative to where you are."
        raise Fault([Problem("", value, "must be a folder's path, or null for results/runs/", do)])
    return value


def _name(value: Any) -> Any:
    fits = isinstance(value, str) and value.replace("_", "").replace("-", "").isalnum() and len(value) <= 60
    if not fits or not value.isascii():
        allowed = "must be letters, digits, _ and -, at most 60"
        raise Fault([Problem("", value, allowed, "It names the run's folder.")])
    return value


A_DAY = 1 / 365.25
"""Years of a day: a run until nothing is left to do may not be shorter."""

Text = Annotated[str, BeforeValidator(_text)]


class Run(Block):
    """Say how a run is made; none of it is a property of the programme."""

    seed: Annotated[int, whole(0, 2**63 - 1, "Set any whole number; another one is another draw of luck.")]
    replication: Annotated[int, whole(0, 2**32 - 1, "Set the number of the replication, from 0.")]
    folder: Annotated[str, BeforeValidator(_folder)] | None
    people: Annotated[
        Literal["none", "participants", "all"],
        choice("none", "participants", "all", do="Choose whose journeys are written to people.parquet."),
    ]
    figures: Annotated[Literal["all", "none"], choice("all", "none", do="Choose whether figures are drawn.")]
    without_outages: Annotated[bool, truth("Choose whether the same is simulated again without the outages.")]
    window_hours: Annotated[float, number(0.1, 24, "Set a number of hours.")]
    threads: Annotated[int, whole(1, 2, "Set 1, 2 or null; the results are the same.")] | None


class Results(Block):
    """Say in which form results are written."""

    csv: Annotated[
        Literal["plain", "id"],
        choice("plain", "id", do="plain: comma and decimal point; id: semicolon and decimal comma."),
    ]


def _each_once(days: tuple[Any, ...]) -> tuple[Any, ...]:
    first = {day: index for index, day in reversed(list(enumerate(days)))}
    raise_any(
        Problem(f"[{index}]", day, "is listed twice", "Leave one of the two out.")
        for index, day in enumerate(days)
        if first[day] < index
    )
    return days


class Holidays(Block):
    """List the working days on which nobody works."""

    dates: Annotated[tuple[Day, ...], AfterValidator(_each_once), Called("holidays")]
    every_year_from: Annotated[Day, Called("yearly holidays from")]
    every_year: Annotated[tuple[EveryYear, ...], AfterValidator(_each_once), Called("yearly holidays")]


class Clock(Block):
    """Say when the run starts and ends."""

    start: Wib
    end: Wib | None
    longest_years: Annotated[
        float,
        number(
            A_DAY,
            limits.LONGEST_YEARS,
            "Set years.",
            f"must be above 0 and at most {limits.LONGEST_YEARS} (a day at least)",
        ),
        Called("longest run", "years"),
    ]
    holidays: Holidays

    @property
    def longest_days(self) -> int:
        """Return the days, from the zero of the clock, after which a run without a date of its end ends."""
        return int(self.longest_years * 365.25)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end is not None and self.end <= self.start:
            allowed = f"must be after clock.start ({shown(self.start)}), or null (until nothing is left to do)"
            raise Fault([Problem("end", self.end, allowed, "Move one of the two.")])
        latest = EPOCH + timedelta(days=self.longest_days)
        if self.end is None and self.start >= latest:
            allowed = f"must be before {shown(latest)}, where clock.longest_years ({self.longest_years:g}) ends the run"
            raise Fault([Problem("start", self.start, allowed, "Start earlier, lengthen the run, or set its end.")])
        return self


class Scenario(Block):
    """Name the question, and the keys that the scenario changes."""

    name: Annotated[str, BeforeValidator(_name)]
    question: Text
    changes: tuple[Text, ...]
