"""How far a parameter may go in a whole config, where other keys allow less than its own validators do.

A price may not exceed the balance, shares must sum to one, a retry may not come back within a window: the limit is
then found by halving between a value that is accepted and one that is not, down to two neighbours.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sim.parameters import BadInput, Parameters, validate
from sim.parameters.dates import MonthDay
from sim.parameters.quantities import Choice, Number, Several, Whole
from tests.limits.declared import FIRST, Config, Leaf, value_at, wib, with_value


@dataclass(frozen=True)
class Scale:
    """Puts the values of a kind in order: each has a whole number, and neighbours have neighbouring ones."""

    number: Callable[[Any], int]
    value: Callable[[int], Any]


def _number_of_float(value: float) -> int:
    bits = int(struct.unpack("<q", struct.pack("<d", value))[0])
    return bits if bits >= 0 else -(bits & (1 << 63) - 1)


def _float_of_number(number: int) -> float:
    value = float(struct.unpack("<d", struct.pack("<q", abs(number)))[0])
    return math.copysign(value, number) if number else 0.0


SECOND, DAY = timedelta(seconds=1), timedelta(days=1)

FLOATS = Scale(_number_of_float, _float_of_number)
WHOLES = Scale(int, int)
MOMENTS = Scale(lambda text: (datetime.fromisoformat(text) - FIRST) // SECOND, lambda n: wib(FIRST + n * SECOND))
DATES = Scale(lambda text: (datetime.fromisoformat(text) - FIRST) // DAY, lambda n: f"{FIRST + n * DAY:%Y-%m-%d}")


def scale_of(leaf: Leaf) -> Scale | None:
    """Return how the values of a parameter are put in order; None where they are not."""
    if isinstance(leaf.check, Choice | Several) or leaf.kind in (str, MonthDay):
        return None
    if isinstance(leaf.check, Whole):
        return WHOLES
    if isinstance(leaf.check, Number):
        return FLOATS
    return {datetime: MOMENTS, date: DATES}.get(leaf.kind)


def accepts(config: Config, model: type[Parameters] = Parameters) -> bool:
    """Return whether a config is accepted; what is refused is told in words, whatever stands in it."""
    try:
        validate(config, model)
    except BadInput as bad:
        assert bad.text
        return False
    return True


@dataclass(frozen=True)
class Reached:
    """The last value that a config accepts towards a limit, and the next one, which it refuses."""

    value: Any
    beyond: Any


def reach(config: Config, leaf: Leaf, limit: Any, model: type[Parameters] = Parameters) -> Reached | None:
    """Return how far a parameter may go towards a limit of its own; None where no value that is in order is accepted.

    The config is accepted as it stands, or with another limit of the parameter.
    """
    scale = scale_of(leaf)
    if scale is None:
        return None
    low, high = (scale.number(each) for each in leaf.accepted[:2])
    goal = scale.number(limit)
    step = 1 if goal == high else -1

    def fits(number: int) -> bool:
        return accepts(with_value(config, leaf.path, scale.value(number)), model)

    if fits(goal):
        return Reached(scale.value(goal), scale.value(goal + step) if goal + step else None)
    current = value_at(config, leaf.path)
    anchors = ([] if current is None else [scale.number(current)]) + [high if goal == low else low]
    inside = next((number for number in anchors if fits(number)), None)
    if inside is None:
        return None
    outside = goal
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        if fits(middle):
            inside = middle
        else:
            outside = middle
    return Reached(scale.value(inside), scale.value(outside))
