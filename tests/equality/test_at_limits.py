"""Both engines give one answer where parameters and sizes are at the limits of what validation accepts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import event, given, settings

from sim.engines.cohort.way_to_pool import WayToPool
from sim.parameters import validate
from sim.programme.compiling import compile_programme
from tests.building import programme
from tests.engine.extremes import SHAPES, extremes
from tests.engine.promises import hold as hold_promises
from tests.equality.awkward_programmes import STUCK
from tests.equality.same import assert_same, run_both
from tests.limits.declared import Config
from tests.limits.reach import accepts
from tests.limits.tiny import tiny


def hold(config: Config) -> set[str]:
    """Hold the engines against each other and the promises of a config; return how far anyone came."""
    journal, result = run_both(compile_programme(validate(config)))
    assert_same(journal, result)
    hold_promises(journal)
    reached: dict[str, Any] = {
        "someone registers": journal.people["portal_arrived"],
        "someone waits for ever": journal.people["gave_up"],
        "someone enters the pool": journal.people["tested"],
        "someone joins": journal.people["first_joined"],
        "someone is awarded": journal.people["awarded"],
        "someone buys": journal.participants["bought_1"],
        "someone is paid": journal.participants["incentive_1_paid"],
    }
    return {name for name, stamps in reached.items() if (stamps < journal.end).any()}


def drawn(examples: int) -> Counter[str]:
    """Hold the engines against each other on programmes at limits; return how often who came how far."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples)
    @given(config=extremes())
    def agree(config: Config) -> None:
        for name in hold(config):
            event(name)
            seen[name] += 1

    agree()
    return seen


def test_programmes_at_limits() -> None:
    """Catches engines that part, or fail, where several parameters are at their least or greatest values at once."""
    seen = drawn(12)
    assert seen["someone is awarded"] > 2
    assert seen["someone is paid"] > 1


@pytest.mark.exhaustive
def test_hundreds_of_programmes_at_limits() -> None:
    """Catches what few programmes at limits do not meet, and programmes that have become easy."""
    seen = drawn(300)
    assert min(seen.values()) > 30


@pytest.mark.parametrize("name", SHAPES)
def test_every_size_is_accepted(name: str) -> None:
    """Catches a size that validation refuses, so that it would never be tried."""
    shape, sizes = SHAPES[name]
    for size in sizes:
        assert accepts(shape(tiny(by_rule=True), size)), size


@pytest.mark.parametrize("size", [("partners", 255), ("waves of a calendar", 500), ("holidays", 29_100)])
def test_the_greatest_sizes_run(size: tuple[str, int]) -> None:
    """Catches a number that wraps in its store: partners in a byte, waves in 16 bits; and a table that takes hours."""
    name, number = size
    hold(SHAPES[name][0](tiny(by_rule=True), number))


def test_windows_in_which_nothing_can_happen_are_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches decades of people who stand before a closed door, gone through in millions of windows."""
    windows = Counter[str]()
    original = WayToPool._next_window

    def counted(way: WayToPool) -> Any:
        windows["all"] += 1
        return original(way)

    monkeypatch.setattr(WayToPool, "_next_window", counted)
    journal, result = run_both(programme(changes=STUCK | {"run.window_hours": 0.1, "clock.longest_years": 5}))
    assert_same(journal, result)
    assert journal.end == journal.programme.horizon
    assert windows["all"] < 4_000
