"""The small runs whose figures are drawn, and their tables as a reader would read them."""

from __future__ import annotations

import csv
from typing import Any

from sim.report.figures.saved import Saved
from sim.report.figures.words import amount
from tests.building import HELD, INSTITUTIONS, PARTNERS, SMALL, UNLIMITED_CAPS, law

HISTORY = (SMALL,)
CLOSED = "market.platforms.marketplace_1.checkout.outages=[{from: 2020-09-01, until: 2020-09-11}]"
RUNS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "history": (HISTORY, {}),
    "rate": (("scenario=rate_800k", SMALL), {}),
    "waves_for_years": (("scenario=rate_200k", "population.scale=0.00001"), {}),
    "nobody": (("population.applicants=0",), {}),
    "nobody_at_a_rate": (("scenario=rate_800k", "population.applicants=0"), {}),
    "one_person": (("population.applicants=1", "population.scale=1"), {}),
    "one_day": (("population.scale=0.0001", "clock.end=2020-04-12T06:00"), {}),
    "processing_closed": ((SMALL, "processing.rate=0"), {}),
    "partner_closed": (HISTORY, {"payment.partners.ovo.cap": 0}),
    "partners_with_spare_capacity": (HISTORY, {f"payment.partners.{partner}.cap": 10**7 for partner in PARTNERS}),
    "partners_short": (HISTORY, {f"payment.partners.{partner}.cap": 50_000 for partner in PARTNERS}),
    "partners_plenty": (HISTORY, UNLIMITED_CAPS),
    "ovo_closed": ((SMALL, f"payment.partners.ovo.outages=[{HELD}, {{from: 2020-11-01, until: 2020-11-11}}]"), {}),
    "institutions": ((*HISTORY, INSTITUTIONS), {}),
    "few_seats": (
        (*HISTORY, INSTITUTIONS),
        {
            "market.seats": 0.2,
            "market.choices": 1,
            "market.patience": law("constant", 3),
        },
    ),
    "checkout_short": ((*HISTORY, INSTITUTIONS), {"market.checkout_capacity": 0.01}),
    "checkout_closed": ((*HISTORY, INSTITUTIONS, CLOSED), {}),
    "self_paced": ((*HISTORY, INSTITUTIONS), {"market.catalogue.live": 0}),
    "one_provider": ((*HISTORY, INSTITUTIONS), {"market.catalogue.providers": 1, "market.catalogue.courses": 2}),
    "nobody_in_the_market": (("population.applicants=0", INSTITUTIONS), {}),
    "a_day_of_the_market": (("population.scale=0.0001", "clock.end=2020-04-12T06:00", INSTITUTIONS), {}),
    "two_queues": (("scenario=rate_800k", SMALL), {"processing.registry.rate": 300_000}),
    "waves_moved": ((SMALL, "waves.calendar.w18.announced=2021-08-25", "waves.calendar.w19.places=5"), {}),
    "left_over": ((SMALL,), {f"waves.calendar.w{wave:02d}.places": 20_000_000 for wave in range(4, 23)}),
    "rate_until": (("scenario=rate_800k", SMALL, "clock.end=2021-01-01"), {}),
    "much_differs": (("scenario=rate_800k", SMALL, "processing.rate=1600000", "payment.fails=0.1"), {}),
}
"""Runs of every extreme, by name: what they override, and the keys that are changed."""


def table(saved: Saved, name: str) -> list[dict[str, str]]:
    """Read a table as a reader would, from its CSV."""
    with (saved.tables / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def full(saved: Saved, people: str) -> str:
    return amount(float(people))
