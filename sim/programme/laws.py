"""Laws of the config as the tuples that the rules' records hold, in microseconds."""

from __future__ import annotations

from sim.calendar.instants import UNIT
from sim.parameters import Law
from sim.rules.laws import LAWS


def law(config: Law) -> tuple[int, float, float, float]:
    """Return a law as (code, minimum µs, mean µs, spread)."""
    unit = UNIT[config.unit]
    return LAWS[config.law], config.minimum * unit, config.mean * unit, config.spread
