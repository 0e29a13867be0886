"""The figures that are held beside those of other runs: key figures, peaks, published figures, waves and groups."""

from __future__ import annotations

from collections.abc import Mapping

from sim.journey.measures import PAYMENT_PARTNERS
from sim.results.figure import Figure
from sim.results.table import Cell, Table
from sim.results.weeks import Series, kind_of, peaks_of

WAVES = {"joined": "people", "eligible_share": "share", "awarded": "people", "revoked": "people"}
"""What is told of each wave, and its unit."""


def figures_of_tables(
    key_figures: Mapping[str, Figure], tables: Mapping[str, Table], weeks: Mapping[str, Series]
) -> dict[str, Figure]:
    """Return the key figures, peaks of series by weeks, those of `published`, `waves` and groups of the awarded."""
    found = dict(key_figures)
    partners = ["payments", *(row["station"] for row in tables["stations"].rows if row["bank"] == PAYMENT_PARTNERS)]
    for series, most in peaks_of(weeks).items():
        payments = series.startswith("pay") or series.partition("_")[2] in partners
        counted = "payments" if payments else "bookings" if series == "queue_classes" else "people"
        found[f"peak.{series}"] = Figure(most, f"{counted}, {kind_of(series)}")
    for row in tables["published"].rows:
        found[published_name(row)] = Figure(row["full_population"], _unit(str(row["figure"])))
    for row in tables["waves"].rows:
        for what, unit in WAVES.items():
            found[f"wave.{row['wave']}.{what}"] = Figure(row[what], unit)
    for row in tables["groups"].rows:
        if row["value"] == "yes":
            found[f"awarded.{row['group']}"] = Figure(row["share_of_awarded"], "share of all awarded")
    return found


def published_name(row: Mapping[str, Cell]) -> str:
    """Return the name of the figure of a row of `published`: what, of which waves, and when."""
    scope = f".waves_{row['scope']}" if row["scope"] is not None else ""
    return f"published.{row['figure']}{scope}.{row['at']:%Y-%m-%d}"


def _unit(figure: str) -> str:
    if figure.endswith("share"):
        return "share"
    return "rupiah" if figure.endswith("rupiah") else "people"
