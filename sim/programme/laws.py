"""Laws of the config as the records that the rules read, in microseconds."""

from __future__ import annotations

from sim.calendar.instants import UNIT
from sim.parameters import Law
from sim.rules.laws import LAW, LAWS, LawRecord
from sim.rules.records import record

LawFields = tuple[int, float, float, float]


def law(config: Law) -> LawFields:
    """Return a law as a record's field holds it: (code, minimum µs, mean µs, spread)."""
    unit = UNIT[config.unit]
    return LAWS[config.law], config.minimum * unit, config.mean * unit, config.spread


def law_record(config: Law) -> LawRecord:
    """Return a law as a record of its own."""
    code, minimum, mean, spread = law(config)
    return LawRecord(record(LAW, law=code, minimum=minimum, mean=mean, spread=spread))
