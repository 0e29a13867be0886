"""What is said beside a question about drivers: its figures and its points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.experiments.drivers.drive import again_of, refuse_points
from sim.library import POINTS, SCALE_OF_DRIVERS
from sim.parameters import BadInput, Parameters, Problem
from sim.parameters.problems import Written

FIGURES, NUMBER = "figures=", "points="


class Wanted(NamedTuple):
    """Figures by name, none for the usual ones, and the points of the design."""

    figures: list[str]
    points: int


def asked_of(words: Sequence[str]) -> tuple[Wanted, list[str]]:
    """Return what is wanted, and the other words; raise BadInput where it cannot be read."""
    figures = [word.removeprefix(FIGURES) for word in words if word.startswith(FIGURES)]
    points = [word.removeprefix(NUMBER) for word in words if word.startswith(NUMBER)]
    for name, given in ((FIGURES, figures), (NUMBER, points)):
        if len(given) > 1:
            do = "Leave one of the two out."
            raise BadInput([Problem(name.removesuffix("="), given, "is given more than once", do)])
    number: object = POINTS
    if points:
        plain = points[0].replace("_", "")
        number = int(plain) if re.fullmatch(r"[0-9]{1,6}", plain) else Written(points[0])
    refuse_points(number)
    assert isinstance(number, int)
    rest = [word for word in words if not word.startswith((FIGURES, NUMBER))]
    return Wanted(_names(figures[0]) if figures else [], number), rest


def _names(given: str) -> list[str]:
    names = [name.strip() for name in given.removeprefix("[").removesuffix("]").split(",")]
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in names):
        do = "Write figures=[weeks_to_clear,participants]."
        raise BadInput([Problem("figures", Written(given), "must be names, with commas between them", do)])
    return names


def costs(points: int, parameters: Parameters, words: Sequence[str]) -> Iterator[str]:
    """Yield what it costs, in words."""
    runs = 1 + points + again_of(points)
    yield f"Simulates {runs} runs: the base, {points} points, {again_of(points)} of them with a second luck."
    if not any(word.startswith("population.scale=") for word in words):
        one = f"one person in {1 / SCALE_OF_DRIVERS:,.0f}"
        yield f"population.scale: {SCALE_OF_DRIVERS} ({one}), since none is said; more people are slower."
