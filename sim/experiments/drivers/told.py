"""The tables of what drives figures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiments.drivers.drive import Driven, Found
from sim.experiments.drivers.shares import Ints, Share, Shares, Values
from sim.report.drivers.words import LUCK, TOGETHER, UNEXPLAINED, label_of, label_of_figure
from sim.results.spread import quantiles
from sim.results.table import Cell, Table
from sim.results.tables.drivers import DRIVERS, FIGURES, POINTS, RUNS, table

ONE_IN = 10
"""The part of the members, at either end of a driver, over which a figure's mean is told."""


def tables_of(found: Found) -> dict[str, Table]:
    """Return the tables by name."""
    rows = [row for figure in found.figures for row in _of_figure(figure, found)]
    made = (
        table("drivers", DRIVERS, rows),
        table("driver_figures", FIGURES, [_figure(figure, found) for figure in found.figures]),
        table("driver_runs", RUNS, [row for figure in found.figures for row in _runs(figure, found)]),
        table("driver_points", POINTS, list(_points(found))),
    )
    return {each.name: each for each in made}


def _of_figure(figure: Driven, found: Found) -> Iterator[dict[str, Cell]]:
    """Yield the rows of a figure: its drivers, the largest first, then what no driver makes."""
    shares = figure.shares
    if shares is None:
        return
    order = sorted(range(len(found.drivers)), key=lambda k: (-shares.total[k].share, -shares.total[k].high, k))
    for k in order:
        yield _driver(figure, shares, found, k)
    others = {
        "together": (TOGETHER, shares.together),
        "luck": (LUCK, shares.luck),
        "unexplained": (UNEXPLAINED, shares.unexplained),
    }
    for kind, (label, share) in others.items():
        nothing: dict[str, Cell] = dict.fromkeys(DRIVERS)
        yield (
            nothing | {"figure": figure.name, "kind": kind, "label": label, "numbers": 0} | _ends("first_order", share)
        )


def _ends(name: str, share: Share) -> dict[str, Cell]:
    return {name: share.share, f"{name}_low": share.low, f"{name}_high": share.high}


def _driver(figure: Driven, shares: Shares, found: Found, k: int) -> dict[str, Cell]:
    driver = found.drivers[k]
    one = driver.keys[0] if len(driver.keys) == 1 else None
    own = None if one is None else np.array([row[one] for row in found.ensemble.rows])
    least, greatest = ends(shares.effects[k] if own is None else own)
    return {
        "figure": figure.name,
        "kind": "driver",
        "driver": driver.name,
        "label": label_of(driver.parts),
        "numbers": len(driver.keys),
        **_ends("first_order", shares.alone[k]),
        **_ends("total", shares.total[k]),
        "figure_at_low": float(shares.effects[k][least].mean()),
        "figure_at_high": float(shares.effects[k][greatest].mean()),
        "driver_at_low": None if own is None else float(own[least].mean()),
        "driver_at_high": None if own is None else float(own[greatest].mean()),
    }


def ends(values: Values) -> tuple[Ints, Ints]:
    """Return the members of the least and of the greatest values: a tenth of all, one at the least."""
    order = np.argsort(values, kind="stable")
    some = max(1, len(values) // ONE_IN)
    return order[:some], order[-some:]


def _figure(figure: Driven, found: Found) -> dict[str, Cell]:
    points, shares = len(found.worlds), figure.shares
    reached = [value for value in figure.values[:points] if value is not None]
    low, median, high = quantiles(reached).tolist() if reached else (None, None, None)
    return {
        "figure": figure.name,
        "label": label_of_figure(figure.name),
        "unit": figure.unit,
        "base": figure.base,
        "low": low,
        "median": median,
        "high": high,
        "reached": len(reached),
        "points": points,
        "again": found.again,
        "explained": None if shares is None else 1 - shares.luck.share - shares.unexplained.share,
        "least": None if shares is None else shares.least,
    }


def _runs(figure: Driven, found: Found) -> Iterator[dict[str, Cell]]:
    points = len(found.worlds)
    for k, value in enumerate(figure.values):
        again = k >= points
        yield {"point": k + 1 - points * again, "luck": 1 + again, "figure": figure.name, "value": value}


def _points(found: Found) -> Iterator[dict[str, Cell]]:
    for world in found.worlds:
        for key, value in world.values.items():
            yield {"point": world.number, "key": key, "value": float(value)}
