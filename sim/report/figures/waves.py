"""Waves: how many joined, how many places there were, how many were awarded and later revoked."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sim.parameters.sayings import MONTHS
from sim.report.figures.look import BLUE, GREY, INK, ORANGE, SKY, amounts
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Counts, Row, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount

FEW = 60
"""Up to so many waves each has a bar of its own and is named."""


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw who joined each wave above what the wave gave, with the published figures as points."""
    rows = saved.rows("waves")
    if not rows:
        return page(saved, sheet, finding(saved), "None opened before the run ended.", [], 0.0)
    own = _as_they_were(saved)
    published = [
        row for row in saved.rows("published") if row["figure"] in ("joined", "selected") and int(row["scope"]) in own
    ]
    notes = []
    if published:
        notes.append("Published by the programme or the press, each named in configs/published.")
        notes.append("Awards of all waves but the first are set by the calendar, not predicted.")
    unknown = [str(row["wave"]) for row in rows if row["joined"] is None]
    if unknown:
        notes.append(f"Not announced by the end of the run: wave {', '.join(unknown)}.")
    without = sum(row["joined"] is not None and not row["quota"] for row in rows)
    if without:
        notes.append(f"{without} waves had no places.")
    says = "Who joins again after losing is counted in each wave."
    if any(row["places_unfilled"] for row in rows):
        says += " Places without takers: fewer eligible people had joined."
    says += " Diamonds: as published." * bool(published)
    refused = sum(row["refused_by_budget"] for row in rows)
    if refused:
        says += f" The budget refused {amount(refused)} places."
    drawn = page(saved, sheet, finding(saved), says, notes, 5.2)
    head, ticks = 0.26, 0.72
    high = (drawn.space - 2 * head - ticks - 0.1) / 2
    above = drawn.axes(0.8, 0.35, above=head, below=drawn.space - head - high)
    below = drawn.axes(0.8, 0.35, above=drawn.space - ticks - high, below=ticks)
    _joined(above, rows, _points(published, "joined"))
    _given(below, rows, _points(published, "selected"))
    for axes in (above, below):
        axes.set_ylabel(axes.get_ylabel().replace(", ", ",\n"))
        axes.yaxis.set_label_coords(-0.055, 0.5)
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the waves in a sentence."""
    rows = [row for row in saved.rows("waves") if row["joined"] is not None]
    offered = [row for row in rows if row["quota"]]
    joined, awarded = (sum(row[what] for row in rows) for what in ("joined", "awarded"))
    ever = amount(saved.stages()["ever_joined"])
    if not rows:
        return "No wave was announced"
    if not joined:
        return f"Nobody joined the {len(rows)} waves that were announced"
    if not awarded:
        return f"Nobody was awarded: {ever} people joined, and no place was given"
    full = sum(not row["places_unfilled"] and not row["refused_by_budget"] for row in offered)
    of_them = f"{amount(awarded)} of the {ever} who ever joined were awarded"
    if 2 * full >= len(offered):
        which = f"each of {full:,}" if full == len(offered) else f"{full:,} of {len(offered):,}"
        waves = "the one wave" if len(offered) == 1 else f"{which} waves"
        its = "its" if full == len(offered) else "their"
        return f"Places are scarce: {waves} had takers for all {its} places; {of_them}"
    left = sum(row["places_unfilled"] + row["refused_by_budget"] for row in offered)
    short = f"Places were left over in {len(offered) - full:,} of {len(offered):,} waves"
    return f"{short}, {amount(left)} of them; {of_them}"


def _as_they_were(saved: Saved) -> set[int]:
    """Return the waves that are those of the base's calendar, by their dates: of them figures were published."""
    moved = {
        one.path.split(".")[2]
        for one in saved.named.differences
        if one.path.startswith("waves.calendar.") and one.path.rpartition(".")[2] not in ("places", "face_check_fails")
    }
    calendar = enumerate(saved.composed["waves"]["calendar"] or {}, start=1)
    return {number for number, name in calendar if name == f"w{number:02d}" and name not in moved}


def _points(published: list[Row], figure: str) -> dict[int, float]:
    return {int(row["scope"]): row["published"] for row in published if row["figure"] == figure}


def _joined(axes: Axes, rows: list[Row], points: dict[int, float]) -> None:
    joined = _column(rows, "joined")
    _bars(axes, rows, joined, SKY, "")
    axes.set_ylabel(amounts(axes, max([joined.max(), *points.values()]), "people"))
    _frame(axes, rows, points, "Joined")


def _given(axes: Axes, rows: list[Row], points: dict[int, float]) -> None:
    awarded, quota, revoked = (_column(rows, name) for name in ("awarded", "quota", "revoked"))
    _bars(axes, rows, awarded, BLUE, "")
    _bars(axes, rows, revoked, ORANGE, "////" if len(rows) <= FEW else "")
    number = np.array([row["wave"] for row in rows])
    if len(rows) <= FEW:
        axes.hlines(quota, number - 0.46, number + 0.46, color=INK, linewidth=1.6)
    else:
        axes.step(number, quota, where="mid", color=INK, linewidth=0.8)
    axes.set_ylabel(amounts(axes, max([quota.max(), awarded.max(), *points.values()]), "places"))
    _frame(axes, rows, points, "Places (line), awarded (bar), of them later revoked (at its foot)")
    _named(axes, rows)


def _column(rows: list[Row], name: str) -> Counts:
    return np.array([row[name] or 0 for row in rows])


def _bars(axes: Axes, rows: list[Row], values: Counts, colour: str, hatch: str) -> None:
    number = np.array([row["wave"] for row in rows])
    if len(rows) <= FEW:
        axes.bar(
            number,
            values,
            width=0.72,
            color=colour,
            hatch=hatch,
            edgecolor="white" if hatch else colour,
            linewidth=0,
        )
    else:
        axes.fill_between(number, values, step="mid", color=colour, linewidth=0)


def _frame(axes: Axes, rows: list[Row], points: dict[int, float], title: str) -> None:
    axes.plot(
        list(points),
        list(points.values()),
        "D",
        color=INK,
        markersize=4.5,
        markerfacecolor="white",
        clip_on=False,
    )
    axes.set_title(title, loc="left", size=9.5, weight="bold", color=INK, pad=5)
    axes.set_xlim(rows[0]["wave"] - 0.7, max(rows[-1]["wave"], rows[0]["wave"] + 7) + 0.7)
    axes.grid(axis="y")
    axes.tick_params(axis="x", length=0, labelbottom=False)


def _named(axes: Axes, rows: list[Row]) -> None:
    each = next(
        n
        for n in (1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)
        if len(rows) / n <= (FEW / 2 if n == 1 else 12)
    )
    named = [row for row in rows if row["wave"] % each == 0 or row["wave"] == 1]
    labels, before = [], (0, 0)
    for row in named:
        month = (row["open"].year, row["open"].month)
        label = str(row["wave"])
        if month != before:
            label += f"\n{MONTHS[month[1] - 1][:3]}" + (f"\n{month[0]}" if month[0] != before[0] else "")
        labels.append(label)
        before = month
    axes.set_xticks([row["wave"] for row in named], labels)
    axes.tick_params(axis="x", labelbottom=True, pad=7)
    axes.set_xlabel("wave, and the month it opened", color=GREY)
