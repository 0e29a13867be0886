"""From the portal to the pool."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, field_validator

from sim.parameters.law import Law
from sim.parameters.problems import Fault, Problem
from sim.parameters.quantities import Part, Share, number
from sim.parameters.station import Check, Outage, Servers, ServersStep, Station, apart, rising


class Portal(Station):
    """Describe what the web site takes."""


class Screening(Part):
    """Describe the comparison with the lists of other aid: parallel servers, 0 is closed."""

    servers: Servers
    steps: Annotated[tuple[ServersStep, ...], AfterValidator(rising)]
    outages: Annotated[tuple[Outage, ...], AfterValidator(apart)]
    service: Law
    passes: Share

    @field_validator("service", mode="after")
    @classmethod
    def _check(cls, service: Law) -> Law:
        if service.least_seconds < 1e-6:
            allowed = "must never be under 1 microsecond"
            raise Fault([Problem("minimum", service.minimum, allowed, "Set a minimum, such as 1 second.")])
        return service


class Test(Part):
    """Describe the test that ends the processing."""

    taken: Share
    delay: Law
    minutes: Annotated[
        float, number("must be from 0 to 10,000", "Set a number of minutes.", lambda x: 0 <= x <= 10_000)
    ]


class Processing(Station):
    """Describe the processing; its own rate is registrants taken through it."""

    patience: Law | None
    email: Check
    registry: Check
    third_layer: Check
    screening: Screening
    test: Test
