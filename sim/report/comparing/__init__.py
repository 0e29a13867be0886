"""The answer of a comparison: which scenario is best, by how much and how sure; one table; bottlenecks; money."""

from __future__ import annotations

from collections.abc import Mapping

from sim.report.comparing.bottlenecks import bottleneck_lines
from sim.report.comparing.finding import finding, together_lines
from sim.report.comparing.head import head
from sim.report.comparing.people import people_lines
from sim.report.comparing.side_by_side import Sides, money_lines, side_by_side
from sim.report.comparing.why import causes_lines, shadow_lines
from sim.report.comparing.wide import wide
from sim.results.comparison import Comparison
from sim.results.table import Table


def answer(comparison: Comparison, tables: Mapping[str, Table]) -> str:
    """Return the answer as text, of the tables of a comparison."""
    sides = Sides(comparison, tables)
    parts = [head(sides), wide(finding(sides)), side_by_side(sides), together_lines(sides)]
    parts += [people_lines(sides), bottleneck_lines(sides), money_lines(sides)]
    if comparison.figures:
        parts += [causes_lines(tables["causes"], comparison.figures)] if "causes" in tables else []
        parts += [shadow_lines(tables["shadow_prices"], comparison.figures)] if "shadow_prices" in tables else []
    return "\n\n".join("\n".join(part) for part in parts if part)
