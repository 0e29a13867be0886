"""A law of chance for a length of time."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from sim.calendar.instants import DAY, UNIT
from sim.parameters.block import Block
from sim.parameters.problems import Problem, raise_any
from sim.parameters.quantities import ANY, MOST_DAYS, choice, number

Length = Annotated[float, number(0, ANY, "Set a length of time.", "must be 0 or more")]
Spread = Annotated[float, number(0, 10, "Set the standard deviation as a share of the mean.")]


class Law(Block):
    """Describe a drawn length: `minimum` plus a drawn length whose mean is `mean`.

    `spread` is the coefficient of variation of the drawn length, for the lognormal law only.
    """

    law: Annotated[
        Literal["constant", "exponential", "lognormal", "uniform"],
        choice("constant", "exponential", "lognormal", "uniform", do="Choose one."),
    ]
    unit: Annotated[Literal["seconds", "minutes", "hours", "days"], choice(*UNIT, do="Choose one.")]
    minimum: Length
    mean: Length
    spread: Spread

    @property
    def least(self) -> int:
        """Return the shortest length that can be drawn, in whole microseconds, rounded as it is when it is drawn."""
        unit = UNIT[self.unit]
        certain = self.mean * unit if self.law == "constant" else 0.0
        return int(self.minimum * unit + certain)

    @model_validator(mode="after")
    def _check(self) -> Self:
        found = []
        most = MOST_DAYS * DAY / UNIT[self.unit]
        for key in ("minimum", "mean"):
            value = getattr(self, key)
            if value > most:
                found.append(
                    Problem(
                        key,
                        value,
                        f"must be at most {most:,.0f} {self.unit}",
                        "Shorten it, or change the unit.",
                    )
                )
        if self.law != "lognormal" and self.spread:
            found.append(
                Problem(
                    "spread",
                    self.spread,
                    f"has no effect on the law {self.law}",
                    "Set it to 0, or the law to lognormal.",
                )
            )
        raise_any(found)
        return self
