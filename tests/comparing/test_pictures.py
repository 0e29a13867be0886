"""Pictures of a comparison: drawn from saved tables alone, with words that can be read, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.composition.compose import composition
from sim.composition.named import named_as
from sim.experiments.run import evaluate
from sim.experiments.tasks import outcome_of
from sim.experiments.worlds import World, with_luck
from sim.parameters import validate
from sim.report.figures.comparing import draw, funnels, money, payments, queues, sweep, waits
from sim.report.figures.comparing.saved import MOST, SavedComparison, in_lines
from sim.report.figures.look import look
from sim.report.figures.page import Page, save
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.results.comparison import Compared, Comparison, Replicated
from sim.results.tables.comparing import tables_of
from sim.results.write import write_tables
from tests.building import SMALL
from tests.comparing.hand_made import comparison, scenario
from tests.report.figures.pictures import shown_words, texts
from tests.report.figures.test_every_figure import overlapping

DRAWN: dict[str, Callable[[SavedComparison, Sheet], Page]] = {
    "funnels": funnels.draw,
    "queues": queues.draw,
    "waits": waits.draw,
    "payments": payments.draw,
    "money": money.draw,
    "sweep": sweep.draw,
}
SHOWN = ("processing.weeks_to_clear", "wait.processing.median_days", "funnel.awarded", "money.cost_a_participant")
RATES = (200_000, 800_000, 3_000_000)


def replicated(rate: int) -> Replicated:
    """Return two replications of a processing rate, until some have been paid."""
    found = composition(
        ("scenario=rate_800k", SMALL, f"processing.rate={rate}", "engine=person", "clock.end=2020-08-01")
    )
    lucks = {luck: validate(with_luck(found.config, World(luck, {}))) for luck in (1, 2)}
    runs = {luck: outcome_of(evaluate(each)) for luck, each in lucks.items()}
    name = f"processing.rate={rate}"
    swept = {"processing.rate": rate}
    return Replicated(Compared(name, name, "", found.config, found.parameters, named_as(found), swept), runs)


def saved_of(compared: Comparison, folder: Path) -> SavedComparison:
    write_tables(tables_of(compared), folder / "tables")
    return SavedComparison(folder / "tables")


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory) -> SavedComparison:
    compared = Comparison(None, tuple(map(replicated, RATES)), 0, False, SHOWN, 2e-5)
    return saved_of(compared, tmp_path_factory.mktemp("rates"))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> SavedComparison:
    """Return a comparison in which nobody does anything, of more scenarios than are drawn, with long names."""
    names = [f"a_scenario_with_a_rather_long_name_{number}" for number in range(MOST + 2)]
    each = [scenario(name, {"funnel.registered": [0], "bottleneck": [None]}) for name in names]
    return saved_of(comparison(*each, reference=MOST + 1), tmp_path_factory.mktemp("nothing"))


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
@pytest.mark.parametrize("name", DRAWN)
def test_words_can_be_read(name: str, sheet: Sheet, rates: SavedComparison, nothing: SavedComparison) -> None:
    """Catches words over one another, beyond the page, or too small; and what cannot be drawn of nothing."""
    for saved in (rates, nothing):
        if name == "sweep" and not sweep.asked(saved):
            continue
        with look(sheet):
            drawn = DRAWN[name](saved, sheet)
            words, whole = list(shown_words(drawn)), drawn.figure.bbox
            for text, box in words:
                inside = whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1
                assert inside, f"{name}: {text!r} leaves the page"
            over = [(words[one][0], words[other][0]) for one, other in overlapping([box for _, box in words])]
            assert over == [], f"{name}: words over one another"


def test_findings_are_those_of_the_tables(rates: SavedComparison) -> None:
    """Catches a finding that says the wrong scenario, and a scale or a reference that is not told."""
    rows = {
        row["scenario"]: row["value"] for row in rates.rows("kpis") if row["figure"] == "station.processing.peak_queue"
    }
    longest = max(rows, key=lambda name: rows[name])
    assert longest == "processing.rate=200000"
    with look(PAGE):
        drawn = queues.draw(rates, PAGE)
        assert "in 200,000, " in drawn.finding
        said = " ".join(texts(drawn))
        assert "Reference: processing.rate=200000." in said and "1 simulated person stands for 50,000" in said
        along = sweep.draw(rates, PAGE)
    change = rates.rows("changes")
    assert bool(change) == along.finding.startswith("From processing.rate of some")


def test_scenarios_beyond_those_drawn_are_counted(nothing: SavedComparison) -> None:
    """Catches scenarios that are left out of a picture without a word."""
    assert len(nothing.names) == MOST and nothing.names[-1] == nothing.reference
    assert nothing.reference.endswith(str(MOST + 1))
    assert all(f"of {MOST + 2}, these are drawn" in said for said in nothing.scenarios())


def test_the_same_tables_give_the_same_bytes(rates: SavedComparison, tmp_path: Path) -> None:
    """Catches a file that is missing, and a date, a random name or a set that is drawn in any order."""
    for slides in (False, True):
        draw(rates.tables, tmp_path / "figures", slides=slides)
    files = [path for path in (tmp_path / "figures").rglob("*") if path.is_file()]
    assert {path.stem for path in files} == set(DRAWN) and len(files) == 4 * len(DRAWN)
    with look(PAGE):
        save(queues.draw(rates, PAGE), tmp_path, "queues")
    for name in ("queues.png", "queues.svg"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "figures" / name).read_bytes(), name


def test_the_waits_of_the_table_are_drawn_first(rates: SavedComparison) -> None:
    """Catches a truth of a saved table that is read as a text, and so is always so."""
    assert waits.chosen(rates)[0] == "processing"
    assert {row["figure"] for row in rates.rows("kpis") if row["shown"]} == set(SHOWN)
    assert rates.replications == "2 replications"


@pytest.mark.parametrize(
    ("funnels_of", "told"),
    [
        (
            {"registered": (80e6, 80e6), "processed": (78e6, 60e6), "awarded": (12e6, 3e6)},
            "“Awarded” differs most: 12 million in one, 3 million in other",
        ),
        (
            {"registered": (80e6, 80e6), "processed": (78e6, 60e6), "awarded": (3e3, 1e3)},
            "“Processed” differs most: 78 million in one, 60 million in other",
        ),
        (
            {"registered": (80e6, 80e6), "awarded": (12.1e6, 12.05e6)},
            "As many reach each stage in every scenario, nearly: “Awarded” differs most, by 0.41 %",
        ),
    ],
)
def test_funnels_name_the_stage_that_differs_most_as_a_share(
    funnels_of: dict[str, tuple[float, float]], told: str
) -> None:
    """Catches a title that names the stage of most people, and one that names a trifle."""

    def value(name: str, figure: str) -> float | None:
        return funnels_of.get(figure.removeprefix("funnel."), (None, None))[name == "other"]

    saved: Any = SimpleNamespace(names=["one", "other"], value=value, short=str)
    assert funnels.finding(saved).replace("\N{NO-BREAK SPACE}", " ") == told


def test_a_name_is_parted_where_its_words_end() -> None:
    """Catches "payment_partner_d" above "own", and a name that runs into the next column."""
    assert in_lines("payment_partner_down", 17) == "payment_partner_\ndown"
    assert in_lines("payment_caps_2020", 15) == "payment_caps_\n2020"
    assert in_lines("history", 8) == "history"
    for name in ("payment_partner_down", "processing.rate=1,600,000", "a" * 40, "waves weekly, with much said of it"):
        lines = in_lines(name, 12).split("\n")
        assert len(lines) <= 2 and max(map(len, lines)) <= 12


def test_weeks_in_which_nothing_happens_any_more_are_not_drawn() -> None:
    """Catches a picture that goes on for years after the last payment, since the run of one world does."""
    weeks = [f"2020-0{month}-01" for month in range(1, 7)]
    when = np.array(weeks, dtype="datetime64[D]")
    band = SimpleNamespace(when=when, high=np.array([0, 4, 9, 2, 0, 0]), middle=np.array([0, 3, 0, 0, 0, 0]))
    saved: Any = SimpleNamespace(names=["one"], band=lambda table, series, name: band)
    assert [str(day) for day in payments.busy_edges(saved)] == ["2020-01-01", "2020-04-08"]
    band.high = band.middle = np.zeros(6)
    assert str(payments.busy_edges(saved)[1]) == "2020-06-08"
