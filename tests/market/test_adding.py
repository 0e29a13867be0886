"""Providers that add seats while demand stays above them, on a Monday, for those who come later."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.calendar.instants import DAY
from sim.experiments.run import evaluate
from tests.building import ENGINES, Engine, law
from tests.engine.random_programmes import wib
from tests.equality.random_markets import hostile, live, market, platform
from tests.market.recount import seen

ADDING = hostile(
    market(
        {"one": platform(), "two": platform(share=0.05)},
        [
            live(provider="A", price=100_000),
            live(provider="A", price=100_000, until=wib(24 * 8)),
            live(provider="B", price=100_000, platforms="two", seats=9),
        ],
        tries=1_000,
        comes_back=law("constant", 0, "hours", minimum=6),
        adding={"ratio": 1.5, "step": 0.5, "most": 2},
    ),
    clock__end=wib(24 * 37),
    purchase__deadline_days=36,
)
"""A crowd at a daily class of two seats; a course that ends before anybody comes; plenty of another provider's."""


@pytest.mark.parametrize("engine", ENGINES)
def test_providers_add_seats_while_demand_stays_above_them(engine: Engine) -> None:
    """Catches seats added without demand, by too much or too often, to classes before, or where a course has ended."""
    made = seen(engine, ADDING)
    taken = Counter(each.begins // DAY for each in made.bought() if each.course == 0)
    # People come from the eighth day on. On the Mondays, days 9 and 16, the classes of the next two days, as far ahead
    # as anybody waits, are sold out and stay so; a third time is one too many.
    sizes = {day: 2 if day < 12 else 3 if day < 19 else 4 for day in range(1, 37)}
    for day in range(9, 33):
        assert taken[day] == sizes[day], day
    scarce, ended, plenty = made.tables["courses"].rows
    assert scarce["seats_offered"] == sum(sizes.values())
    assert ended["seats_offered"] == 2 * len(range(1, 8))
    assert plenty["seats_offered"] == 9 * len(range(1, 37))
    added = evaluate(made.programme.parameters).figures["market.seats_added"]
    assert added.value == round((sum(sizes.values()) - 2 * 36) / made.programme.parameters.population.scale)
