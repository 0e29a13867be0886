"""Waits of several scenarios as distributions: how long those waited who got it, and how sure the median is."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.journey.measures import WAITS
from sim.report.figures.comparing.saved import SavedComparison, brief, panels
from sim.report.figures.look import BLUE, GREY, INK, SKY, VERMILION
from sim.report.figures.page import Page, page
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import span
from sim.results.meaning import plain

MOST, MOST_ON_A_SLIDE = 6, 4
"""Waits drawn: those that are shown in the table, then those that differ most between scenarios."""

LETTERS = 20
"""Signs of a scenario's name."""

DAY = 1.0
"""A wait whose 95th percentile is shorter in every scenario is not drawn, days."""


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a picture for each wait, a row for each scenario."""
    shown = chosen(saved)[: MOST_ON_A_SLIDE if sheet.slide else MOST]
    if not shown:
        return page(saved, sheet, "Nobody waited a day for anything", "No wait to draw.", [], 0.0)
    text = "Days of those who got it: dot, median; bar, the middle half; line, from 5 % to 95 %."
    notes = [
        f"All of them the middle of the {saved.replications}; two marks across: {saved.ends} of the median. "
        "Those who left without it or still wait are not in it."
    ]
    across = 2
    high = 0.2 * len(saved.names) + 0.75
    drawn = page(saved, sheet, finding(saved, shown), text, notes, high * -(-len(shown) // across) + 0.35)
    longest = max(len(brief(saved.short(name), LETTERS)) for name in saved.names)
    room = min(1.6, 0.0085 * sheet.text * longest) + 0.15
    wide = (sheet.width - 0.25) / across - room - 0.2
    for number, (wait, (axes, _)) in enumerate(zip(shown, panels(drawn, len(shown), across, 0.05), strict=True)):
        box, begin = axes.get_position(), room + 0.2 + (number % across) * (wide + room + 0.2)
        axes.set_position((begin / sheet.width, box.y0, wide / sheet.width, box.height))
        _wait(axes, saved, wait, sheet)
    return drawn


def chosen(saved: SavedComparison) -> list[str]:
    """Return the waits to draw: first those of which the table shows a figure, then by how much they differ."""
    names = dict.fromkeys(
        str(row["figure"]).split(".")[1] for row in saved.rows("kpis") if str(row["figure"]).startswith("wait.")
    )
    asked = dict.fromkeys(
        str(row["figure"]).split(".")[1]
        for row in saved.rows("kpis")
        if row["shown"] and str(row["figure"]).startswith("wait.")
    )
    of = {
        name: [days for each in saved.names if (days := _days(saved, each, name, "p95")) is not None] for name in names
    }
    long = [name for name, days in of.items() if days and max(days) >= DAY and (name in WAITS or name in asked)]
    return sorted(long, key=lambda name: (name not in asked, min(of[name]) - max(of[name])))


def _days(saved: SavedComparison, scenario: str, wait: str, what: str) -> float | None:
    return saved.value(scenario, f"wait.{wait}.{what}_days_got_it")


def label_of(saved: SavedComparison, wait: str) -> str:
    """Return a wait in words."""
    row = saved.kpi(saved.names[0], f"wait.{wait}.began")
    return str(row["label"]).rpartition(":")[0] if row else plain(wait)


def finding(saved: SavedComparison, shown: list[str]) -> str:
    """Return the finding of the waits in a sentence, of the first wait that is drawn."""
    wait = shown[0]
    known = [(days, name) for name in saved.names if (days := _days(saved, name, wait, "median")) is not None]
    if not known:
        return f"{label_of(saved, wait)}: nobody got it"
    (least, fastest), (most, slowest) = min(known), max(known)
    if least == most:
        return f"{label_of(saved, wait)}: the same in every scenario, {span(most)} at the median"
    short = f"{span(least)} in {saved.short(fastest)}" if least else f"no wait in {saved.short(fastest)}"
    return f"{label_of(saved, wait)}: {span(most)} at the median in {saved.short(slowest)}, {short}"


def _wait(axes: Axes, saved: SavedComparison, wait: str, sheet: Sheet) -> None:
    longest = 0.0
    for place, name in enumerate(saved.names):
        p05, p25, p75, p95 = (_days(saved, name, wait, f"p{share}") for share in ("05", "25", "75", "95"))
        row = saved.kpi(name, f"wait.{wait}.median_days_got_it")
        if p05 is None or p25 is None or p75 is None or p95 is None or row is None:
            axes.annotate("nobody got it", (0, place), (4, 0), "data", textcoords="offset points", va="center",
                          color=GREY, size=sheet.small)  # fmt: skip
            continue
        axes.plot([p05, p95], [place, place], color=GREY, linewidth=1.0, solid_capstyle="butt")
        axes.barh([place], [p75 - p25], left=p25, color=SKY, height=0.55)
        if row["low"] is not None:
            for end in (row["low"], row["high"]):
                axes.plot([end, end], [place - 0.3, place + 0.3], color=VERMILION, linewidth=1.0)
        axes.plot([row["value"]], [place], "o", color=BLUE, markersize=5, clip_on=False, zorder=3)
        longest = max(longest, p95, row["high"] or 0.0)
    axes.set_xlim(0, longest * 1.05 or 1.0)
    axes.set_ylim(len(saved.names) - 0.4, -0.6)
    axes.set_yticks(
        range(len(saved.names)), [brief(saved.short(name), LETTERS) for name in saved.names], color=INK, size=sheet.text
    )
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
    axes.grid(axis="x")
    axes.set_title(f"{label_of(saved, wait)}, days", loc="left", size=9, weight="bold", color=INK, pad=4)
