"""What varies in the base by wave, by month and by cohort: a number of its own for each, and each moves something."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import numpy as np
import pytest

from sim.composition import kinds
from sim.composition.compose import composition
from sim.experiments.draws import drawn
from sim.parameters.kinds import Follows
from sim.programme.waves_table import waves_table
from tests.building import NO_FIGURES, composed, parameters, programme

BASE = composed()
HISTORY = programme()
BY_RULE = {"clock.end": "2022-02-28T00:00", **NO_FIGURES}
WEEKLY = programme("waves=weekly", changes=BY_RULE)
NEWCOMERS = range(3, len(BASE["joining"]["newcomers"]))
PURCHASES = range(4, len(BASE["purchase"]["waves"]))


def test_each_later_wave_and_each_month_has_a_propensity_of_its_own() -> None:
    """Catch two waves that share a step, and a month in which waves by rule would have that of another month."""
    begins = [datetime.fromisoformat(step["from"]) for step in BASE["joining"]["newcomers"]]
    opens = [datetime.fromisoformat(wave["open"]) for wave in BASE["waves"]["calendar"].values()]
    in_force = Counter(int(np.searchsorted(begins, at, side="right")) for at in opens[3:])  # type: ignore[arg-type]
    assert set(in_force.values()) == {1}
    months = {(at.year, at.month) for at in begins}
    assert months >= {(2020, month) for month in range(9, 13)} | {(2021, month) for month in range(1, 13)}
    assert months >= {(2022, 1), (2022, 2)}
    assert begins == [datetime.fromisoformat(step["from"]) for step in BASE["joining"]["losers"]]


@pytest.mark.parametrize("who", ["newcomers", "losers"])
def test_each_propensity_to_join_moves_a_wave(who: str) -> None:
    """Catch a step that no wave of the calendar reads, nor any wave by rule."""
    for step in NEWCOMERS:
        shares = [dict(each) for each in BASE["joining"][who]]
        shares[step]["share"] = 0.5
        moved = 0
        for run, words, changes in ((HISTORY, (), {}), (WEEKLY, ("waves=weekly",), BY_RULE)):
            other = waves_table(parameters(*words, changes={**changes, f"joining.{who}": shares}), run.horizon).waves
            differ = other[who] != run.waves.waves[who]
            assert set(other[who][differ].tolist()) <= {0.5}
            moved += int(differ.sum())
        assert moved, shares[step]["from"]


def test_each_propensity_to_buy_and_its_delay_move_their_waves() -> None:
    """Catch a trend of those who do not buy that stops at wave 6."""
    for step in PURCHASES:
        waves = [{**each, "delay": dict(each["delay"])} for each in BASE["purchase"]["waves"]]
        waves[step]["buys"], waves[step]["delay"]["mean"] = 0.5, 9
        other = waves_table(parameters(changes={"purchase.waves": waves}), HISTORY.horizon).waves
        last = waves[step + 1]["from_wave"] - 1 if step + 1 < len(waves) else 22
        own = list(range(waves[step]["from_wave"], last + 1))
        for name in ("buys", "buys_after"):
            assert [k + 1 for k in np.flatnonzero(other[name] != HISTORY.waves.waves[name])] == own


def test_what_follows_a_share_stays_a_share() -> None:
    """Catch a share in proportion to another that leaves 0 to 1 where its leader goes to the end of its law."""
    numbers = kinds.uncertain(composition([]))
    values = drawn(numbers, dict.fromkeys(numbers, np.array([0.0, 0.5, 1.0])))
    followers = {
        key: number
        for key, number in numbers.items()
        if isinstance(number.declared.law, Follows) and key.split(".")[-1] in ("share", "buys", "passes")
    }
    assert len(followers) > len(NEWCOMERS)
    for key in followers:
        assert (values[key] > 0).all(), key
        assert (values[key] < 1).all(), key
