"""The route: the stations and checks that every applicant passes, in order; and those of the market after the award."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.journey.kinds import Bank, Kind


class Group(NamedTuple):
    """Stations of a kind, told as one where it is asked who waits for what."""

    name: str
    label: str


@dataclass(frozen=True)
class Station:
    """A place with finite capacity where people queue, and the check at its door where it has one."""

    name: str
    """Stable name; luck, stamps and columns of tables are named after it."""
    label: str
    """The same in the planner's words."""
    kind: Kind
    config: str
    """Path of its block in the parameters."""
    patience: str | None = None
    """Path of the law of patience in the parameters; None: people wait for ever."""
    checks: bool = False
    """Whether the block has a share who pass (`passes`); the others are refused, or try again."""
    retries: bool = False
    """Whether the block has a `retry`: a station of its own for those who try again."""
    bank: Bank | None = None
    """How a person finds the instance, of a station that has many; None: it has one."""
    group: Group | None = None
    """The stations of a kind that it is one of; None: it is a group of its own, with that of its retries."""

    @property
    def grouped(self) -> Group:
        """Return the group of the station."""
        return self.group or Group(self.name, self.label)

    @property
    def lever(self) -> str:
        """Return the block that has the lever of its capacity, and of that of all stations below it."""
        return self.config.partition(".")[0]

    @property
    def retry(self) -> Station:
        """Return the station of those who try again: a rate, patient as here."""
        return Station(
            f"{self.name}_retry",
            f"{self.label}, again",
            Kind.RATE,
            f"{self.config}.retry",
            patience=self.patience,
            group=self.grouped,
        )


Route = tuple[Station, ...]

PATIENCE = "processing.patience"

ROUTE: Route = (
    Station("portal", "Portal", Kind.RATE, "portal"),
    Station("processing", "Processing", Kind.RATE, "processing", PATIENCE),
    Station("email", "Email", Kind.RATE, "processing.email", PATIENCE, checks=True, retries=True),
    Station("registry", "Civil registry", Kind.RATE, "processing.registry", PATIENCE, checks=True, retries=True),
    Station("third_layer", "Third layer", Kind.RATE, "processing.third_layer", PATIENCE, checks=True, retries=True),
    Station("screening", "Screening", Kind.SERVERS, "processing.screening", PATIENCE, checks=True),
)
"""From the portal to screening. The test and the pool follow, whatever the route."""

PROCESSED_AT = "processing"
"""The station that people are counted as processed by when they leave it."""

CHECKOUT, CERTIFICATES = "checkout", "certificates"

MARKET: Route = (
    Station(CHECKOUT, "Checkout", Kind.RATE, "market.platforms", bank=Bank.PLATFORM),
    Station(CERTIFICATES, "Certificates", Kind.DAILY_RUNS, "market.platforms", bank=Bank.PLATFORM),
)
"""What participants queue for on a platform, whose block has that of each station under its name."""
