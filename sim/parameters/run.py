"""How a run is made, its clock, and the question it answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.dates import Day, EveryYear, Wib
from sim.parameters.problems import Fault, Problem, raise_any, shown
from sim.parameters.quantities import choice, number, whole


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
    window_hours: Annotated[float, number("must be from 0.1 to 24", "Set a number of hours.", lambda x: 0.1 <= x <= 24)]
    threads: Annotated[int, whole(1, 2, "Set 1, 2 or null; the results are the same.")] | None


def _each_once(days: tuple[Any, ...]) -> tuple[Any, ...]:
    raise_any(
        Problem(f"[{index}]", day, "is listed twice", "Leave one of the two out.")
        for index, day in enumerate(days)
        if day in days[:index]
    )
    return days


class Holidays(Block):
    """List the working days on which nobody works."""

    dates: Annotated[tuple[Day, ...], AfterValidator(_each_once)]
    every_year_from: Day
    every_year: Annotated[tuple[EveryYear, ...], AfterValidator(_each_once)]


class Clock(Block):
    """Say when the run starts and ends."""

    start: Wib
    end: Wib | None
    longest_years: Annotated[
        float,
        number(
            f"must be above 0 and at most {limits.LONGEST_YEARS}", "Set years.", lambda x: 0 < x <= limits.LONGEST_YEARS
        ),
    ]
    holidays: Holidays

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end is not None and self.end <= self.start:
            allowed = f"must be after clock.start ({shown(self.start)}), or null (until nothing is left to do)"
            raise Fault([Problem("end", self.end, allowed, "Move one of the two.")])
        return self


class Scenario(Block):
    """Name the question, and the keys that the scenario changes."""

    name: Annotated[str, BeforeValidator(_name)]
    question: Text
    changes: tuple[Text, ...]
