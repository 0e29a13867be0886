"""The model's own error: of the right size, alike over time as in the fit, and in the interval that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from sim.experiments.calibration.figures import AFTER_AWARD
from sim.experiments.model_error import FOLLOWS_THE_AWARD, ModelError
from sim.report.intervals import Told
from sim.report.worlds_published import predicted_lines, published_lines
from sim.results.figure import Figure
from sim.results.table import Table
from sim.results.tables.published import BY_DATE, GIVEN, GIVEN_BY_CALENDAR, PAID, TRAINING
from sim.results.tables.published_in_worlds import published_in_worlds
from sim.results.tables.worlds import Run
from tests.building import SIGMAS

FIRST, LATER = datetime(2020, 9, 15, 12), datetime(2021, 12, 31)
ERROR = ModelError(0.02, 0.1, seed=7)


def test_a_draw_is_as_large_and_as_alike_as_the_fit_says() -> None:
    """Catch an error of another size before and after the award, and dates that are independent, or the same."""
    dates = [FIRST, FIRST + timedelta(days=30), LATER]
    n = 4_000
    for figure, size in (("ever_joined", 0.02), ("bought_first", 0.1)):
        logs = np.log([list(ERROR.factors(world, figure, dates).values()) for world in range(1, n + 1)])
        assert np.abs(logs.std(axis=0) / size - 1).max() < SIGMAS / np.sqrt(2 * n)
        assert np.abs(logs.mean(axis=0) / size).max() < SIGMAS / np.sqrt(n)
        alike = np.corrcoef(logs.T)
        assert alike[0, 1] == pytest.approx(np.exp(-1), abs=SIGMAS / np.sqrt(n))
        assert abs(alike[0, 2]) < SIGMAS / np.sqrt(n)


def test_a_draw_is_keyed_by_seed_world_and_figure() -> None:
    """Catch a draw that depends on what else is asked for, or that two worlds or figures share."""
    one = ERROR.factors(3, "bought_first", [FIRST])[FIRST]
    assert ERROR.factors(3, "bought_first", [LATER, FIRST, FIRST])[FIRST] == one
    others = [replace(ERROR, seed=8).factors(3, "bought_first", [FIRST]), ERROR.factors(4, "bought_first", [FIRST])]
    assert one not in [*(each[FIRST] for each in others), ERROR.factors(3, "reviewed", [FIRST])[FIRST]]


def test_every_figure_has_the_error_of_its_side_of_the_award() -> None:
    """Catch a new figure of what follows the award that is taken for one of the way to it."""
    before = set(BY_DATE[: BY_DATE.index("awarded") + 1])
    every = {*BY_DATE, *PAID, *TRAINING, *AFTER_AWARD}
    assert every - before - {*GIVEN, *GIVEN_BY_CALENDAR} == FOLLOWS_THE_AWARD


def told_of(discrepancy: tuple[float, ...]) -> Told:
    """Return an answer of forty worlds that all simulate the same, but for the model's error."""

    def row(figure: str, at: datetime, published: float | None, role: str) -> dict[str, object]:
        return {"figure": figure, "scope": None, "at": at, "published": published, "role": role}

    rows = [
        row("bought_first", FIRST, 1_100_000, "fitted"),
        row("ever_joined", FIRST, 1_100_000, "fitted"),
        row("bought_first", LATER, None, "prediction"),
        row("awarded", LATER, None, "input"),
    ]
    names = ["bought_first.2020-09-15", "ever_joined.2020-09-15", "bought_first.2021-12-31", "awarded.2021-12-31"]
    figures = {f"published.{name}": Figure(1_000_000, "people") for name in names}
    figures |= {f"wave.12.{what}": Figure(1_000_000, "people") for what in ("joined", "awarded", "revoked")}
    runs = [Run(world, 0, figures, {}) for world in range(41)]
    published = Table("published", dict.fromkeys(rows[0], ""), rows)  # type: ignore[arg-type]
    waves = Table("waves", {"wave": "", "announced": ""}, [{"wave": 12, "announced": datetime(2021, 3, 3)}])
    factors = ModelError(discrepancy[0], discrepancy[1], seed=7).factors if discrepancy else None
    found = published_in_worlds(published, waves, runs, factors, by_calendar=True)
    beside = {str(each["figure"]): each for each in found.rows}
    tables = {"published": published, "waves": waves}
    ended = {"end": Figure("2022-02-09T20:18:00", "instant")}
    return Told(tables, ended, runs, {}, "fit", 60, {}, {}, [], 1.0, beside, discrepancy)


def test_the_interval_holds_what_is_published_as_often_as_it_says() -> None:
    """Catch an interval of the simulated programme where one of what is published is meant, and a widened input."""
    told = told_of((0.02, 0.1))
    rows = told.beside_published
    bought, joined = rows["published.bought_first.2020-09-15"], rows["published.ever_joined.2020-09-15"]
    assert np.log(bought["high"] / bought["low"]) == pytest.approx(2 * 1.645 * 0.1, rel=0.35)  # forty draws
    assert np.log(joined["high"] / joined["low"]) == pytest.approx(2 * 1.645 * 0.02, rel=0.35)
    for given in ("published.awarded.2021-12-31", "wave.12.awarded"):
        assert (rows[given]["low"], rows[given]["high"]) == pytest.approx((1e6, 1e6))
        assert not rows[given]["with_error"]
    assert rows["wave.12.joined"]["low"] < 0.98e6 < rows["wave.12.revoked"]["high"]
    flat = " ".join(" ".join(published_lines(told)).split())
    assert "1 of 2 fitted figures lie inside." in flat
    assert "hold the model's own error too (s.d. 2.0 % up to the award, 10.0 % after it)" in flat
    said = predicted_lines(told)
    given = "Given the registrations and the waves that came, with their places and the budget:"
    assert " ".join(" ".join(said).split()).startswith(given)
    assert any("awarded (given)" in line for line in said)


def test_members_that_do_not_say_it_widen_nothing() -> None:
    """Catch an error that is made up where the table of members says none, and a screen that is silent about it."""
    told = told_of(())
    for row in (each for each in told.beside_published.values() if each["reached"]):
        assert (row["low"], row["high"]) == pytest.approx((1e6, 1e6))
        assert not row["with_error"]
    assert "How far the model itself is off is not known" in " ".join(" ".join(published_lines(told)).split())
