"""Outages on the axis of dates: shaded, and named in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.parameters.sayings import span
from sim.parameters.steps import Outage
from sim.report.figures.look import INK

NAMED = 2
"""So many outages are told one by one; further ones are counted."""


def outages(block: dict[str, Any], edges: Any) -> list[Outage]:
    """Return the outages of a block of the config that fall among the dates drawn."""
    first, end = (datetime.fromisoformat(str(day)) for day in (edges[0], edges[-1]))
    every = [Outage.model_validate(outage) for outage in block.get("outages", ())]
    return [outage for outage in every if outage.since < end and outage.until > first]


def shade(axes: Axes, closed: list[Outage]) -> None:
    """Hatch the time of outages over what is drawn, so that it is seen in grey too; a short one is a line."""
    for outage in closed:
        since, until = outage.since, max(outage.until, outage.since + timedelta(hours=1))
        ends = np.array([since, until], dtype="datetime64[s]")
        axes.axvspan(*ends, facecolor="none", edgecolor=INK, hatch="xxxx", linewidth=0.5, zorder=1.5)


def told(closed: list[Outage]) -> str:
    """Return when it was closed, in words."""
    more = len(closed) - NAMED
    words = " and ".join(span(outage.since, outage.until) for outage in closed[:NAMED])
    return f"closed {words}{f' and {more:,} more times' if more > 1 else ' and once more' if more == 1 else ''}"
