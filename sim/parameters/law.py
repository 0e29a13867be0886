"""A law of chance for a length of time."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from sim.parameters.block import Block
from sim.parameters.problems import Problem, raise_any
from sim.parameters.quantities import MOST_DAYS, choice, number

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}

Length = Annotated[float, number("must be 0 or more", "Set a length of time.", lambda x: x >= 0)]
Spread = Annotated[
    float,
    number("must be from 0 to 10", "Set the standard deviation as a share of the mean.", lambda x: 0 <= x <= 10),
]


class Law(Block):
    """Describe a drawn length: `minimum` plus a drawn length whose mean is `mean`.

    `spread` is the coefficient of variation of the drawn length, for the lognormal law only.
    """

    law: Annotated[
        Literal["constant", "exponential", "lognormal", "uniform"],
        choice("constant", "exponential", "lognormal", "uniform", do="Choose one."),
    ]
    unit: Annotated[Literal["seconds", "minutes", "hours", "days"], choice(*SECONDS, do="Choose one.")]
    minimum: Length
    mean: Length
    spread: Spread

    @property
    def seconds_a_unit(self) -> int:
        """Return the seconds of one unit."""
        return SECONDS[self.unit]

    @property
    def least_seconds(self) -> float:
        """Return the shortest length that can be drawn, in seconds."""
        certain = self.mean if self.law == "constant" else 0.0
        return (self.minimum + certain) * self.seconds_a_unit

    @model_validator(mode="after")
    def _check(self) -> Self:
        found = []
        most = MOST_DAYS * SECONDS["days"] / self.seconds_a_unit
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
