"""The market: what is sold, where and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from sim.report.figures import market
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE
from sim.report.figures.words import SPACE, amount, percent
from tests.report.figures.runs import table


def test_the_market_s_finding(runs: Callable[[str], Saved]) -> None:
    """Catches a platform that is not the largest, rupiah of another sum, and the ten largest of ten."""
    saved = runs("institutions")
    by_platform, by_provider = Counter[str](), Counter[str]()
    for row in table(saved, "market"):
        by_platform[row["label"]] += int(row["sold"])
    for row in table(saved, "courses"):
        by_provider[row["provider"]] += int(row["sold"])
    sold, (largest, most) = sum(by_platform.values()), by_platform.most_common(1)[0]
    rupiah = sum(int(row["rupiah"]) for row in table(saved, "market"))
    said = market.finding(saved)
    assert said.startswith(f"{amount(sold)} courses for {rupiah / 1e12:.2f}{SPACE}trillion rupiah are sold on ")
    assert f", {percent(most / sold)} on {largest}; " in said
    ten = sum(number for _, number in by_provider.most_common(10))
    assert said.endswith(f"the ten largest of {len(by_provider)} providers sell {percent(ten / sold)}")
    assert "providers" not in market.finding(runs("one_provider"))
    assert market.finding(runs("nobody_in_the_market")) == "No market forms: no course is sold"


def test_the_market_is_drawn_as_the_tables_say(runs: Callable[[str], Saved]) -> None:
    """Catches months of unlike length on one scale, a platform left out of the others, and a curve that is not one."""
    saved = runs("institutions")
    rows = table(saved, "market")
    months = sorted({row["month"] for row in rows})
    by_month = Counter[str]()
    for row in rows:
        by_month[row["month"]] += int(row["sold"])
    edges = np.array([saved.days.dates[0], *months[1:], saved.days.dates[-1] + 1], dtype="datetime64[D]")
    a_day = np.array([by_month[month] for month in months]) / np.diff(edges).astype(float)
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            drawn = market.draw(saved, sheet)
        by_platform, providers = drawn.figure.axes
        assert by_platform.dataLim.y1 == pytest.approx(a_day.max())
        assert by_platform.get_ylabel().startswith("courses a day")
        curve = np.asarray(providers.get_lines()[0].get_ydata(), dtype=float)
        assert (curve[0], curve[-1]) == (0, pytest.approx(1))
        assert (np.diff(curve, 2) <= 1e-12).all(), "the largest come first"
        key = by_platform.get_legend()
        assert key is not None
        assert len(key.get_texts()) == 5
        assert key.get_texts()[0].get_text().startswith("6 others")
