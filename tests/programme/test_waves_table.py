"""The table of waves: instants, what is in force at each, places, budgets and partners."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from sim.calendar.instants import DAY, instant, moment
from tests.building import NO_FIGURES, SMALL, law, programme

HISTORY = programme(SMALL)
WEEKLY = programme(SMALL, "scenario=rate_800k")


def test_the_calendar_is_kept() -> None:
    """Catches an instant of the calendar that is moved or put under another wave."""
    table = HISTORY.waves
    calendar = HISTORY.parameters.waves.calendar or {}
    assert table.names == tuple(f"w{k:02d}" for k in range(1, 23))
    for name, row in zip(table.names, table.waves, strict=True):
        wave = calendar[name]
        assert [int(row[k]) for k in ("open", "close", "announced")] == [
            instant(wave.open), instant(wave.close), instant(wave.announced)
        ]  # fmt: skip
        assert row["deadline"] == instant(wave.announced) // DAY * DAY + 30 * DAY


def test_waves_by_rule() -> None:
    """Catches a wave one week early or late: every 7 days from day 7, open for 4, announced 4 later."""
    waves = WEEKLY.waves.waves
    assert waves["open"].tolist() == [7 * DAY * k for k in range(1, len(waves) + 1)]
    assert np.all(waves["close"] - waves["open"] == 4 * DAY)
    assert np.all(waves["announced"] - waves["close"] == 4 * DAY)
    assert waves["open"][-1] < WEEKLY.horizon <= waves["open"][-1] + 7 * DAY
    assert WEEKLY.waves.places is None


LATE = {
    "clock.start": "2021-06-01T12:00",
    "demand.points": [{"at": "2021-06-02T00:00", "registered": 0}, {"at": "2021-07-01T00:00", "registered": 9}],
    **{f"payment.partners.{name}.from": "2021-06-01T12:00" for name in ("bni", "ovo", "gopay", "linkaja", "dana")},
}


def test_waves_by_rule_follow_the_start_of_the_clock() -> None:
    """Catches waves before the start, when there is no payment partner yet: a late start once ended in a traceback."""
    start = instant(datetime(2021, 6, 1, 12))
    waves = programme(SMALL, "scenario=rate_800k", changes=LATE).waves.waves
    assert waves["open"].tolist() == [start + 7 * DAY * k for k in range(1, len(waves) + 1)]


@pytest.mark.parametrize(("days", "opening"), [(1 / DAY, 1), (1.4 / DAY, 1), (1.6 / DAY, 2), (2.3, 198_720_000_000)])
def test_an_opening_is_rounded_to_the_microsecond(days: float, opening: int) -> None:
    """Catches an opening cut down to nothing, in which nobody could join."""
    rule = {"first_day": 0, "every_days": 7, "open_days": days, "quota_share": 0.5, "places": None}
    waves = programme(SMALL, "scenario=rate_800k", changes={"waves.rule": rule}).waves.waves
    assert np.all(waves["close"] - waves["open"] == opening)


def test_what_is_in_force() -> None:
    """Catches a step read at a wrong date: propensities at the opening, eligibility at the announcement."""
    shares = [{"from": "2020-04-11T00:00", "share": 0.9}, {"from": "2020-08-08T12:00", "share": 0.5}]
    waves = programme(SMALL, changes={
        "joining.newcomers": shares,  # from the very instant at which wave 4 opens
        "joining.losers": [{**shares[0], "share": 0.8}, {"from": "2020-08-08T12:01", "share": 0.4}],
        "selection.eligible": [shares[0], {"from": "2020-08-16T00:00", "share": 0.6}],  # 16 August
    }).waves.waves  # fmt: skip
    assert waves["newcomers"][:5].tolist() == [0.9, 0.9, 0.9, 0.5, 0.5]
    assert waves["losers"][:5].tolist() == [0.8, 0.8, 0.8, 0.8, 0.4]
    assert waves["eligible"][:5].tolist() == [0.9, 0.9, 0.9, 0.6, 0.6]


def test_purchase_steps_by_wave() -> None:
    """Catches a propensity to buy, or its delay, that starts one wave late: here from waves 1, 4 and 6 on."""
    steps = [
        {"from_wave": wave, "buys": buys, "delay": law("constant", days)}
        for wave, buys, days in ((1, 0.9, 8), (4, 0.8, 4), (6, 0.7, 2))
    ]
    waves = programme(SMALL, changes={"purchase.waves": steps}).waves.waves
    assert waves["buys"][:8].tolist() == [0.9, 0.9, 0.9, 0.8, 0.8, 0.7, 0.7, 0.7]
    assert waves["buys_after"]["mean"][[2, 3, 5]].tolist() == [8 * DAY, 4 * DAY, 2 * DAY]


def test_scaled_places_are_the_floor_of_the_cumulative() -> None:
    """Catches places rounded wave by wave, in the calendar and where a rule gives the same each week."""
    calendar = HISTORY.parameters.waves.calendar or {}
    whole = np.cumsum([wave.places for wave in calendar.values()])
    assert np.cumsum(HISTORY.waves.places or []).tolist() == (whole * 2 // 100_000).tolist()
    places = programme(SMALL, "scenario=rate_800k", changes={"waves.rule": {
        "first_day": 7, "every_days": 7, "open_days": 4, "quota_share": 0.1, "places": 230_000
    }}).waves.places  # fmt: skip
    assert (places or [])[:10] == [4, 5, 4, 5, 5, 4, 5, 4, 5, 5]


def test_a_budget_bounds_the_waves_of_its_time() -> None:
    """Catches wave 12 paid from the budget of 2020, and a budget not scaled or in awards of another price."""
    assert HISTORY.waves.tranche == (0,) * 11 + (1,) * 11
    assert HISTORY.benefit == (1_000_000, 2_400_000, 150_000)
    assert HISTORY.tranche_awards == (
        20 * 10**12 * 2 // 100_000 // 3_550_000,
        212 * 10**11 * 2 // 100_000 // 3_550_000,
    )
    assert set(WEEKLY.waves.tranche) == {0}


def test_partners_share_those_of_their_kind_who_have_entered() -> None:
    """Catches DANA chosen before 14 October 2020 (wave 11), and a bank that pays into e-wallets."""
    split = {"ovo": 0.4, "gopay": 0.25, "linkaja": 0.15, "dana": 0.2}
    waves = programme(SMALL, changes={f"payment.partners.{k}.share": v for k, v in split.items()}).waves
    shares = np.diff(waves.partners, axis=2, prepend=0)
    assert [moment(int(waves.waves["announced"][k])).month for k in (9, 10)] == [10, 11]
    np.testing.assert_allclose(shares[:, 0], [[1, 0, 0, 0, 0]] * 22)
    np.testing.assert_allclose(shares[:10, 1], [[0, 0.5, 0.3125, 0.1875, 0]] * 10, atol=1e-15)
    np.testing.assert_allclose(shares[10:, 1], [[0, 0.4, 0.25, 0.15, 0.2]] * 12, atol=1e-15)


@pytest.mark.parametrize("seen", [0, 1, 2])
def test_the_latest_close_is_that_of_all_before(seen: int) -> None:
    """Catches a long wave that a later, shorter one hides from those who enter the pool."""
    calendar = {
        f"w{k:02d}": {"open": f"2020-05-{o:02d}T00:00", "close": f"2020-05-{c:02d}T00:00",
                      "announced": "2020-06-20T00:00", "places": 9, "face_check_fails": 0}
        for k, (o, c) in enumerate([(1, 20), (2, 10), (3, 30)], start=1)
    }  # fmt: skip
    waves = programme(SMALL, changes={"waves.calendar": calendar, **NO_FIGURES}).waves.waves
    assert moment(int(waves["latest_close"][seen])).day == [20, 20, 30][seen]
