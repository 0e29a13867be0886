"""Every figure says what the tables say, in every extreme, with the same bytes each time."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.transforms import Bbox

from sim.report.figures import draw_figures
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from tests.report.figures.pictures import NAMES, OF_A_MARKET, drawn_of, misplaced, overlapping
from tests.report.figures.runs import RUNS


@pytest.mark.parametrize("name", ["history", "nobody_at_a_rate", "institutions"])
def test_every_figure_is_drawn_and_for_a_slide(
    name: str, runs: Callable[[str], Saved], drawn: Callable[[str], Path]
) -> None:
    """Catches a file that is none, of another shape or asked for by nobody, and one that tells the blind nothing."""
    saved = runs(name)
    expected = NAMES | {"nobody_at_a_rate": {"processing"} | OF_A_MARKET, "institutions": OF_A_MARKET}.get(name, set())
    files = {f"{figure}.{kind}" for figure in expected for kind in ("svg", "png")}
    for folder in (drawn(name), drawn(name) / "slides"):
        assert {path.name for path in folder.iterdir() if path.is_file()} == files
        for figure in expected:
            png = (folder / f"{figure}.png").read_bytes()
            assert png.startswith(b"\x89PNG\r\n\x1a\n")
            assert png.endswith(b"IEND\xaeB`\x82")
            assert b"tEXt" not in png
            svg = ET.parse(folder / f"{figure}.svg").getroot()  # noqa: S314
            space = "{http://www.w3.org/2000/svg}"
            assert svg.tag == f"{space}svg"
            assert svg.findtext(f"{space}title")
            assert f"Scenario {saved.named.name}" in str(svg.findtext(f"{space}desc"))
            if folder.name == "slides":
                assert struct.unpack(">II", png[16:24]) == (1920, 1080)
                assert (svg.get("width"), svg.get("height")) == ("960pt", "540pt"), "13.33 by 7.5 inches"


def test_same_tables_same_bytes(runs: Callable[[str], Saved], drawn: Callable[[str], Path], tmp_path: Path) -> None:
    """Catches a date, a random name or the reader's own settings in a file, and settings left changed."""
    saved, once = runs("history"), drawn("history")
    with mpl.rc_context({"font.size": 20, "svg.hashsalt": None, "svg.fonttype": "none", "axes.grid": True}):
        draw_figures(saved.tables, tmp_path / "again", saved.composed, saved.named)
        assert mpl.rcParams["font.size"] == 20
    for path in (path for path in sorted(once.rglob("*")) if path.is_file()):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(once)).read_bytes(), path.name
        assert path.stat().st_size < 250_000


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
@pytest.mark.parametrize("name", RUNS)
def test_no_words_overlap_or_leave_the_page(name: str, sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches what cannot be drawn, words over one another or cut off, and words too small to read on a slide."""
    saved = runs(name)
    shown = drawn_of(saved)
    if shown.keys() >= OF_A_MARKET and name != "institutions":  # one market is enough for the figures of every run
        shown = {figure: shown[figure] for figure in (*sorted(OF_A_MARKET), "queues") if figure in shown}
    with look(sheet):
        for figure, draw in shown.items():
            drawn = draw(saved, sheet)
            wrong = misplaced(drawn)
            said = drawn.figure.texts[1].get_text()
            assert said.startswith(f"Scenario {saved.named.name}"), f"{figure} does not say what it shows"
            assert wrong == [], f"{figure} of {name}"


def test_words_over_one_another_are_found() -> None:
    """Catches a look at pairs of words that sees none."""
    boxes = [Bbox.from_extents(*box) for box in ((0, 0, 9, 9), (8, 8, 20, 20), (8.5, 8.5, 9, 9), (0, 9, 8, 20))]
    assert overlapping(boxes) == [(0, 1)]
    assert overlapping([Bbox.from_extents(0, 0, 9, 9), Bbox.from_extents(2, 2, 5, 5)]) == [(0, 1)]
