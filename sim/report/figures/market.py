"""The market that forms: courses sold by platform over time, and how much the largest providers sell."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.journey.measures import TEN
from sim.report.figures.look import BLUE, GREY, INK, ORANGE, PALE, SKY, amounts, dates, steps
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Counts, Row, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import SPACE, amount, percent
from sim.report.text import rupiah as in_rupiah

TABLE = "market"
"""The table that is drawn; a run without a market has none."""

COLOURS = ((BLUE, ""), (SKY, ""), (ORANGE, "////"), (PALE, ""), (GREY, "...."))
"""Of the platforms from the foot up: neighbours differ in lightness or in hatch; the last is of all others."""

NAME = 20
"""Letters of a platform's name that fit."""


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw courses sold a day by platform, and all courses sold over the providers from the largest on."""
    sold = _sold_by_platform(saved)
    if not sum(sold.values()):
        return page(saved, sheet, finding(saved), "No course was bought before the run ended.", [], 0.0)
    says = "Courses sold a day, mean of each month, by platform; and the share of all sales that the largest make."
    notes = ["Dashed: what it would be if all providers sold alike."]
    drawn = page(saved, sheet, finding(saved), says, notes, 3.3 if sheet.slide else 3.6)
    left, key, gap, curve = 0.75, 1.6, 0.45, 1.65 if sheet.slide else 2.3
    head, ticks = 0.3, 0.6
    wide = sheet.width - left - key - gap - curve - 0.3
    over_time = drawn.axes(left, sheet.width - left - wide, above=head, below=ticks)
    concentration = drawn.axes(left + wide + key + gap, 0.3, above=head, below=ticks)
    _platforms(over_time, saved, sold, sheet)
    _providers(concentration, saved, sheet)
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the market in a sentence."""
    by_platform, by_provider = _sold_by_platform(saved), _sold_by_provider(saved)
    total = sum(by_platform.values())
    if not total:
        return "No market forms: no course is sold"
    largest, of_largest = by_platform.most_common(1)[0]
    sellers = sum(count > 0 for count in by_platform.values())
    rupiah = sum(row["rupiah"] for row in saved.rows(TABLE))
    where = f"on {largest}" if sellers == 1 else f"on {sellers:,} platforms, {percent(of_largest / total)} on {largest}"
    told = f"{amount(total)} courses for {in_rupiah(rupiah).replace(' ', SPACE)} rupiah are sold {where}"
    if len(by_provider) <= TEN:
        return told
    share = sum(count for _, count in by_provider.most_common(TEN)) / sum(by_provider.values())
    return f"{told}; the ten largest of {len(by_provider):,} providers sell {percent(share)}"


def _sold_by_platform(saved: Saved) -> Counter[str]:
    sold: Counter[str] = Counter()
    for row in saved.rows(TABLE):
        sold[row["label"]] += row["sold"]
    return sold


def _sold_by_provider(saved: Saved) -> Counter[str]:
    sold: Counter[str] = Counter()
    for row in saved.rows("courses"):
        sold[row["provider"]] += row["sold"]
    return sold


# Platforms


def _platforms(axes: Axes, saved: Saved, sold: Counter[str], sheet: Sheet) -> None:
    rows = saved.rows(TABLE)
    months = np.array(sorted({row["month"] for row in rows}), dtype="datetime64[D]")
    edges = np.append(np.maximum(months, saved.days.edges[0]), saved.days.edges[-1])
    named = [name for name, _ in sold.most_common()]
    bands = [(name, [name]) for name in named[: len(COLOURS) - 1]]
    others = named[len(bands) :]
    if others:
        bands.append((f"{len(others):,} others" if len(others) > 1 else others[0], others))
    days = np.diff(edges).astype(float)
    foot = np.zeros(months.size)
    signs: list[Any] = []
    for (_, of_band), (colour, hatch) in zip(bands, COLOURS, strict=False):
        top = foot + _by_month(rows, months, of_band) / days
        colours: dict[str, Any] = {"facecolor": colour, "edgecolor": "white", "hatch": hatch}
        signs.append(axes.fill_between(edges, steps(foot), steps(top), step="post", linewidth=0.4, **colours))
        foot = top
    unit = amounts(axes, float(foot.max()), "courses a day")
    axes.set_ylabel(unit.replace(", ", ",\n"))
    axes.yaxis.set_label_coords(-0.4 / (axes.get_position().width * sheet.width), 0.5)
    dates(axes, edges, most=5)
    axes.grid(axis="y")
    axes.set_title("By platform", loc="left", size=9.5, weight="bold", color=INK, pad=5)
    total = sum(sold.values())
    words = [f"{_short(label)}\n{percent(sum(sold[name] for name in own) / total)}" for label, own in bands]
    axes.legend(
        signs[::-1],
        words[::-1],
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        fontsize=sheet.text,
        labelcolor=INK,
        frameon=False,
        borderpad=0,
        borderaxespad=0.5,
        handlelength=1.2,
        handletextpad=0.5,
        labelspacing=0.8,
    )


def _by_month(rows: list[Row], months: Counts, platforms: list[str]) -> Counts:
    sold = np.zeros(months.size)
    for row in rows:
        if row["label"] in platforms:
            sold[np.searchsorted(months, np.datetime64(row["month"], "D"))] += row["sold"]
    return sold


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


# Providers


def _providers(axes: Axes, saved: Saved, sheet: Sheet) -> None:
    sold = np.array([count for _, count in _sold_by_provider(saved).most_common()], dtype=float)
    share = np.concatenate([[0.0], np.cumsum(sold) / sold.sum()])
    ranks = np.arange(share.size)
    axes.plot(ranks, share, color=BLUE, linewidth=2)
    axes.plot([0, sold.size], [0, 1], color=INK, linewidth=1.0, linestyle=(0, (5, 1.5)))
    axes.set_xlim(0, sold.size)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("providers, largest first", color=GREY)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=True))
    axes.grid(axis="y")
    heading = "Share of sales, %" if sheet.slide else "Share of sales, per cent"
    axes.set_title(heading, loc="left", size=9.5, weight="bold", color=INK, pad=5)
    if sold.size > TEN:
        axes.plot([TEN], [share[TEN]], "o", color=INK, markersize=5, zorder=3)
        words = f"● ten largest:\n{percent(share[TEN])}"
        axes.annotate(words, (0.97, 0.06), xycoords="axes fraction", ha="right", va="bottom", size=sheet.text)
