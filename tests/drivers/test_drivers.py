"""The command end to end, at the least size: the same bytes whatever the processes, and clear refusals."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from sim.command.main import main
from sim.composition.compose import composition
from sim.composition.ensemble import all_members
from sim.experiments.drivers import drive as driving
from sim.experiments.drivers.drive import Ensemble, Found, drive, named_among, refuse_unknown
from sim.experiments.drivers.told import tables_of
from sim.parameters import BadInput
from sim.report.drivers.answer import answer, finding
from sim.report.text import WIDTH
from sim.results.meaning import declared
from tests.drivers.small import FEW, WORDS


def found_with(processes: int, folder: Path) -> Found:
    found = composition(WORDS)
    members = all_members(found)
    ensemble = Ensemble(members.numbers, members.rows, members.made)
    return drive(found.config, ensemble, lambda base: ["funnel.ever_joined"], FEW, folder=folder, processes=processes)


@pytest.fixture
def few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "LEAST_POINTS", FEW)
    monkeypatch.setattr(driving, "LEAST_AGAIN", 2)


@pytest.mark.usefixtures("few_points")
def test_the_processes_change_nothing_and_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch shares that depend on how many processes there are, and runs that are made again."""
    one, two = (tables_of(found_with(n, tmp_path / str(n))) for n in (1, 2))
    assert {name: table.rows for name, table in one.items()} == {name: table.rows for name, table in two.items()}
    monkeypatch.setattr("sim.experiments.drivers.runs.figures_of", None)
    again = tables_of(found_with(2, tmp_path / "1"))
    assert again["drivers"].rows == one["drivers"].rows


@pytest.mark.usefixtures("few_points")
def test_the_command_writes_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a folder that lacks a part, shares that do not add up in it, and an answer wider than a screen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.experiments.tasks.cores", lambda: 1)
    asked = "figures=[joined,weeks_to_clear]"
    assert main(["drivers", *WORDS, asked, f"points={FEW}", "run.folder=out"]) == 0
    told = capsys.readouterr()
    assert "People who joined a wave: 90 % from" in told.out
    assert "Weeks until all are processed: not reached in any" in told.out
    assert max(map(len, told.out.splitlines())) <= WIDTH
    assert f"{FEW} points, 2 of them" in told.err
    files = {path.relative_to("out").as_posix() for path in Path("out").rglob("*") if path.is_file()}
    assert {"config.yaml", "manifest.json", "figures/drivers.svg", "figures/slides/drivers.png"} <= files
    assert {f"tables/{name}.parquet" for name in ("drivers", "driver_figures", "driver_runs", "driver_points")} <= files
    whole = "SELECT sum(first_order) FROM 'out/tables/drivers.parquet' WHERE figure = 'funnel.ever_joined'"
    assert duckdb.sql(whole).fetchall() == [(pytest.approx(1),)]
    assert json.loads(Path("out/manifest.json").read_text())["drivers"]["points"] == FEW


def test_bad_words_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch a word that is passed over in silence, or ends in a traceback."""
    cases = {
        "points=3": "points = 3: must be a whole number from 64 to 999",
        "points=x": "points = x: must be a whole number",
        "figures=": "figures = : must be names",
        "worlds=3": "worlds=3: has no use here",
        "procesing.rate=3": "procesing",
        "figures=[nosuch]": 'figures = "nosuch": is no figure. Known here: weeks_to_clear',
        "figures=[participant]": "Did you mean participants?",
    }
    monkeypatch.setattr("sim.experiments.drivers.drive.run_all", None)  # nothing is simulated first
    for word, refused in cases.items():
        assert main(["drivers", word, f"run.folder={tmp_path / 'out'}"]) == 2, word
        told = capsys.readouterr().err
        assert refused in told
        assert "Traceback" not in told
        assert "Simulates" not in told, "told what it costs before it was refused"
    assert list(tmp_path.iterdir()) == []


def test_a_figure_that_is_not_there_is_suggested() -> None:
    """Catch a mistyped figure that is taken for another, or told without what it may have been."""
    base = {name: {"value": 1.0, "unit": "people"} for name in ("funnel.awarded", "a.median", "b.median")}
    words = {"awarded": "funnel.awarded"}
    assert named_among(["awarded", "funnel.awarded"], base, words) == ["funnel.awarded"]
    assert named_among(["a.median"], base, words) == ["a.median"]
    for asked, said in (("awardd", "Did you mean awarded?"), ("median", "may be a.median, b.median")):
        with pytest.raises(BadInput, match=said):
            named_among([asked], base, words)


def test_names_that_a_run_may_tell_are_not_refused_before_it() -> None:
    """Catch a figure of kpis.json, or the end of its name, that is refused since it is not declared by itself."""
    names = declared(composition([]).parameters)
    known = ("funnel.awarded", "peak.queue_ovo", "wave.12.joined", "published.joined.waves_4.2020-08-16", "weeks")
    ends = ("courses_sold", "place.median_days_got_it", "queue_payments", "ovo.peak_queue")
    refuse_unknown([*known, *ends], names, {"weeks": "processing.weeks_to_clear"})
    for wrong in ("nosuch", "funnel.nosuch", "station.nosuch"):
        with pytest.raises(BadInput, match="is no figure"):
            refuse_unknown([wrong], names, {})


def test_a_figure_that_hardly_moves_is_told_so(tmp_path: Path) -> None:
    """Catch shares of a variance that is next to nothing, told as a finding."""
    from sim.composition.named import named_as
    from sim.results.tables.drivers import DRIVERS, FIGURES, table

    row = dict.fromkeys(FIGURES) | {"figure": "x", "label": "Weeks", "unit": "weeks", "low": 100.0, "high": 100.01}
    row |= {"median": 100.0, "reached": 9, "points": 9, "again": 2, "least": 0.1}
    share = dict.fromkeys(DRIVERS) | {"figure": "x", "kind": "driver", "total": 1.0, "label": "luck"}
    tables = {"driver_figures": table("driver_figures", FIGURES, [row]), "drivers": table("drivers", DRIVERS, [share])}
    said = answer(tables, named_as(composition([])), made="fit", members=60, scale=1.0, seconds=1.0)
    assert "Nothing that is not known moves it by more than 0.1 %." in " ".join(said.split())
    assert "ranges of the assumptions" not in said


@pytest.mark.parametrize(
    ("luck", "unexplained", "said"),
    [
        (0.6, 0.3, "What moves it is luck"),
        (
            0.1,
            0.8,
            "What moves it is not told: 80 % is not explained by 64 points; more of them may tell, with points=",
        ),
        (0.4, 0.2, "What moves it is no one driver, but many small ones, or luck"),
    ],
)
def test_points_that_do_not_tell_are_told_apart_from_small_drivers(luck: float, unexplained: float, said: str) -> None:
    """Catch "many small ones" said of a figure of which the points explain next to nothing."""
    figure = {"least": 0.3, "points": 70, "reached": 64}
    rows = [
        {"kind": "driver", "total": 0.2, "label": "small"},
        {"kind": "luck", "first_order": luck},
        {"kind": "unexplained", "first_order": unexplained},
    ]
    assert finding(figure, rows) == said
    rows[0]["total"], first = 0.4, "40 % of what is not known of it is small"
    assert finding(figure, rows) == (first if unexplained < 0.5 else f"{first}; 80 % is not explained")
