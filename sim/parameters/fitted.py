"""Which published figures the fit uses: none of a later date, none that the config sets, each count once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sim.parameters.parameters import Parameters
from sim.parameters.published import PublishedFunnel

DAY = timedelta(days=1)


def why_not_fitted(parameters: Parameters, figure: str, at: datetime, known: float) -> str:
    """Return why the fit does not use a published figure of an instant (WIB); nothing where it does.

    `figure` is its stable name and `known` what was published: people, rupiah, or a share.
    """
    if at > parameters.published.fit_until:
        return "later than the fit"
    if figure == "awarded":
        return "set by the waves' places; that each wave was filled is fitted"
    if figure == "eligible_share":
        return "an assumption, no figure"
    rows = list(_fitted_rows(parameters))
    if figure == "joined" and any(row.ever_joined == known and row.at <= at + DAY for row in rows):
        return "the same as those who had ever joined by then"
    if figure == "incentive_rupiah":
        payments = known / parameters.budget.incentive
        if any(row.paid_first_incentive == payments for row in rows):
            return "the same as the first incentives paid by then"
    return ""


def _fitted_rows(parameters: Parameters) -> Iterator[PublishedFunnel]:
    """Yield the reports that are no later than the fit."""
    for row in parameters.published.funnel:
        if row.at <= parameters.published.fit_until:
            yield row
