"""Payment partners, incentives and surveys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator

from sim.journey import limits
from sim.journey.measures import STAGES
from sim.parameters.block import Block
from sim.parameters.called import Called
from sim.parameters.capacity import Capacity
from sim.parameters.law import Law
from sim.parameters.problems import NOTHING, Problem, raise_any
from sim.parameters.quantities import Share, WholeDays, choice, number, several, sum_to_one, whole
from sim.parameters.run import Text
from sim.parameters.station import Capped, RunHour
from sim.parameters.steps import Since, rising

KINDS: tuple[Literal["bank", "e_money"], ...] = ("bank", "e_money")


class Partner(Capped, Since):
    """Describe a payment partner: it pays from `since` on, up to its daily cap (null is plenty, 0 closed)."""

    name: Text
    kind: Annotated[Literal["bank", "e_money"], choice(*KINDS, do="Choose one.")]
    share: Share


def _shares_by_kind(partners: dict[str, Partner]) -> dict[str, Partner]:
    found = []
    for kind in KINDS:
        shares = {name: partner.share for name, partner in partners.items() if partner.kind == kind}
        found += sum_to_one("", shares, f"the shares of the {kind} partners")
    raise_any(found)
    return partners


class Lag(Block):
    """Give the share of payments that wait some working days before the run."""

    days: Annotated[int, whole(0, 365, "Set a number of working days.")]
    share: Share


def _lags(lags: tuple[Lag, ...]) -> tuple[Lag, ...]:
    shares = {f"[{index}].share": lag.share for index, lag in enumerate(lags)}
    raise_any(sum_to_one("", shares, "the shares of the lags"))
    return lags


class LagStep(Since):
    """Add working days to every lag of payments that fall due from a date on; fewer than none are none."""

    more_days: Annotated[float, number(-365, 365, "Set a number of working days, such as 1.5.")]


class Survey(Block):
    """Describe who answers a survey that is offered, and how long after the offer; what is answered falls due."""

    answers: Share
    delay: Law


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    raise_any(
        Problem(f"[{index}]", later, f"must be after the survey before it ({earlier})", "List them in order.")
        for index, (earlier, later) in enumerate(pairwise(days), start=1)
        if later <= earlier
    )
    return days


def named_apart(partners: Iterable[str], stations: Iterable[str]) -> Iterator[Problem]:
    """Find payment partners whose columns of the days would be those of a station, of a stage, or of all partners."""
    for name in partners:
        if name in (*stations, "payments") or f"paid_{name}" in STAGES:
            do = "Give it another key; `name` is what it is called."
            yield Problem(f"payment.partners.{name}", NOTHING, "is the name of something else in the tables", do)


class Payment(Block):
    """Describe the payments: partners, due dates, surveys, lags and failures.

    Survey k is offered `survey_days[k]` days after the first incentive was paid. A payment that failed is ready again
    after `repair`.
    """

    capacity: Capacity
    run_hour: Annotated[RunHour, Called("hour of the payment runs")]
    partners: Annotated[
        dict[str, Partner],
        several(1, limits.PARTNERS, "partners", "Join some of them."),
        AfterValidator(_shares_by_kind),
    ]
    incentive_days: Annotated[WholeDays, Called("next incentive after")]
    survey_days: Annotated[
        tuple[WholeDays, ...],
        several(1, limits.SURVEYS, "surveys", "List the days after the first incentive."),
        AfterValidator(_in_order),
        Called("days of the surveys"),
    ]
    survey: Survey
    lag_days: Annotated[tuple[Lag, ...], AfterValidator(_lags), Called("lags before the payment runs")]
    lag_steps: Annotated[tuple[LagStep, ...], AfterValidator(rising), Called("working days added to the lags")]
    fails: Annotated[Share, Called("payments that fail")]
    repair: Annotated[Law, Called("repair of a failed payment")]
