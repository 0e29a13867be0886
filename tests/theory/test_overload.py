"""Stations that are asked for more than they can do: the backlog of a fluid, to the microsecond or by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import WEEK
from tests.theory.evidence import agrees, replicate
from tests.theory.queueing import MEAN, arrivals, through_rate, through_servers


@pytest.mark.parametrize("a_week", [200, 800])
def test_weeks_to_clear(a_week: int) -> None:
    """Catches a rate that is not kept for years: 80,000 at 800 a week take 100 weeks, at 200 a week 400."""
    left = through_rate(WEEK // a_week, np.zeros(80_000, dtype=np.int64)).left
    assert left[-1] == 80_000 // a_week * WEEK
    assert np.array_equal(left[a_week - 1 :: a_week], np.arange(1, 80_000 // a_week + 1) * WEEK)


def test_backlog_of_arrivals_above_the_rate() -> None:
    """Catches people lost or gained in an overload: backlog = (arrivals a week − rate) × weeks, then it drains."""
    come, rate, weeks = 840, 200, 10
    arrived = np.arange(come * weeks) * (WEEK // come)
    found = through_rate(WEEK // rate, arrived)
    for week in range(1, weeks + 1):
        backlog = int((arrived < week * WEEK).sum()) - int((found.left <= week * WEEK).sum())
        assert backlog == (come - rate) * week
    assert found.left[-1] == come * weeks * (WEEK // rate)  # 42 weeks from the first arrival on
    number = np.arange(arrived.size)
    assert np.array_equal(found.left, (number + 1) * (WEEK // rate))


@pytest.mark.parametrize("servers", [1, 12])
def test_servers_that_are_always_busy(servers: int) -> None:
    """Catches servers that do more or less than one another's work: the nth leaves at n services / servers."""
    customers = 4_000

    def once(luck: np.random.Generator) -> Any:
        arrived = arrivals(luck, 2.0, servers, customers)
        left = np.sort(through_servers(servers, arrived, luck.exponential(MEAN, customers).astype(np.int64)).left)
        # From the hundredth departure on all are busy: between two, the time is that of one of `servers`.
        return (left[3_100] - left[100]) / MEAN * servers / 3_000

    speed = replicate(once)
    assert agrees(speed, 1.0)
    assert not agrees(speed, 1.05)
    assert not agrees(speed, 1 / 1.05)


def test_backlog_of_random_arrivals() -> None:
    """Catches a rate whose backlog grows otherwise than arrivals less departures, by the fluid's law."""
    load, services = 1.5, 4_000

    def once(luck: np.random.Generator) -> Any:
        arrived = arrivals(luck, load, 1, 8_000)
        until = services * MEAN
        left = through_rate(MEAN, arrived).left
        return int((arrived < until).sum()) - int((left < until).sum())

    backlog = replicate(once)
    expected = (load - 1) * services + idle_before_overload(load) + 0.5  # half a service is under way
    assert agrees(backlog, expected)
    assert not agrees(backlog, expected + (0.05 * load) * services)


def idle_before_overload(load: float) -> float:
    """Return the mean number that an M/D/1 above its capacity could have served while it idled, in all.

    Each idle spell lasts 1 / load services on average; after each, the queue empties once more with the
    chance q, the smallest root of q = exp(load (q − 1)): a branching process that dies out.
    """
    q = 0.0
    for _ in range(10_000):
        q = float(np.exp(load * (q - 1)))
    return 1 / (load * (1 - q))
