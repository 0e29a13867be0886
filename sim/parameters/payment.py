"""Payment partners, incentives and surveys."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator

from sim.parameters.law import Law
from sim.parameters.problems import Fault, Problem, raise_any
from sim.parameters.quantities import Part, Share, WholeDays, choice, number, sum_to_one, whole
from sim.parameters.run import Text
from sim.parameters.station import Cap, CapStep, Outage, Since, apart, rising

KINDS: tuple[Literal["bank", "e_money"], ...] = ("bank", "e_money")


class Partner(Since):
    """Describe a payment partner: it pays from `since` on, up to its daily cap (null is plenty, 0 closed)."""

    name: Text
    kind: Annotated[Literal["bank", "e_money"], choice(*KINDS, do="Choose one.")]
    share: Share
    cap: Cap | None
    steps: Annotated[tuple[CapStep, ...], AfterValidator(rising)]
    outages: Annotated[tuple[Outage, ...], AfterValidator(apart)]


def _shares_by_kind(partners: dict[str, Partner]) -> dict[str, Partner]:
    found = []
    for kind in KINDS:
        shares = {name: partner.share for name, partner in partners.items() if partner.kind == kind}
        found += sum_to_one("", shares, f"the shares of the {kind} partners")
    raise_any(found)
    return partners


class Lag(Part):
    """Give the share of payments that wait some working days before the run."""

    days: Annotated[int, whole(0, 365, "Set a number of working days.")]
    share: Share


def _lags(lags: tuple[Lag, ...]) -> tuple[Lag, ...]:
    shares = {f"[{index}].share": lag.share for index, lag in enumerate(lags)}
    raise_any(sum_to_one("", shares, "the shares of the lags"))
    return lags


def _surveys(days: tuple[int, ...]) -> tuple[int, ...]:
    if not 1 <= len(days) <= 8:
        allowed = f"must be 1 to 8 surveys, there are {len(days)}"
        raise Fault([Problem("", list(days), allowed, "List the days after the first incentive.")])
    raise_any(
        Problem(f"[{index}]", later, f"must be after the survey before it ({earlier})", "List them in order.")
        for index, (earlier, later) in enumerate(pairwise(days), start=1)
        if later <= earlier
    )
    return days


class Payment(Part):
    """Describe the payments: partners, due dates, lags and failures."""

    run_hour: Annotated[
        float, number("must be from 0 to below 24", "Set the hour of the daily run.", lambda x: 0 <= x < 24)
    ]
    partners: Annotated[dict[str, Partner], AfterValidator(_shares_by_kind)]
    incentive_days: WholeDays
    survey_days: Annotated[tuple[WholeDays, ...], AfterValidator(_surveys)]
    lag_days: Annotated[tuple[Lag, ...], AfterValidator(_lags)]
    fails: Share
    mending: Law
