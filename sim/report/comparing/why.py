"""Why scenarios differ, in sentences: their differences one by one, and what a tenth more of each thing would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.report.comparing.numbers import UNITS
from sim.results.meaning import Better, meaning
from sim.results.table import Table
from sim.results.tables.comparing.causes import ALONE, INTERACTION, TOTAL

Row = dict[str, Any]


def causes_lines(table: Table, figure: str) -> list[str]:
    """Return for each scenario of several differences what each does to a figure alone, adding up as printed."""
    lines = []
    for scenario in dict.fromkeys(table.column("scenario")):
        rows = [row for row in table.rows if (row["scenario"], row["figure"]) == (scenario, figure)]
        if sum(row["part"] == ALONE for row in rows) < 2:
            continue
        if rows[0]["effect"] is None:
            lines.append(f"{scenario}: why {rows[0]['label']} differs cannot be told: {rows[0]['said']}.")
            continue
        lines.append(f"{scenario} against {rows[0]['reference']}, {rows[0]['label']}:")
        for row, words in zip(rows, adding_up([row["effect"] for row in rows], rows[0]["unit"]), strict=True):
            lines.append(f"  {words:>14}  {_part(row)}")
    return lines


def _part(row: Row) -> str:
    if row["part"] == TOTAL:
        return "in all"
    if row["part"] == INTERACTION:
        return "as they act together (interaction)"
    return f"{row['cause_label']}, alone{' (no effect)' if row['said'] else ''}"


def adding_up(effects: Sequence[float], unit: str) -> list[str]:
    """Return effects in words: of three digits of the largest, the interaction, last but one, what is left of them."""
    *alone, _, whole = effects
    scale, word = 1.0, unit.split(" ")[0] if unit.startswith(("days", "weeks")) else ""
    largest = max(abs(each) for each in effects)
    if unit.startswith("share"):
        scale, word = 0.01, "points"
    elif not word:
        scale, word = next(((limit, name) for limit, name in UNITS if largest >= limit / 10), (1.0, ""))
    size = largest / scale
    digits = max(0, 2 - math.floor(math.log10(size))) if size else 0
    digits = 0 if not word and size >= 1 else digits  # whole people
    step = 10**digits
    told = [round(each / scale * step) for each in (*alone, whole)]
    counts = [*told[:-1], told[-1] - sum(told[:-1]), told[-1]]
    return [f"{'+' if each > 0 else ''}{each / step:,.{digits}f} {word}".strip() for each in counts]


def shadow_lines(table: Table, figure: str) -> list[str]:
    """Return for each scenario what a tenth more of most helps a figure, and where that is not its bottleneck."""
    lines = []
    for scenario in dict.fromkeys(table.column("scenario")):
        rows = [row for row in table.rows if (row["scenario"], row["figure"]) == (scenario, figure)]
        known = [row for row in rows if row["effect"] is not None]
        if not known:
            continue
        best = known[0]
        bottleneck = next((row for row in rows if row["bottleneck_rank"] == 1), None)
        if not _helps(best):
            lines.append(f"{scenario}: a tenth more of any one thing does not better {best['label']}.")
        else:
            lines.append(f"{scenario}: {best['lever_label']} helps most: {best['label']} {_signed(best)}.")
        if bottleneck is None:
            lines.append("  Its bottleneck has no limit that could be raised, or nobody waits.")
        elif bottleneck is not best or not _helps(best):
            own = f"there a tenth more gives {_signed(bottleneck)}" if bottleneck["effect"] is not None else "unknown"
            lines.append(f"  That is not where most days are waited: {_group(bottleneck)}; {own}.")
    return lines


def _helps(row: Row) -> bool:
    better = meaning(row["figure"], {}).better
    effect = row["effect"] or 0.0
    return effect != 0 if better is Better.NEITHER else effect > 0 if better is Better.MORE else effect < 0


def _group(row: Row) -> str:
    return str(row["lever_label"]).partition(":")[0]


def _signed(row: Row) -> str:
    return adding_up([row["effect"], 0.0, row["effect"]], row["unit"])[-1]
