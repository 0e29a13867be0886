"""What was published: what of it the fit uses, and how exact it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.composition.compose import composition
from sim.engines.observed import observe
from sim.experiments.calibration.figures import Figure, half_unit, published_figures
from sim.experiments.calibration.leaving_out import (
    Predicted,
    crps,
    dates,
    said_of_predictions,
    share_between,
    share_over_dates,
)
from sim.report.text import WIDTH
from sim.results.tables import tables
from tests.building import history


def test_noughts_tell_how_a_figure_was_rounded() -> None:
    """Catch a figure printed in full that is taken for a rounded one, and the other way round."""
    known = {3_400_000: 50_000, 310_212: 0.5, 1_200_000: 50_000, 933_000: 500, 5_000_000: 500_000, 1_600e9: 50e9}
    assert {figure: half_unit(figure) for figure in known} == known


def test_each_figure_is_used_once_and_none_is_of_a_later_date() -> None:
    """Catch 2,078,026 as two observations, an input or an assumption that is taken for one, and a fact of 2021."""
    parameters = composition([]).parameters
    used, left_out = published_figures(parameters)
    assert sum(figure.published == 2_078_026 for figure in used) == 1
    assert max(figure.at for figure in used) <= parameters.published.fit_until
    assert not {"awarded", "eligible_share"} & {figure.what for figure in used}
    assert len({figure.name for figure in used}) == len(used) >= 40
    filled = {int(figure.scope): figure for figure in used if figure.bound}
    assert list(filled) == [*range(1, 11)]
    assert (filled[7].published, filled[7].bound, filled[7].rounding) == (800_000, True, 0)
    reasons = {figure.name: why for figure, why in left_out}
    assert reasons["joined 18 2021-08-24"] == "later than the fit"
    assert reasons["joined 1 2020-04-20"] == "the same as those who had ever joined by then"
    assert reasons["incentive_rupiah 2020-05-19"] == "the same as the first incentives paid by then"
    assert reasons["eligible_share 1-10 2020-10-02"] == "an assumption, no figure"
    days = "4-12 4-16 5-11 5-19 5-29 6-3 6-22 7-13 8-7 8-16 8-29 9-3 9-4 9-10 9-12 9-15 9-17 9-25 9-28 10-5 10-14"
    assert [f"{date.month}-{date.day}" for date in dates(used)] == days.split()


def test_a_report_that_tells_the_day_of_its_figures_is_not_older() -> None:
    """Catch a day that the source tells and the fit does not heed, and one of printing that is taken for it."""
    used, _ = published_figures(composition([]).parameters)
    older = {f"{figure.at:%m-%d}" for figure in used if figure.may_be_older}
    assert older == {"05-11", "05-19", "06-22", "07-13", "08-07", "09-04", "09-12", "09-15"}
    told = {f"{figure.at:%m-%d}" for figure in used if figure.moving and figure.dated}
    assert told == {"04-12", "04-16", "05-29", "06-03", "09-17"}


def test_what_the_tables_call_fitted_is_what_the_fit_uses() -> None:
    """Catch a figure that a table calls fitted though the fit leaves it out, or the other way round."""
    journal = history()
    rows = tables(observe(journal), journal.waves, journal.runs)["published"].rows
    used, _ = published_figures(composition([]).parameters)
    fitted = {(row["figure"], row["scope"] or "", row["at"]) for row in rows if row["role"] == "fitted"}
    assert fitted == {(each.what, each.scope, each.at) for each in used if not each.bound}


def test_scores_are_those_of_theory() -> None:
    """Catch a score that does not reward narrow and right: of a standard normal law at its middle and beside it."""
    draws = np.random.default_rng(1).standard_normal(40_000)
    assert crps(draws, 0.0) == pytest.approx(2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi), abs=0.01)
    assert crps(draws, 2.0) == pytest.approx(1.4528, abs=0.02)
    assert crps(np.zeros(50), 3.0) == 3
    figure = published_figures(composition([]).parameters)[0][0]
    found = Predicted(figure, figure.published * np.exp(0.1 * draws))
    assert found.covered
    assert found.interval_score == pytest.approx(2 * 1.645 * 0.1, rel=0.03)
    beyond = Predicted(figure, figure.published * np.exp(0.1 * draws - 0.3))
    assert not beyond.covered
    assert beyond.interval_score == pytest.approx(2 * 1.645 * 0.1 + 20 * (0.3 - 0.1645), rel=0.05)
    assert beyond.error == pytest.approx(1 - np.exp(-0.3), abs=0.01)


def test_a_count_of_hits_has_its_interval() -> None:
    """Catch a coverage whose own error is told too small: Clopper and Pearson's for 9 of 10, none and all."""
    assert share_between(9, 10) == pytest.approx((0.6058, 0.9949), abs=1e-4)
    assert share_between(0, 10) == pytest.approx((0, 0.2589), abs=1e-4)
    assert share_between(10, 10) == pytest.approx((0.7411, 1), abs=1e-4)


def test_figures_of_one_date_are_no_independent_hits() -> None:
    """Catch a coverage surer than its dates: of ten dates of three figures two miss whole, as if of ten figures."""
    used = published_figures(composition([]).parameters)[0]
    days = [replace(used[0], at=at) for at in dates(used)[:10]]

    def found(each: Figure, miss: bool) -> Predicted:
        return Predicted(each, each.published * np.exp(np.linspace(-0.1, 0.1, 21) + 0.5 * miss))

    together = [found(replace(days[k], what=what), k < 2) for k in range(10) for what in ("a", "b", "c")]
    assert len({each.figure.at.date() for each in together}) == 10
    low, high = share_over_dates(together)
    # The hits of ten dates are binomial: the 5th percentile of 10 draws at 0.8 is 6, the 95th 10.
    assert (low, high) == (0.6, 1.0)
    assert share_between(24, 30) == pytest.approx((0.643, 0.909), abs=0.002)
    assert share_over_dates([each for each in together if each.covered])[0] == share_between(24, 24)[0]


def test_a_row_of_predictions_is_a_line() -> None:
    """Catch a table that a screen of 80 columns wraps, and a share that is told without what it may be."""
    used = published_figures(composition([]).parameters)[0]
    lines = said_of_predictions([Predicted(each, each.published * np.linspace(0.9, 1.1, 9)) for each in used])
    assert max(map(len, lines)) <= WIDTH
    assert sum(" 20  " in line for line in lines) == len(used)
    flat = " ".join(" ".join(lines).split())
    assert "so the true share may be" in flat
    assert flat.endswith("All are dated up to 14 October 2020. Nothing here tests a forecast of months.")


def test_what_lies_beside_another_is_told_apart() -> None:
    """Catch a figure filled in from one beside it that is counted as predicted."""
    used = [each for each in published_figures(composition([]).parameters)[0] if not each.bound]
    alike = [(0.85, 0.9, 0.84, 0.0)[k % 4] for k in range(len(used))]
    found = [Predicted(each, np.full(9, each.published), one) for each, one in zip(used, alike, strict=True)]
    flat, beside = " ".join(" ".join(said_of_predictions(found)).split()), sum(one >= 0.85 for one in alike)
    assert f"Of {beside} figures (beside one, errors correlated by 0.85 or more) {beside} lie" in flat
    assert f"Of {len(used) - beside} figures (beside none such)" in flat
