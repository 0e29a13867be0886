"""The waterfall of causes is drawn from the saved tables, and its finding is what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.report.figures.comparing import waterfall
from sim.report.figures.comparing.saved import SavedComparison
from sim.report.figures.look import look
from sim.report.figures.page import save
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.results.tables.comparing.causes import causes
from tests.comparing.test_causes import paired, tried
from tests.report.figures.pictures import shown_words


def saved(several: bool, sign: int = 1) -> SavedComparison:
    """Return a comparison as it is saved; with `sign` -1 the scenario has fewer by as many as it has more."""
    sides = paired({1: 1e6, 2: 2e6}, {1: 1e6 + sign * 0.6e6, 2: 2e6 + sign * 0.8e6})
    some = tried({1: 1.1e6, 2: 2.3e6}, {1: 0.9e6, 2: 1.8e6}) if several else tried({1: 1.6e6, 2: 2.8e6})
    found = SavedComparison(Path("nowhere"))
    scenarios = [
        {"scenario": name, "reference": name == "history", "scale": 0.01, "replications": 2, "in_worlds": True}
        for name in sides.names
    ]
    found._read |= {"causes": causes(sides, some).rows, "scenarios": scenarios}
    return found


@pytest.fixture(autouse=True)
def _there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SavedComparison, "has", lambda self, name: True)


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_bars_begin_where_the_ones_before_end(sheet: Sheet, tmp_path: Path) -> None:
    """Catches bars that do not lead to the whole, and words that leave the page."""
    with look(sheet):
        drawn = waterfall.draw(saved(several=True), sheet)
        (axes,) = drawn.figure.axes
        bars = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
        save(drawn, tmp_path, "waterfall")
    assert [round(width) for _, width in bars] == [200_000, -150_000, 650_000, 700_000]
    assert [round(begin) for begin, _ in bars] == [0, 200_000, 50_000, 0]
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg", ".png"}


LONG = "a wave every 7 days with 800,000 places instead of the calendar of 22 waves that were held"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_words_of_bars_stay_on_the_page(sheet: Sheet, sign: int) -> None:
    """Catches long causes cut off at the left edge, and amounts at the right one where all bars end at nought."""
    found = saved(several=True, sign=sign)
    for row in found.rows("causes"):
        row["cause_label"], row["label"] = LONG, "Registered to award: median of those who got it"
    with look(sheet):
        drawn = waterfall.draw(found, sheet)
        page = drawn.figure.bbox
        for text, box in shown_words(drawn):
            assert page.x0 <= box.x0 and box.x1 <= page.x1, text


def test_the_finding_names_what_does_most() -> None:
    """Catches a finding of another row than the largest."""
    assert waterfall.finding(saved(several=True)) == "Awarded: of +0.700 m in rate_800k, the interaction makes +0.650 m"


def test_one_difference_is_not_drawn() -> None:
    """Catches a waterfall of a single bar."""
    assert not waterfall.asked(saved(several=False))
