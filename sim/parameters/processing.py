"""From the portal to the pool. A new station of the processing is a field here, and a line of `sim.journey.route`."""

from __future__ import annotations

from typing import Annotated

from sim.parameters.block import Block
from sim.parameters.called import Called
from sim.parameters.capacity import Capacity
from sim.parameters.law import Law
from sim.parameters.quantities import Share, number
from sim.parameters.station import Checks, RateStation, Retries, Servers


class Portal(RateStation):
    """Describe what the web site takes."""

    capacity: Capacity


class Verification(RateStation, Retries):
    """Describe a check of the data of a registrant, at a rate; some of those who fail try again."""


class Screening(Servers, Checks):
    """Describe the comparison with the lists of other aid, by parallel servers."""


class Test(Block):
    """Describe the test that ends the processing."""

    taken: Share
    delay: Law
    minutes: Annotated[float, number(0, 10_000, "Set a number of minutes."), Called("test", "minutes")]


class Processing(RateStation):
    """Describe the processing; its own rate is registrants taken through it, its capacity a lever of all below it."""

    capacity: Capacity
    patience: Annotated[Law | None, Called("patience during the processing", none="for ever")]
    email: Verification
    registry: Verification
    third_layer: Verification
    screening: Screening
    test: Test
