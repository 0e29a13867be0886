"""The saved tables of a comparison as figures read them, and how each scenario is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.look import BLUE, GREEN, INK, ORANGE, PURPLE, VERMILION
from sim.report.figures.page import Page
from sim.report.figures.saved import Counts, Row, rows_of
from sim.report.figures.sheet import Sheet
from sim.results.spread import ends_in_words

MOST = 6
"""Scenarios that are drawn together; further ones are in the tables."""


class Line(NamedTuple):
    """How a scenario is drawn: colour, dashes, and a mark, so that lines are told apart in grey too."""

    colour: str
    dashes: Any
    mark: str


LINES = (
    Line(INK, "-", "o"),
    Line(BLUE, (0, (5, 1.5)), "s"),
    Line(VERMILION, "-", "^"),
    Line(GREEN, (0, (1.2, 1.2)), "D"),
    Line(ORANGE, (0, (6, 1.5, 1.2, 1.5)), "v"),
    Line(PURPLE, (0, (3, 1)), "P"),
)
"""The reference is drawn as the first of them."""


class Band(NamedTuple):
    """A series by weeks or months: when, the middle, and the ends of the 90 % band."""

    when: Any
    middle: Counts
    low: Counts
    high: Counts


def _truth(cell: Any) -> Any:
    """Return a cell of a saved table; truths are saved as texts."""
    return {"true": True, "false": False}.get(cell, cell) if isinstance(cell, str) else cell


@dataclass
class SavedComparison:
    """The tables of a comparison."""

    tables: Path
    _read: dict[str, Any] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Return whether there is a table of a name."""
        return (self.tables / f"{name}.parquet").exists()

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table."""
        if name not in self._read:
            rows = rows_of(self.tables / f"{name}.parquet")
            self._read[name] = [{column: _truth(cell) for column, cell in row.items()} for row in rows]
        return self._read[name]  # type: ignore[no-any-return]

    @property
    def scale(self) -> float:
        """Return the share of the full population that was simulated."""
        return float(self.rows("scenarios")[0]["scale"])

    @property
    def reference(self) -> str:
        """Return the name of the reference."""
        return next(str(row["scenario"]) for row in self.rows("scenarios") if row["reference"])

    @property
    def names(self) -> list[str]:
        """Return the scenarios that are drawn, in order, the reference among them."""
        every = [str(row["scenario"]) for row in self.rows("scenarios")]
        others = [name for name in every if name != self.reference][: MOST - 1]
        return [name for name in every if name in (self.reference, *others)]

    def lines(self) -> dict[str, Line]:
        """Return how each scenario is drawn."""
        order = [self.reference, *(name for name in self.names if name != self.reference)]
        return dict(zip(order, LINES, strict=False))

    def short(self, name: str) -> str:
        """Return a scenario in few signs: of a sweep of one key the value."""
        key, _, value = name.partition("=")
        same = all(each.startswith(f"{key}=") and "," not in each for each in self.names)
        if value and same:
            return f"{int(value):,}" if value.lstrip("-").isdecimal() else value
        return name

    @property
    def ends(self) -> str:
        """Return in words where bands begin and end."""
        return ends_in_words(int(self.rows("scenarios")[0]["replications"]))

    @property
    def replications(self) -> str:
        """Return how many replications there are, and of what: "20 worlds"."""
        first = self.rows("scenarios")[0]
        word = "world" if first["in_worlds"] else "replication"
        return f"{first['replications']:,} {word}{'s' * (first['replications'] != 1)}"

    def scenarios(self) -> Iterator[str]:
        """Yield what is compared, in fewer and fewer words."""
        many = len(self.rows("scenarios"))
        over = f"in the same {self.replications}"
        more = f"; of {many:,}, these are drawn" if many > len(self.names) else ""
        yield f"Compared {over}: {', '.join(self.names)}{more}. Reference: {self.reference}."
        yield f"{len(self.names)} scenarios compared {over}{more}. Reference: {self.reference}."

    def kpi(self, scenario: str, figure: str) -> Row | None:
        """Return the row of a figure of a scenario; None where there is none."""
        if "kpi" not in self._read:
            self._read["kpi"] = {(row["scenario"], row["figure"]): row for row in self.rows("kpis")}
        return self._read["kpi"].get((scenario, figure))  # type: ignore[no-any-return]

    def value(self, scenario: str, figure: str) -> float | None:
        """Return the value of a figure of a scenario; None where it has none."""
        row = self.kpi(scenario, figure)
        return None if row is None else row["value"]

    def band(self, table: str, what: str, scenario: str) -> Band | None:
        """Return a series of a scenario from the table `weeks` or `months`; None where there is nothing in it."""
        when, key = ("week", "series") if table == "weeks" else ("month", "what")
        if table not in self._read.setdefault("bands", {}):
            found: dict[tuple[str, str], list[Row]] = {}
            for row in self.rows(table):
                found.setdefault((row["scenario"], row[key]), []).append(row)
            self._read["bands"][table] = found
        rows = self._read["bands"][table].get((scenario, what))
        if not rows:
            return None
        at = np.array([row[when] for row in rows], dtype="datetime64[D]")
        return Band(at, *(np.array([row[end] for row in rows], dtype=float) for end in ("median", "low", "high")))

    def finding(self, figure: str) -> str | None:
        """Return which scenario is marked as the best of a figure; None where none is."""
        rows = [row for row in self.rows("kpis") if row["figure"] == figure and row["best"]]
        return str(rows[0]["scenario"]) if rows else None


def key(drawn: Page, saved: SavedComparison) -> None:
    """Write above the drawing how each scenario is drawn, in as many signs of their names as there is room for."""
    sheet, at = drawn.sheet, 0.55
    room = sheet.width - 0.7
    for size in (sheet.text, sheet.small):
        letter = 0.0085 * size
        whole = sum(0.6 + letter * len(saved.short(name)) for name in saved.names)
        if whole <= room:
            break
    letters = 99 if whole <= room else int((room / len(saved.names) - 0.6) / letter)
    axes = _over_all(drawn)
    for name, line in saved.lines().items():
        axes.plot([at, at + 0.32], [0.5, 0.5], color=line.colour, linestyle=line.dashes, linewidth=1.8)
        word = brief(saved.short(name), letters)
        drawn.write(at + 0.4, 0.1, word, size, INK)
        at += 0.6 + letter * len(word)


def brief(name: str, letters: int) -> str:
    """Return a name in at most so many signs: its beginning and its end."""
    if len(name) <= letters:
        return name
    end = max(1, (letters - 1) // 2)
    return f"{name[: max(1, letters - 1 - end)]}…{name[-end:]}"


def in_lines(name: str, letters: int, most: int = 2) -> str:
    """Return a name in at most so many lines of so many signs, which end where its words do."""
    lines = [""]
    for word in re.findall(r"[^_ ]+[_ ]*|[_ ]+", name):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > letters:
            lines.append("")
        lines[-1] += word
    lines = [brief(line.rstrip(), letters) for line in lines]
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], brief("".join(lines[most - 1 :]), letters)])


def _over_all(drawn: Page) -> Axes:
    """Return axes over the first 0.2 inches of the drawing, in inches from the left edge."""
    axes = drawn.axes(0.0, 0.0, 0.0, drawn.space - 0.2)
    axes.set_xlim(0, drawn.sheet.width)
    axes.set_ylim(0, 1)
    axes.set_axis_off()
    return axes


def panels(
    drawn: Page, many: int, across: int, above: float, between: float = 0.55, *, head: float = 0.22, foot: float = 0.12
) -> Iterator[tuple[Axes, bool]]:
    """Yield axes of small pictures side by side, and whether nothing stands below.

    Inches are left free above all of them, between two, above each (`head`) for its title, and at the bottom (`foot`).
    """
    sheet: Sheet = drawn.sheet
    down = -(-many // across)
    left, right = 0.55, 0.25
    wide = (sheet.width - left - right - between * (across - 1)) / across
    high = (drawn.space - above - foot) / down
    for number in range(many):
        column, line = number % across, number // across
        begin = left + column * (wide + between)
        below = foot + high * (down - line - 1) + 0.22
        axes = drawn.axes(begin, sheet.width - begin - wide, above + head + high * line, below)
        yield axes, number + across >= many
