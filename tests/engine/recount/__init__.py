"""Every table of a run, counted anew from the columns of the journal in plain Python and NumPy.

Nothing here uses observers or the declared stages and waits: which stamp a column counts is written out by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engines.journal import Journal
from tests.engine.recount.money import money, payments
from tests.engine.recount.people import groups, published, waves
from tests.engine.recount.stages import daily, funnel
from tests.engine.recount.stations import stations
from tests.engine.recount.waits import waits

Rows = list[dict[str, Any]]

RECOUNT: dict[str, Callable[[Journal], Rows]] = {
    "funnel": funnel,
    "daily": daily,
    "waits": waits,
    "stations": stations,
    "waves": waves,
    "payments": payments,
    "money": money,
    "groups": groups,
    "published": published,
}
"""Name of a table → its rows."""
