"""Figures say what the tables say, in every extreme, with the same bytes each time."""

from __future__ import annotations

import csv
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from sim.experiments.run import evaluate
from sim.journey.measures import PAYMENT_PARTNERS as PARTNERS_BANK
from sim.report.figures import draw_figures, funnel, market, payments, processing, queues, seats, waits, waves
from sim.report.figures.look import look
from sim.report.figures.page import Page
from sim.report.figures.saved import Days, Saved
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.report.figures.words import SPACE, amount, day, percent, span
from sim.results.write import write_columns, write_tables
from tests.building import INSTITUTIONS, PARTNERS, SMALL, UNLIMITED_CAPS, composed, law, name_of, parameters

NAMES = {"funnel", "queues", "waves", "payments", "waits"}
DRAW: dict[str, Callable[[Saved, Sheet], Page]] = {
    "funnel": funnel.draw,
    "queues": queues.draw,
    "waves": waves.draw,
    "payments": payments.draw,
    "waits": waits.draw,
    "processing": processing.draw,
    "seats": seats.draw,
    "market": market.draw,
}
OF_A_MARKET = {"seats", "market"}
HISTORY = (SMALL,)
CLOSED = "market.platforms.marketplace_1.checkout.outages=[{from: 2020-09-01, until: 2020-09-11}]"
RUNS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "history": (HISTORY, {}),
    "rate": (("scenario=rate_800k", SMALL), {}),
    "waves_for_years": (("scenario=rate_200k", "population.scale=0.00001"), {}),
    "nobody": (("population.applicants=0",), {}),
    "nobody_at_a_rate": (("scenario=rate_800k", "population.applicants=0"), {}),
    "one_person": (("population.applicants=1", "population.scale=1"), {}),
    "one_day": (("population.scale=0.0001", "clock.end=2020-04-12T06:00"), {}),
    "processing_closed": ((SMALL, "processing.rate=0"), {}),
    "partner_closed": (HISTORY, {"payment.partners.ovo.cap": 0}),
    "partners_with_spare_capacity": (HISTORY, {f"payment.partners.{partner}.cap": 10**7 for partner in PARTNERS}),
    "partners_short": (HISTORY, {f"payment.partners.{partner}.cap": 50_000 for partner in PARTNERS}),
    "partners_plenty": (HISTORY, UNLIMITED_CAPS),
    "ovo_closed": ((SMALL, "payment.partners.ovo.outages=[{from: 2020-11-01, until: 2020-11-11}]"), {}),
    "institutions": ((*HISTORY, INSTITUTIONS), {}),
    "few_seats": (
        (*HISTORY, INSTITUTIONS),
        {
            "market.seats": 0.2,
            "market.choices": 1,
            "market.patience": law("constant", 3),
        },
    ),
    "checkout_short": ((*HISTORY, INSTITUTIONS), {"market.checkout_capacity": 0.01}),
    "checkout_closed": ((*HISTORY, INSTITUTIONS, CLOSED), {}),
    "self_paced": ((*HISTORY, INSTITUTIONS), {"market.catalogue.live": 0}),
    "one_provider": ((*HISTORY, INSTITUTIONS), {"market.catalogue.providers": 1, "market.catalogue.courses": 2}),
    "nobody_in_the_market": (("population.applicants=0", INSTITUTIONS), {}),
    "a_day_of_the_market": (("population.scale=0.0001", "clock.end=2020-04-12T06:00", INSTITUTIONS), {}),
    "two_queues": (("scenario=rate_800k", SMALL), {"processing.registry.rate": 300_000}),
    "waves_moved": ((SMALL, "waves.calendar.w18.announced=2021-08-25", "waves.calendar.w19.places=5"), {}),
    "left_over": ((SMALL,), {f"waves.calendar.w{wave:02d}.places": 20_000_000 for wave in range(4, 23)}),
    "rate_until": (("scenario=rate_800k", SMALL, "clock.end=2021-01-01"), {}),
    "much_differs": (("scenario=rate_800k", SMALL, "processing.rate=1600000", "payment.fails=0.1"), {}),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Saved]:
    """Return the saved tables of a run by its name; each is simulated once."""
    made: dict[str, Saved] = {}

    def saved(name: str) -> Saved:
        if name not in made:
            overrides, changes = RUNS[name]
            tables = tmp_path_factory.mktemp(name) / "tables"
            write_tables(evaluate(parameters(*overrides, changes=changes)).tables, tables)
            made[name] = Saved(tables, composed(*overrides), name_of(*overrides))
        return made[name]

    return saved


def table(saved: Saved, name: str) -> list[dict[str, str]]:
    """Read a table as a reader would, from its CSV."""
    with (saved.tables / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def full(saved: Saved, people: str) -> str:
    return amount(float(people))


@pytest.fixture(scope="module")
def drawn(runs: Callable[[str], Saved], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of the figures of a run by its name; each is drawn once."""
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            saved = runs(name)
            made[name] = tmp_path_factory.mktemp(name) / "figures"
            draw_figures(saved.tables, made[name], saved.composed, saved.named)
        return made[name]

    return folder


def drawn_of(saved: Saved) -> dict[str, Callable[[Saved, Sheet], Page]]:
    """Return how each figure of a run is drawn."""
    missing = set() if saved.has("market") else OF_A_MARKET
    missing |= set() if processing.asked(saved) else {"processing"}
    return {name: draw for name, draw in DRAW.items() if name not in missing}


@pytest.mark.parametrize("name", ["history", "nobody_at_a_rate", "institutions"])
def test_every_figure_is_drawn_and_for_a_slide(
    name: str, runs: Callable[[str], Saved], drawn: Callable[[str], Path]
) -> None:
    """Catches a file that is none, of another shape or asked for by nobody, and one that tells the blind nothing."""
    saved = runs(name)
    expected = NAMES | {"nobody_at_a_rate": {"processing"}, "institutions": OF_A_MARKET}.get(name, set())
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
            whole = drawn.figure.bbox
            words = list(shown_words(drawn))
            said = drawn.figure.texts[1].get_text()
            assert said.startswith(f"Scenario {saved.named.name}"), f"{figure} does not say what it shows"
            for text, box in words:
                inside = whole.x0 <= box.x0 and box.x1 <= whole.x1
                inside = inside and whole.y0 <= box.y0 and box.y1 <= whole.y1
                assert inside, f"{figure} of {name}: {text!r} leaves the page"
            for (one, first), (other, second) in combinations(words, 2):
                apart = min(first.x1, second.x1) - max(first.x0, second.x0) < 1
                apart = apart or min(first.y1, second.y1) - max(first.y0, second.y0) < 1
                assert apart, f"{figure} of {name}: {one!r} is over {other!r}"


def shown_words(drawn: Page) -> Iterator[tuple[str, Any]]:
    """Return the texts that are drawn, with their boxes; labels of ticks beyond an axis are not."""
    drawn.figure.draw_without_rendering()
    hidden: set[int] = set()
    for axis in drawn.figure.findobj(Axis):
        low, high = sorted(axis.get_view_interval())
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low <= tick.get_loc() <= high or not axis.axes.axison:
                hidden |= {id(tick.label1), id(tick.label2)}
    for text in drawn.figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            assert text.get_fontsize() * drawn.sheet.enlarged >= (16 if drawn.sheet.slide else 7.5), text.get_text()
            yield text.get_text(), text.get_window_extent()


def texts(drawn: Page) -> list[str]:
    """Return the texts that are drawn, each on one line."""
    return [" ".join(text.split()) for text, _ in shown_words(drawn)]


FASTER = ("scenario=rate_800k", SMALL, "processing.rate=1600000")
MANY = (SMALL, "population.applicants=40000000", "clock.end=2021-01-01", "payment.fails=0.1", *(
    f"waves.calendar.w{wave:02d}.places=1000" for wave in range(4, 23)
), "published.selected=[]")  # fmt: skip


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_every_figure_names_what_differs(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches a picture that passes for one of the base, and one that names the rate alone of a rate scenario."""
    closed = runs("ovo_closed")
    said = said_of(closed, sheet)
    assert said == {"Scenario history, with OVO closed 1 to 10 November 2020."}
    (shorter,) = said_of(Saved(closed.tables, closed.composed, name_of(SMALL, "clock.end=2021-01-01")), sheet)
    assert shorter == "Scenario history, until 1 January 2021."
    (said_once,) = said_of(Saved(closed.tables, closed.composed, name_of(*FASTER)), sheet)
    assert said_once.startswith("Scenario rate_800k, with processing 1,600,000 people a week instead of 800,000. ")
    assert "iffers from history: " in said_once
    for words in (
        "everyone in the pool joins every wave",
        "a wave every 7 days with places for 14.25 % of those processed",
        "a budget of 41.2 trillion for all waves",
        "until nothing is left to do.",
    ):
        assert words in said_once


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_a_figure_names_as_many_differences_as_its_lines_hold(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches a list that fills the picture, one that is cut without a word, and room that is left unused."""
    tables = runs("history")
    (said,) = said_of(Saved(tables.tables, tables.composed, name_of(*MANY)), sheet)
    assert said.startswith("Scenario history, with places of wave 4 1,000; ")
    assert said.endswith(" more (see manifest.json).")
    assert "…" not in said
    assert "instead of" not in said
    assert said.count(";") >= (9 if sheet is PAGE else 6)


def said_of(saved: Saved, sheet: Sheet) -> set[str]:
    """Return what each figure says that it shows, which fits its lines."""
    with look(sheet):
        pages = [draw(saved, sheet) for figure, draw in drawn_of(saved).items() if figure != "processing"]
    said = [page.figure.texts[1].get_text() for page in pages]
    assert max(text.count("\n") for text in said) < sheet.lines
    return {" ".join(text.split()) for text in said}


def test_outages_are_shaded_and_named_where_they_bind(runs: Callable[[str], Saved]) -> None:
    """Catches an outage of one partner drawn on another, on other days, or without its name."""
    saved = runs("ovo_closed")
    begin, end = (float(np.datetime64(day, "D").astype(int)) for day in ("2020-11-01", "2020-11-11"))
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            shaded = {axes.get_title("left"): spans(axes) for axes in payments.draw(saved, sheet).figure.axes}
            assert {name for name, of in shaded.items() if of} == {"OVO"}
            assert shaded["OVO"] == [(begin, end)]
            assert "closed 1 to 10 November 2020" in texts(payments.draw(saved, sheet))
            shaded = {axes.get_title("left"): spans(axes) for axes in queues.draw(saved, sheet).figure.axes}
            assert {name.partition(":")[0] for name, of in shaded.items() if of} == {"Payment partners"}
            assert any("OVO closed 1 to 10 November 2020" in text for text in texts(queues.draw(saved, sheet))[3:])


def spans(axes: Axes) -> list[tuple[float, float]]:
    """Return the days between which axes are hatched."""
    hatched = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in hatched]


def test_payments_are_drawn_by_partner_on_one_scale(runs: Callable[[str], Saved]) -> None:
    """Catches a total that hides who is full, scales that make a small partner look like a large one."""
    saved = runs("history")
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            drawn = payments.draw(saved, sheet)
        assert {axes.get_title("left") for axes in drawn.figure.axes} == {row["label"] for row in saved.partners()}
        assert len({axes.get_ylim() for axes in drawn.figure.axes}) == 1
        assert "payments a working day, thousands" in texts(drawn)
        ovo = next(axes for axes in drawn.figure.axes if axes.get_title("left") == "OVO")
        due, capacity = (line.get_ydata() for line in ovo.get_lines())
        november, at = [row for row in table(saved, "payments") if row["partner"] == "OVO"][7], 7
        assert november["month"] == "2020-11-01"
        assert capacity[at] == pytest.approx(float(november["capacity"]) / float(november["runs"]))
        fell_due = float(november["incentives_due"]) + float(november["surveys_due"])
        assert due[at] == pytest.approx(fell_due / float(november["runs"]))


def test_the_pool_is_one() -> None:
    """Catches "the pool on a scale of their own"."""
    station, payments, pool = (queues.Picture(name, name, np.zeros(1)) for name in ("processing", "payments", "pool"))
    for others, said in (
        ([pool], "The pool on a scale of its own."),
        ([payments], "Payments on a scale of their own."),
        ([payments, pool], "Payments and the pool on scales of their own."),
    ):
        assert queues.says([station], others).endswith(f" {said}")


def test_queues_that_are_compared_have_one_unit_and_scale(runs: Callable[[str], Saved]) -> None:
    """Catches thousands beside millions, and a short queue drawn as high as a long one."""
    saved = runs("two_queues")
    with look(PAGE):
        drawn = queues.draw(saved, PAGE)
    by_title = {axes.get_title("left"): axes for axes in drawn.figure.axes}
    stations = [by_title[label] for label in ("Processing", "Civil registry")]
    assert len({axes.get_ylim() for axes in stations}) == 1
    units = [axes.get_ylabel().replace("\n", " ") for axes in drawn.figure.axes]
    assert len({unit.split(", ")[1] for unit in units}) == 1, units
    assert {axes.get_ylabel().split(",")[0] for axes in stations} == {"people"}
    assert by_title["Payment partners"].get_ylabel().startswith("payments") if "Payment partners" in by_title else True


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_waits_begin_at_nothing_and_tell_three_outcomes(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches bars that begin at the median, an axis without a unit, and those who left told with those who got it."""
    saved = runs("history")
    rows = {row["label"]: row for row in table(saved, "waits")}
    with look(sheet):
        drawn = waits.draw(saved, sheet)
    times, ended = drawn.figure.axes
    assert (times.get_xscale(), times.get_xlabel()) == ("linear", "days waited, linear scale")
    labels = [label.get_text().removesuffix(" (station)") for label in times.get_yticklabels()]
    assert "Joined to award" in labels
    bars = {labels[round(bar.get_y() + bar.get_height() / 2)]: bar for bar in times.patches}  # type: ignore[attr-defined]
    medians = {labels[int(dot.get_ydata()[0])]: dot.get_xdata()[0] for dot in times.get_lines()}
    assert set(bars) == set(medians) == set(labels)
    for label, bar in bars.items():
        assert bar.get_x() == 0
        assert bar.get_width() == pytest.approx(float(rows[label]["p95_days_got_it"]))
        assert medians[label] == pytest.approx(float(rows[label]["median_days_got_it"]))
    place, number = rows["Joined to award"], labels.index("Joined to award")
    shares = [float(place[what]) / float(place["began"]) for what in ("got_it", "left_without", "still_waiting")]
    drawn_shares = [float(container[number].get_width()) for container in ended.containers]  # type: ignore[index]
    assert drawn_shares == pytest.approx(shares)
    cells: list[Any] = [text for text in ended.texts if isinstance(text, Annotation) and text.xycoords[1] == "data"]
    told = [text.get_text() for text in cells if text.xy[1] == number]
    assert told[:2] == [f"{float(place[what]) / 1e6:.1f}" for what in ("got_it", "left_without")]
    assert told[2] == "none"
    assert "people or payments, millions" in texts(drawn)
    said = waits.finding(saved)
    assert (
        f"{full(saved, place['got_it'])} got one, half of them within {span(float(place['median_days_got_it']))}"
        in said
    )
    assert said.endswith(f"; {full(saved, place['left_without'])} left without")


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_the_funnel_tells_one_story(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches a second picture beside the stages, and a stage without its people or its share of the one before."""
    saved = runs("history")
    with look(sheet):
        drawn = funnel.draw(saved, sheet)
    (axes,) = drawn.figure.axes
    for number, row in enumerate(table(saved, "funnel")):
        told = [text.get_text() for text in axes.texts if text.xy[1] == number and text.get_text()]  # type: ignore[attr-defined]
        share = [percent(float(row["share_of_stage_before"]))] * bool(number)
        assert [text for text in told if "−" not in text] == [full(saved, row["people"]), row["label"], *share]


@pytest.mark.parametrize("name", ["history", "rate"])
def test_the_funnel_s_finding(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches people of one stage told as another's, a scale forgotten, a loss that is not the largest."""
    saved = runs(name)
    rows = table(saved, "funnel")
    people = {row["stage"]: row["people"] for row in rows}
    _, before = max((int(a["people"]) - int(b["people"]), b["label"]) for a, b in pairwise(rows))
    said = funnel.finding(saved)
    assert said.startswith(f"Of {full(saved, people['registered'])} registered, ")
    awarded, paid = full(saved, people["awarded"]), full(saved, people["fully_paid"])
    assert f"{awarded} were awarded and {paid} paid in full" in said
    assert said.endswith(f"“{before}”")


@pytest.mark.parametrize("name", ["history", "rate", "partner_closed"])
def test_the_finding_of_queues_and_waits(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches a bottleneck where not most person-days were waited, and a peak of another day or size."""
    saved = runs(name)
    stations = {row["station"]: row for row in table(saved, "stations")}
    rows = {row["wait"]: row for row in table(saved, "waits")}
    waited: Counter[str] = Counter({"Places": float(rows["place"]["person_days"])})  # type: ignore[dict-item]
    for row in stations.values():
        group = "Payment partners" if row["bank"] else row["label"].removesuffix(", again")
        waited[group] += float(row["person_days_waited"])  # type: ignore[assignment]
    most = max(waited, key=lambda label: waited[label])
    verb = "are" if most in ("Places", "Payment partners") else "is"
    share = percent(waited[most] / sum(waited.values()))
    for said in (queues.finding(saved), waits.finding(saved)):
        assert said.startswith(f"{most} {verb} the bottleneck")
    assert share in waits.finding(saved)
    way = [row for name, row in stations.items() if name not in saved.composed["payment"]["partners"]]
    longest = max(way, key=lambda row: int(row["peak_queue"]))
    if most == "Places":
        assert f"; on the way to the pool {longest['label']} has the longest queue, " in queues.finding(saved)
    else:
        here = [row for row in stations.values() if row["bank"] or row["label"] == most]
        longest = max(here, key=lambda row: float(row["person_days_waited"]))
    assert f" {full(saved, longest['peak_queue'])}" in queues.finding(saved)
    assert queues.finding(saved).endswith(f" on {day(date.fromisoformat(longest['peak_queue_date']))}")


@pytest.mark.parametrize("name", ["history", "rate", "left_over"])
def test_the_waves_finding(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches waves counted as full that were not, waves without places, and who joined twice told as two people."""
    saved = runs(name)
    rows = [row for row in table(saved, "waves") if int(row["quota"])]
    taken = sum(row["places_unfilled"] == row["refused_by_budget"] == "0" for row in rows)
    people = {row["stage"]: row["people"] for row in table(saved, "funnel")}
    said = waves.finding(saved)
    if name == "left_over":
        assert taken < len(rows) / 2
        assert said.startswith(f"Places were left over in {len(rows) - taken} of {len(rows)} waves, ")
    else:
        assert f" {taken} of {len(rows)} waves" in said or f"each of {taken} waves" in said
    awarded, ever = (full(saved, people[stage]) for stage in ("awarded", "ever_joined"))
    assert said.endswith(f"; {awarded} of the {ever} who ever joined were awarded")
    with look(PAGE):
        told = waves.draw(saved, PAGE).says
    assert ("fewer eligible people had joined" in told) is (sum(int(row["places_unfilled"]) for row in rows) > 0)


def test_the_waves_finding_where_there_is_none(runs: Callable[[str], Saved]) -> None:
    """Catches a sentence of awards where nobody joined, or no wave was announced."""
    assert waves.finding(runs("nobody")) == "Nobody joined the 22 waves that were announced"
    assert waves.finding(runs("nobody_at_a_rate")) == "No wave was announced"


@pytest.mark.parametrize("name", ["history", "waves_moved", "rate_until"])
def test_published_figures_stand_on_their_own_waves(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches what was published of a wave on one of another date, by a rule or moved."""
    saved = runs(name)
    with look(PAGE):
        drawn = waves.draw(saved, PAGE)
    joined, selected = (
        {int(wave) for line in axes.get_lines() if line.get_marker() == "D" for wave in line.get_xdata()}  # type: ignore[union-attr]
        for axes in drawn.figure.axes
    )
    of_rule = name == "rate_until"
    moved = {18} if name == "waves_moved" else set[int]()
    assert joined == (set() if of_rule else {1, 4, 5, 6, 18} - moved)
    assert selected == (set() if of_rule else {*range(1, 23)} - moved)
    assert ("Diamonds" in drawn.says) is not of_rule
    rows = table(saved, "published")
    of_waves = {"joined", "selected", "revoked", "eligible_share"}
    assert {row["figure"] for row in rows} & of_waves == (set() if of_rule else of_waves)
    roles = {row["role"] for row in rows if row["figure"] == "awarded" and row["published"]}
    assert ("input" in roles) is not of_rule


def test_the_payments_finding(runs: Callable[[str], Saved]) -> None:
    """Catches a queue that is not there or not told, and a closed partner that passes for one that keeps up."""
    saved = runs("partner_closed")
    waiting = max(int(row["queue_payments"] or 0) for row in table(saved, "daily"))
    said = payments.finding(saved)
    assert said.startswith(f"Payments wait for capacity: {full(saved, str(waiting))} on ")
    assert said.endswith("; OVO is closed")
    saved = runs("partners_short")
    partners = [row for row in table(saved, "stations") if row["station"] in saved.composed["payment"]["partners"]]
    behind = max(partners, key=lambda row: int(row["peak_queue"]))
    often = percent(float(behind["time_over_capacity"]))
    assert payments.finding(saved).endswith(
        f"; {behind['label']}, the furthest behind, leaves some unpaid on {often} of its days"
    )
    rows = table(runs("partners_with_spare_capacity"), "stations")
    shares = {row["label"]: float(row["utilisation"]) for row in rows if row["bank"] == PARTNERS_BANK}
    busiest = max(shares, key=lambda label: shares[label])
    said = payments.finding(runs("partners_with_spare_capacity"))
    assert said.startswith("The payment partners keep up: ")
    assert said.endswith(f"the busiest, {busiest}, uses {percent(shares[busiest])} of what it could pay")
    assert payments.finding(runs("nobody")) == "Nothing was paid"


def test_the_seats_finding(runs: Callable[[str], Saved]) -> None:
    """Catches seats told as taken that were not, those turned away left out, and a shortage where nobody saw one."""
    saved = runs("few_seats")
    rows = table(saved, "seats")
    offered, taken, away, revoked = (
        sum(int(row[name]) for row in rows)
        for name in ("seats_offered", "seats_taken", "turned_away", "revoked_for_seat")
    )
    said = seats.finding(saved)
    assert said.startswith(f"{percent(taken / offered)} of {amount(offered)} live seats are taken, yet {amount(away)} ")
    assert said.endswith(f"full or too late; {amount(revoked)} awards are revoked for want of a seat")
    assert min(taken, away, revoked) > 0
    assert seats.finding(runs("self_paced")) == "No live seats are offered"
    assert seats.finding(runs("nobody_in_the_market")).startswith("None of ")


def test_seats_are_drawn_as_the_table_says(runs: Callable[[str], Saved]) -> None:
    """Catches a week drawn as another, those turned away on another scale, and an axis without a unit."""
    saved = runs("few_seats")
    rows = table(saved, "seats")
    offered, booked, away = (
        np.array([float(row[name]) for row in rows]) for name in ("seats_offered", "seats_booked", "turned_away")
    )
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            drawn = seats.draw(saved, sheet)
        above, below = drawn.figure.axes
        for axes in (above, below):
            (line,) = [line for line in axes.get_lines() if line.get_linestyle() == "--"]
            assert line.get_ydata()[:-1] == pytest.approx(offered)  # type: ignore[index]
            assert axes.get_ylim()[0] == 0
            week = np.asarray(line.get_xdata(), dtype="datetime64[D]")[1]
            assert str(week) == rows[1]["week"]
        assert below.dataLim.y1 == pytest.approx(max(*offered, *(booked + away)))
        assert {"booked", "turned away", "offered", "taken"} <= set(texts(drawn))
        said = " ".join(texts(drawn))
        assert "seats a week, millions" in said, "in the unit of what is asked for"
        assert "times a week, millions" in said


def test_a_checkout_is_not_told_as_on_the_way_to_the_pool(runs: Callable[[str], Saved]) -> None:
    """Catches a queue after the award told as one before it, and a platform's outage that is not drawn."""
    saved = runs("checkout_short")
    longest = max(table(saved, "stations"), key=lambda row: int(row["peak_queue"]))
    assert longest["station"] == "checkout"
    assert "; after the award Checkout has the longest queue, " in queues.finding(saved)
    saved = runs("checkout_closed")
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            drawn = queues.draw(saved, sheet)
        shaded = {axes.get_title("left").partition(":")[0] for axes in drawn.figure.axes if spans(axes)}
        assert shaded == {"Checkout"}
        assert any("Marketplace 1 closed 1 to 10 September 2020" in text for text in texts(drawn))


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


def test_the_processing_finding(runs: Callable[[str], Saved]) -> None:
    """Catches a backlog that is not the largest, and a last registrant of another day."""
    saved = runs("rate")
    rows = table(saved, "daily")
    backlog = [int(row["queue_portal"]) + int(row["queue_processing"]) for row in rows]
    last = max(number for number, row in enumerate(rows) if int(row["processed"]))
    said = processing.finding(saved)
    assert f"after {(last + 1) / 7:.0f} weeks, on {day(date.fromisoformat(rows[last]['date']))};" in said
    peak = day(date.fromisoformat(rows[backlog.index(max(backlog))]["date"]))
    assert said.endswith(f"up to {full(saved, str(max(backlog)))} wait, on {peak}")
    assert "800,000 registrants a week" in processing.says(saved)
    assert not processing.asked(runs("history"))
    closed = processing.finding(runs("processing_closed"))
    assert closed.startswith(f"Nobody is processed: up to 80{SPACE}million wait")


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
@pytest.mark.parametrize("name", ["rate", "rate_until", "waves_for_years", "two_queues", "processing_closed"])
def test_no_line_goes_through_the_words_of_the_backlog(name: str, sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches words that are struck through by the curve of the registered or of the processed."""
    with look(sheet):
        drawn = processing.draw(runs(name), sheet)
        (axes,) = drawn.figure.axes
        (box,) = (box for text, box in shown_words(drawn) if " wait\n" in text)
    assert len(axes.get_lines()) == 2
    for line in axes.get_lines():
        across, up = axes.transData.transform(line.get_xydata()).T
        along = np.linspace(box.x0, box.x1, 1_000)
        heights = np.interp(along, across, up)
        assert not np.any((box.y0 < heights) & (heights < box.y1))


def test_payments_still_wait_on_days_without_runs(tmp_path: Path) -> None:
    """Catches a queue that falls to zero over a weekend or a week of holidays, and capacity that does."""
    dates = np.arange("2022-04-25", "2022-05-13", dtype="datetime64[D]").astype("datetime64[us]")
    runs_until = np.array([5 <= number < 14 for number in range(dates.size)])
    waiting = np.ma.array(np.full(dates.size, 30), mask=runs_until)
    columns = {"date": dates, "queue_payments": waiting, "payments_paid": np.where(runs_until, 0, 7)}
    write_columns(columns, tmp_path / "daily.parquet")
    days = Days(tmp_path / "daily.parquet")
    assert days.queue("queue_payments").tolist() == [30.0] * dates.size
    assert days.a_run_day(days["payments_paid"]).tolist() == [7.0, 7.0, 7.0]
    assert days.edges.astype(str).tolist() == ["2022-04-25", "2022-05-02", "2022-05-09", "2022-05-13"]


def test_numbers_in_words() -> None:
    """Catches a unit too high or low, a share rounded to all or none, and a wait in a unit that hides it."""
    numbers = [0, 9_999, 10_000, 999_600, 1_000_000, 79_999_999]
    words = [amount(number).replace(SPACE, " ") for number in numbers]
    assert words == ["0", "9,999", "10 thousand", "1 million", "1 million", "80 million"]
    assert amount(11_932_565) == f"11.9{SPACE}million"
    shares = [percent(share).replace(SPACE, " ") for share in (0, 0.0001, 0.0341, 0.5, 0.9999, 1)]
    assert shares == ["0 %", "<0.1 %", "3.4 %", "50 %", ">99 %", "100 %"]
    spans = [span(days).replace(SPACE, " ") for days in (None, 0, 1 / 86_400, 1 / 24, 1, 3, 134, 1_197.8)]
    assert spans[:4] == ["not reached", "none", "1.0 second", "1.0 hour"]
    assert spans[4:] == ["24 hours", "3.0 days", "134 days", "3.3 years"]
