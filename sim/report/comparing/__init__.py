"""The answer of a comparison: which scenario is best, by how much and how sure; one table; bottlenecks; money.

The screen shows the finding and one table, with the first of each of the others; the folder's `answer.txt` has all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.report.comparing.bottlenecks import bottleneck_lines
from sim.report.comparing.finding import finding, together_lines
from sim.report.comparing.head import head
from sim.report.comparing.people import people_lines
from sim.report.comparing.side_by_side import Sides, money_lines, side_by_side
from sim.report.comparing.why import causes_lines, shadow_lines
from sim.report.comparing.wide import wide
from sim.results.comparison import Comparison
from sim.results.table import Table

IN_FULL = "{} and their runners-up, and money in full: answer.txt in the folder."


def screen(comparison: Comparison, tables: Mapping[str, Table]) -> str:
    """Return what stands on the screen: the finding, one table, and what was asked beside them."""
    sides = Sides(comparison, tables)
    parts = [head(sides), wide(finding(sides)), side_by_side(sides, with_others=True), together_lines(sides)]
    which = "Person by person, bottlenecks" if people_lines(sides) else "Bottlenecks"
    parts += [*_why(comparison, tables), wide(IN_FULL.format(which))]
    return _text(parts)


def answer(comparison: Comparison, tables: Mapping[str, Table]) -> str:
    """Return the answer as text, of the tables of a comparison."""
    sides = Sides(comparison, tables)
    parts = [head(sides), wide(finding(sides)), side_by_side(sides), together_lines(sides)]
    parts += [people_lines(sides), bottleneck_lines(sides), money_lines(sides), *_why(comparison, tables)]
    return _text(parts)


def _why(comparison: Comparison, tables: Mapping[str, Table]) -> Iterator[list[str]]:
    """Yield what each difference does alone, and what a tenth more of each thing would give, where that was asked."""
    if comparison.figures and "causes" in tables:
        yield causes_lines(tables["causes"], comparison.figures)
    if comparison.figures and "shadow_prices" in tables:
        yield shadow_lines(tables["shadow_prices"], comparison.figures)


def _text(parts: Sequence[list[str]]) -> str:
    return "\n\n".join("\n".join(part) for part in parts if part)
