"""The model's own error: of the right size, as alike as the fit has it, and in the interval that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import accumulate

import numpy as np
import pytest

from sim.experiments.calibration.alike import alike, alike_by_waves
from sim.experiments.calibration.figures import AFTER_AWARD
from sim.experiments.calibration.figures import Figure as Fitted
from sim.experiments.model_error import FOLLOWS_THE_AWARD, ModelError
from sim.report.intervals import Told
from sim.report.worlds_published import predicted_lines, published_lines
from sim.results.figure import Figure
from sim.results.table import Table
from sim.results.tables.published import BY_DATE, GIVEN, GIVEN_BY_CALENDAR, PAID, TRAINING
from sim.results.tables.published_in_worlds import Asked, published_in_worlds
from sim.results.tables.worlds import Run
from tests.building import SIGMAS
from tests.worlds.asked import ERROR, FIRST, LATER, N, logs


def test_draws_are_as_alike_as_the_fit_says() -> None:
    """Catch draws of another size than one, and days that are independent, the same, or alike for longer."""
    draws = np.array([ERROR.by_day(world, "bought_first", 151) for world in range(1, N + 1)])[:, [0, 30, 150]]
    assert np.abs(draws.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(draws.mean(axis=0)).max() < SIGMAS / np.sqrt(N)
    alike = np.corrcoef(draws.T)
    for one, other, days in ((0, 1, 30), (1, 2, 120), (0, 2, 150)):
        assert alike[one, other] == pytest.approx(np.exp(-days / 30), abs=SIGMAS / np.sqrt(N))


def test_the_error_of_a_count_is_as_alike_as_it_has_grown() -> None:
    """Catch draws of another size than one, and counts that are more or less alike than earlier / later."""
    counts = [1.0, 2.0, 1e6, 1.05e6, 1.5e6, 1e7]
    draws = np.array([[ERROR.by_size(world, "bought_first", count) for count in counts] for world in range(1, N + 1)])
    assert np.abs(draws.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(draws.mean(axis=0)).max() < SIGMAS / np.sqrt(N)
    alike = np.corrcoef(draws.T)
    for one, other in ((0, 1), (1, 2), (2, 3), (2, 4), (2, 5)):
        expected = counts[one] / counts[other]
        assert alike[one, other] == pytest.approx(expected, abs=SIGMAS * (1 - expected**2) / np.sqrt(N) + 2e-3)


def test_the_errors_of_the_revoked_are_as_alike_as_their_waves() -> None:
    """Catch revoked of waves 5 to 7 that share nothing with those of 1 to 7, or with wave 6, and all that are alike."""
    waves = (range(1, 8), range(1, 5), range(5, 8), range(6, 7))
    draws = np.array([[ERROR.by_waves(world, "revoked", some) for some in waves] for world in range(1, N + 1)])
    assert np.abs(draws.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N)
    alike = np.corrcoef(draws.T)
    for one, other in ((0, 1), (0, 2), (0, 3), (1, 2), (2, 3)):
        expected = alike_by_waves(waves[one], waves[other])
        assert alike[one, other] == pytest.approx(expected, abs=SIGMAS * (1 - expected**2) / np.sqrt(N))
    asked_of = [Asked(f"revoked {of}", "revoked", of, FIRST, "prediction", None) for of in ("wave.6", "6-6")]
    found = np.array(ERROR.published(3, asked_of, [1e5, 1e5]))
    assert found[0] == found[1] == pytest.approx(1e5 * np.exp(0.1 * ERROR.by_waves(3, "revoked", range(6, 7))))


def test_what_is_drawn_is_as_alike_as_the_fit_takes_it() -> None:
    """Catch a law of the fit that what is published of the worlds does not follow: counts, waves, revoked, rupiah.

    And along the funnel: all stages of three dates, registrations and awards given, and the sizes of both kinds.
    """
    shares = (0.85, 0.7, 0.9, 0.95, 0.75, 0.45, 0.8, 0.6, 0.97, 0.7, 0.4)
    stages = {
        at: dict(zip(BY_DATE, accumulate(shares, lambda count, share: count * share, initial=people), strict=True))
        for at, people in ((FIRST, 2.1e7), (datetime(2020, 10, 5), 2.3e7), (LATER, 8e7))
    }
    counts = [(what, "", at, count) for at, each in stages.items() for what, count in each.items()]
    counts += [
        ("incentive_rupiah", "", FIRST, 1.6e12),
        ("incentive_rupiah", "", LATER, 2.4e13),
        ("joined", "4", datetime(2020, 8, 12), 1.2e6),
        ("joined", "7", datetime(2020, 9, 7), 2.8e6),
        ("revoked", "1-4", datetime(2020, 9, 25), 1.9e5),
        ("revoked", "5", datetime(2020, 9, 28), 4.8e4),
        ("revoked", "1-6", datetime(2020, 10, 5), 2.7e5),
    ]
    figures = [Fitted(what, of, at, count) for what, of, at, count in counts]
    groups = alike(figures, {at: np.log([*each.values()]) for at, each in stages.items()})
    expected, given = np.tensordot([0.02**2, 0.05**2], groups, axes=1), ("registered", "awarded")

    some = [
        Asked(f"{what}.{of}.{at}", what, of, at, "input" if what in given else "prediction", None)
        for what, of, at, _ in counts
    ]
    sizes = [count for *_, count in counts]
    found = [ModelError(0.02, 0.05, 7).published(world, some, sizes) for world in range(1, N + 1)]
    off = np.log(np.array(found, dtype=np.float64) / sizes)
    place = {(what, at): k for k, (what, _, at, _) in enumerate(counts)}
    fixed = [k for k, (what, *_) in enumerate(counts) if what in given]
    assert (off[:, fixed] == 0).all()
    assert (expected[fixed] == 0).all()
    moved = np.setdiff1d(np.arange(len(counts)), fixed)
    size = np.sqrt(np.diag(expected)[moved])
    drawn, meant = (each / (size[:, None] * size) for each in (np.cov(off[:, moved].T), expected[np.ix_(moved, moved)]))
    assert np.abs(drawn - meant).max() < 1.5 * SIGMAS / np.sqrt(N)

    def tied(*pair: tuple[str, datetime]) -> float:
        one, other = (np.flatnonzero(moved == place[each])[0] for each in pair)
        return float(meant[one, other])

    assert tied(("incentive_rupiah", FIRST), ("paid_first_incentive", FIRST)) == pytest.approx(1)
    assert 0.3 < tied(("joined", datetime(2020, 8, 12)), ("joined", datetime(2020, 9, 7))) < 0.5
    assert 0.3 < tied(("bought_first", FIRST), ("completed_first", FIRST)) < 0.9
    assert tied(("completed_first", FIRST), ("completed_first", LATER)) < 0.3
    assert np.sqrt(expected[place["bought_first", FIRST], place["bought_first", FIRST]]) < 0.04  # of a given number


def test_what_is_published_does_not_depend_on_which_stages_are_told() -> None:
    """Catch a stage told alone that has an error of its own where, told beside others, it shares theirs."""
    counts = {"registered": 2e7, "ever_joined": 9e6, "awarded": 3.88e6, "bought_first": 3.25e6}
    counts |= {"completed_first": 2e6, "paid_first_incentive": 1.2e6}
    found = []
    for told in ((*counts,), ("paid_first_incentive",)):
        roles = {what: "input" if what in ("registered", "awarded") else "fitted" for what in told}
        rows = [{"figure": k, "scope": None, "at": FIRST, "role": role, "published": 1} for k, role in roles.items()]
        table = Table("published", dict.fromkeys(rows[0], ""), rows)
        runs = [
            Run(
                w, 0, {f"published.{k}.2020-09-15": Figure(n, "people") for k, n in counts.items()}, {}, {FIRST: counts}
            )
            for w in range(41)
        ]
        every = published_in_worlds(table, Table("waves", {}, []), runs, ERROR.published, by_calendar=True)
        assert [str(row["figure"]) for row in every.rows] == [f"published.{what}.2020-09-15" for what in told]
        found.append(every.rows[-1])
    assert found[0] == found[1]
    assert found[0]["high"] > 1.05 * found[0]["low"]


def test_an_error_is_as_large_as_the_fit_says_and_shared_by_those_in_common() -> None:
    """Catch an error of another size, before or after the award, and stages that share more or less than people."""
    counts = {"in_pool": 90e6, "ever_joined": 45e6, "awarded": 10e6, "bought_first": 6e6, "completed_first": 3.6e6}
    found = logs(ModelError(0.02, 0.05, 7), counts, "awarded")
    bought = np.sqrt(1 - 0.6**2)  # of a given number
    completed = np.sqrt((0.6 * bought) ** 2 + 1 - 0.6**2)
    sizes = np.array([0.02, 0.02, 0.05 * bought, 0.05 * completed])
    off = np.delete(found, 2, axis=1)
    assert (found[:, 2] == 0).all()
    assert np.abs(off.std(axis=0) / sizes - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(np.median(off, axis=0) / sizes).max() < 1.2533 * SIGMAS / np.sqrt(N)
    alike = np.corrcoef(off.T)
    for one, other, share in ((0, 1, 0.5), (1, 2, 0.0), (2, 3, 0.6 * bought / completed)):
        assert alike[one, other] == pytest.approx(share, abs=SIGMAS / np.sqrt(N))


def test_stages_of_nearly_the_same_people_are_off_by_nearly_the_same() -> None:
    """Catch a cap on draws of their own: the last of four stages alike would lie 0.7 standard deviations too low."""
    counts = {"ever_joined": 11.932e6, "bought_first": 11.234e6, "completed_first": 10.964e6, "reviewed": 10.682e6}
    counts |= {"paid_first_incentive": 10.680e6, "incentive_rupiah": 24.9e12}
    found = logs(ModelError(0.043, 0.043, 7), counts, "") / 0.043
    assert np.abs(np.median(found, axis=0)).max() < 1.2533 * SIGMAS / np.sqrt(N) + 0.01
    assert np.abs(found.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N) + 0.03
    alike = np.corrcoef(found.T)
    for one, other in ((0, 1), (1, 2), (2, 3), (3, 4)):
        assert alike[one, other] == pytest.approx([*counts.values()][other] / [*counts.values()][one], abs=0.02)
    assert found[:, 5] == pytest.approx(found[:, 4])  # rupiah per participant are as simulated


def test_a_draw_is_keyed_by_seed_world_and_figure() -> None:
    """Catch a draw that two seeds, worlds or figures share."""

    def drawn(error: ModelError, world: int, what: str) -> set[float]:
        return {*error.by_day(world, what, 9), *(error.by_size(world, what, count) for count in (1, 1e3, 1e6))}

    others = drawn(replace(ERROR, seed=8), 3, "revoked") | drawn(ERROR, 4, "revoked") | drawn(ERROR, 3, "reviewed")
    one = drawn(ERROR, 3, "revoked")
    assert not one & others
    assert len(one) == 12


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
        row("bought_first", FIRST, 440_000, "fitted"),
        row("ever_joined", FIRST, 1_100_000, "fitted"),
        row("bought_first", LATER, None, "prediction"),
        row("awarded", LATER, None, "input"),
    ]
    names = ["bought_first.2020-09-15", "ever_joined.2020-09-15", "bought_first.2021-12-31", "awarded.2021-12-31"]
    figures = {f"published.{name}": Figure(400_000 if "bought" in name else 1_000_000, "people") for name in names}
    figures |= {f"wave.12.{what}": Figure(1_000_000, "people") for what in ("joined", "awarded")}
    figures["wave.12.revoked"] = Figure(50_000, "people")
    runs = [Run(world, 0, figures, {}) for world in range(41)]
    published = Table("published", dict.fromkeys(rows[0], ""), rows)  # type: ignore[arg-type]
    waves = Table("waves", {"wave": "", "announced": ""}, [{"wave": 12, "announced": datetime(2021, 3, 3)}])
    error = ModelError(discrepancy[0], discrepancy[1], seed=7).published if discrepancy else None
    found = published_in_worlds(published, waves, runs, error, by_calendar=True)
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
    for name in ("published.awarded.2021-12-31", "wave.12.awarded"):
        assert (rows[name]["low"], rows[name]["high"]) == pytest.approx((1e6, 1e6))
        assert not rows[name]["with_error"]
    assert rows["wave.12.joined"]["low"] < 0.98e6
    assert rows["wave.12.revoked"]["high"] > 55_000
    flat = " ".join(" ".join(published_lines(told)).split())
    assert "1 of 2 fitted figures lie inside." in flat
    size = "hold the model's own error too (s.d. 2.0 % up to the award, 10.0 % after it)"
    assert f"{size}, so that what is published should lie in them" in flat
    otherwise = " ".join(" ".join(published_lines(replace(told, as_it_was=False))).split())
    assert f"{size}; but what was published is of the programme as it was" in otherwise, (
        "no counterfactual is published"
    )
    said = predicted_lines(told)
    given = "Given the registrations and the waves that came, with their places and the budget:"
    assert " ".join(" ".join(said).split()).startswith(given)
    assert any("awarded (given)" in line for line in said)


def test_members_that_do_not_say_it_widen_nothing() -> None:
    """Catch an error that is made up where the table of members says none, and a screen that is silent about it."""
    told = told_of(())
    for row in (each for each in told.beside_published.values() if each["reached"]):
        assert (row["low"], row["high"]) == pytest.approx((row["base"], row["base"]))
        assert not row["with_error"]
    assert "How far the model itself is off is not known" in " ".join(" ".join(published_lines(told)).split())
