"""The waves as a process: what happens when, quotas by calendar and rule, and the end of waves by rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.programme.budget import Budget
from sim.programme.programme import Programme
from sim.programme.waves import Waves
from sim.rules.selecting import AWARDED
from sim.stations.timeline import Timeline
from tests.building import NO_FIGURES, programme

Log = list[tuple[float, str, int, int]]
"""(day, what, wave, people)."""


class Pool:
    """A pool that does as it is told, a hundred people joining each wave unless said otherwise."""

    def __init__(self, timeline: Timeline, joined: Callable[[int], int] = lambda wave: 100) -> None:
        self.timeline = timeline
        self.log: Log = []
        self.people = joined
        self.processed_by_day: Callable[[float], int] = lambda day: 0
        self.empty_from = 0.0
        self.open_deadlines_until = 0.0
        self.takers_until = 1e9
        self.opened: Callable[[], int] = lambda: 0
        self.opened_by_then: list[int] = []

    @property
    def day(self) -> float:
        return self.timeline.now / DAY

    def joined(self, wave: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        people = np.arange(self.people(wave), dtype=np.int64)
        self.log.append((self.day, "closes", wave, people.size))
        return people, np.zeros(people.size, dtype=np.uint32)

    def announce(self, wave: int, people: NDArray[np.int64], verdict: NDArray[np.uint8]) -> None:
        self.opened_by_then.append(self.opened())
        self.log.append((self.day, "awards", wave, int(np.count_nonzero(verdict >= AWARDED))))

    def processed(self) -> int:
        return self.processed_by_day(self.day)

    def processing_is_empty(self) -> bool:
        return self.day >= self.empty_from

    def tell_revoked(self) -> None:
        """Say nothing: nobody is revoked."""

    def could_take_a_place(self, eligible: float) -> bool:
        return self.day < self.takers_until

    def undecided(self) -> int:
        return int(self.day < self.open_deadlines_until)


def calendar(*waves: tuple[int, int, int, int], **changes: Any) -> Programme:
    """Return unscaled waves (open, close, announced as days of May 2020, places); all are eligible."""
    table = {
        f"w{k:02d}": {"open": f"2020-05-{o:02d}T00:00", "close": f"2020-05-{c:02d}T00:00",
                      "announced": f"2020-05-{a:02d}T00:00", "places": places, "face_check_fails": 0}
        for k, (o, c, a, places) in enumerate(waves, start=1)
    }  # fmt: skip
    everyone = [{"from": "2020-04-11T00:00", "share": 1}]
    whole = {"population.scale": 1, "waves.calendar": table, "selection.eligible": everyone}
    return programme(changes={**whole, **NO_FIGURES, **changes})


def by_rule(**changes: Any) -> Programme:
    """Return unscaled waves every week from day 7, open for 4 days, announced 4 days later; all eligible."""
    everyone = [{"from": "2020-04-11T00:00", "share": 1}]
    whole = {"population.scale": 1, "selection.eligible": everyone}
    return programme("scenario=rate_800k", changes={**whole, **changes})


def test_acts_of_overlapping_waves_in_their_order() -> None:
    """Catches waves that wait for one another, and at one instant an opening before the announcement.

    May 1 is day 20. Wave 2 opens before wave 1 is announced, wave 3 at the very instant.
    """
    of = calendar((1, 3, 6, 30), (4, 8, 8, 40), (6, 7, 9, 500))
    timeline = Timeline()
    pool = Pool(timeline)
    waves = Waves(timeline, of, pool, Budget(of))
    pool.opened = lambda: sum(record.opened for record in waves.records)
    timeline.run(until=26 * DAY)
    assert [record.announced for record in waves.records] == [True, False, False]
    timeline.run()
    assert pool.opened_by_then == [2, 3, 3]  # the third opens at the announcement of the first, but after it
    assert pool.log == [
        (22, "closes", 0, 100),
        (25, "awards", 0, 30),
        (26, "closes", 2, 100),
        (27, "closes", 1, 100),
        (27, "awards", 1, 40),  # announced as it closes
        (28, "awards", 2, 100),  # no more than have joined
    ]
    assert waves.over
    assert waves.all_announced()
    assert waves.last_announcement() == 28 * DAY


def test_the_budget_is_the_bound_and_what_it_refused_is_told() -> None:
    """Catches awards beyond the budget, and a refusal counted where too few had joined for the places."""
    changes = {"budget.tranches": {"one": {"first_wave": 1, "rupiah": 100 * 3_550_000}}}
    of = calendar((1, 2, 3, 60), (4, 5, 6, 70), (7, 8, 9, 80), **changes)
    timeline = Timeline()
    pool = Pool(timeline, lambda wave: [100, 50, 20][wave])
    budget = Budget(of)
    waves = Waves(timeline, of, pool, budget)
    timeline.run()
    assert [record.awarded for record in waves.records] == [60, 40, 0]
    assert [record.refused_by_budget for record in waves.records] == [0, 10, 20]
    assert budget.refused == 30


def test_a_revocation_releases_its_award() -> None:
    """Catches a place of the budget that is lost with the award, or released to another year's budget."""
    changes = {"budget.tranches": {"one": {"first_wave": 1, "rupiah": 60 * 3_550_000},
                                   "two": {"first_wave": 3, "rupiah": 10 * 3_550_000}}}  # fmt: skip
    of = calendar((1, 2, 3, 60), (4, 5, 6, 60), (7, 8, 9, 60), **changes)
    timeline = Timeline()
    budget = Budget(of)
    waves = Waves(timeline, of, Pool(timeline), budget)
    timeline.run(until=24 * DAY)
    assert [budget.left(wave) for wave in range(3)] == [0, 0, 10]
    waves.revoke(0, 7)
    assert [budget.left(wave) for wave in range(3)] == [7, 7, 10]
    timeline.run()
    assert [record.awarded for record in waves.records] == [60, 7, 10]


def test_quotas_by_rule_are_the_floor_of_the_share_processed_less_all_given() -> None:
    """Catches quotas rounded week by week, and ones that forget or count twice who was processed."""
    of = by_rule()
    timeline = Timeline()
    pool = Pool(timeline, lambda wave: 0)
    pool.empty_from, pool.processed_by_day = 100, lambda day: int(123 * day)
    waves = Waves(timeline, of, pool, Budget(of))
    timeline.run(until=100 * DAY)
    quotas = [record.quota for record in waves.records[:14]]
    assert np.cumsum(quotas).tolist() == [int(0.1425 * 861 * week) for week in range(1, 15)]


def test_places_revoked_are_given_again_once() -> None:
    """Catches a revoked place that is given again every week, or never: 5 revoked on day 10, 3 on day 14."""
    of = by_rule()
    timeline = Timeline()
    pool = Pool(timeline)
    pool.empty_from, pool.processed_by_day = 100, lambda day: 1000 if day < 20 else 2000
    waves = Waves(timeline, of, pool, Budget(of))
    for day, places in ((10, 5), (14, 3)):
        timeline.run(until=day * DAY)
        waves.revoke(0, places)
    timeline.run(until=40 * DAY)
    # 142 are 0.1425 of 1000, 285 of 2000; day 14 is a wave's opening: what is revoked before it counts.
    assert [record.quota for record in waves.records[:5]] == [142, 8, 143, 0, 0]


@pytest.mark.parametrize(
    ("empty", "deadlines", "takers", "opened"),
    [
        (30, 0, 1e9, 5),  # one more wave (day 35) follows the last registrant
        (30, 100, 1e9, 14),  # a deadline is open until day 100: a place may come back
        (30, 0, 21, 4),  # nobody could take a place any more
        (0, 0, 0, 0),  # nobody ever
    ],
)
def test_waves_by_rule_end(empty: float, deadlines: float, takers: float, opened: int) -> None:
    """Catches waves that go on for twenty years, and an end with a place, a taker or a deadline open."""
    of = by_rule(**{"selection.days": 0})
    timeline = Timeline()
    pool = Pool(timeline)
    pool.empty_from, pool.open_deadlines_until, pool.takers_until = empty, deadlines, takers
    pool.processed_by_day = lambda day: int(100 * min(day, 30))
    waves = Waves(timeline, of, pool, Budget(of))
    timeline.run()
    assert sum(record.opened for record in waves.records) == opened
    assert waves.over
    assert waves.all_announced()


def test_waves_of_given_places_go_on_until_nobody_could_take_one() -> None:
    """Catches historical intake that stops at a share of those processed, or saves unfilled places up."""
    of = by_rule(**{"waves.rule": {
        "first_day": 7, "every_days": 7, "open_days": 4, "quota_share": 0, "places": 60
    }})  # fmt: skip
    timeline = Timeline()
    pool = Pool(timeline, lambda wave: [10, 100, 100, 0][min(wave, 3)])
    pool.takers_until = 29
    waves = Waves(timeline, of, pool, Budget(of))
    timeline.run()
    assert [record.awarded for record in waves.records if record.opened] == [10, 60, 60, 0]


@pytest.mark.parametrize(("undecided_until", "last"), [(0, [60, 40]), (25, [60, 40, 0])])
def test_waves_by_rule_end_with_the_budget(undecided_until: float, last: list[int]) -> None:
    """Catches waves without a rupiah that open for years, and an end while an award may still be revoked.

    People register for 200 days; the budget of 100 awards is committed on day 20, and a wave would open on day 21.
    """
    rule = {"first_day": 7, "every_days": 7, "open_days": 4, "quota_share": 0, "places": 60}
    budget = {"one": {"first_wave": 1, "rupiah": 100 * 3_550_000}}
    of = by_rule(**{"waves.rule": rule, "budget.tranches": budget, "selection.days": 2})
    timeline = Timeline()
    pool = Pool(timeline)
    pool.empty_from, pool.open_deadlines_until = 200, undecided_until
    waves = Waves(timeline, of, pool, Budget(of))
    timeline.run()
    assert [record.awarded for record in waves.records if record.opened] == last
    assert waves.over


@pytest.mark.parametrize("returns", [True, False])
def test_a_revocation_gives_waves_by_rule_a_budget_again(returns: bool) -> None:
    """Catches an end although the budget of later waves is whole, or although an award has just been revoked."""
    rule = {"first_day": 7, "every_days": 7, "open_days": 4, "quota_share": 0, "places": 60}
    budget = {"one": {"first_wave": 1, "rupiah": 50 * 3_550_000}}
    later = {"two": {"first_wave": 4, "rupiah": 10 * 3_550_000}}
    of = by_rule(**{"waves.rule": rule, "budget.tranches": budget if returns else budget | later, "selection.days": 2})
    timeline = Timeline()
    pool = Pool(timeline)
    pool.empty_from = 200
    waves = Waves(timeline, of, pool, Budget(of))
    timeline.run(until=13.5 * DAY)
    if returns:
        waves.revoke(0, 3)
    timeline.run()
    assert [record.awarded for record in waves.records if record.opened] == ([50, 3] if returns else [50, 0, 0, 10])


def test_waves_by_rule_wait_for_one_that_is_not_yet_announced() -> None:
    """Catches a place that is lost because its award is revoked after waves were thought to be over.

    A place is given again on day 14. On day 21 no place is left and no deadline is open, but the award that
    comes on day 22 is revoked on day 30, so a wave on day 35 must give it once more.
    """
    of = by_rule()
    timeline = Timeline()
    pool = Pool(timeline)
    pool.processed_by_day = lambda day: 10
    pool.empty_from, pool.open_deadlines_until = 8, 10
    waves = Waves(timeline, of, pool, Budget(of))
    timeline.run(until=10 * DAY)
    waves.revoke(0, 1)
    timeline.run(until=22 * DAY + 1)
    assert pool.log[-1] == (22, "awards", 1, 1)
    pool.open_deadlines_until = 30
    timeline.run(until=30 * DAY)
    waves.revoke(1, 1)
    timeline.run()
    assert [record.quota for record in waves.records[:5]] == [1, 1, 0, 0, 1]
