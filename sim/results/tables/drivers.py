"""What drives figures: a row a figure and driver; and the figures, the points and the runs behind it."""

from __future__ import annotations

from sim.results.table import Cell, Table

DRIVERS = {
    "figure": "the figure, stable name",
    "kind": "driver; or together (what drivers make only with each other), luck, unexplained (what neither luck nor "
    "the emulator tells)",
    "driver": "stable name: keys, or what several of them are by declaration; empty where it is no driver",
    "label": "the same in words",
    "numbers": "how many uncertain numbers it is: what is known only together is one driver",
    "first_order": "share of the figure's variance that goes if only this were known (first order)",
    "first_order_low": "the end above which it lies with 95 % confidence: of the runs and of the members",
    "first_order_high": "the end below which it lies with 95 % confidence; no less than a share that may be missed",
    "total": "share of the variance that stays if all but this were known (total); empty where it is no driver",
    "total_low": "the same as for first_order",
    "total_high": "the same as for first_order",
    "figure_at_low": "the figure's mean over the tenth of the members in which the driver's number is least; where the "
    "driver is several, in which its effect is least",
    "figure_at_high": "the same where it is greatest",
    "driver_at_low": "the mean of the number in those members where it is least; empty where the driver is several",
    "driver_at_high": "the same where it is greatest",
}
FIGURES = {
    "figure": "the figure, stable name",
    "label": "the same in words",
    "unit": "its unit",
    "base": "in the base, with the fitted values; empty where it was not reached",
    "low": "the end below which 5 % of the points lie",
    "median": "half of them lie below",
    "high": "5 % lie above",
    "reached": "points in which it was reached; the others are left out",
    "points": "points of the design",
    "again": "of them run with a second luck",
    "explained": "share of the variance that the emulator explains in runs that it was not learned from",
    "least": "a driver with less than this share may be missed",
}
RUNS = {
    "point": "number of the point, from 1",
    "luck": "1, or 2 where it was run again with another luck",
    "figure": "the figure, stable name",
    "value": "its value at full population; empty where it was not reached",
}
POINTS = {
    "point": "number of the point, from 1",
    "key": "key of an uncertain number",
    "value": "its value",
}


def table(name: str, columns: dict[str, str], rows: list[dict[str, Cell]]) -> Table:
    """Return a table of these."""
    return Table(name, columns, rows)
