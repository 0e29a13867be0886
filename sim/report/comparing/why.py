"""Why scenarios differ, in sentences: their differences one by one, and what a tenth more of each thing would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.report.comparing.numbers import UNITS, between
from sim.report.comparing.wide import wide
from sim.results.meaning import Better, meaning
from sim.results.table import Table
from sim.results.tables.comparing.causes import ALONE, INTERACTION, TOTAL, told
from sim.results.tables.comparing.shadow_prices import NEGLIGIBLE

Row = dict[str, Any]


def causes_lines(table: Table, figures: Sequence[str]) -> list[str]:
    """Return for each scenario of several differences what each does alone to a figure, adding up as printed.

    It is the first of the figures of which that can be told and that differs; of those before it that cannot be told it
    is said why.
    """
    lines = []
    for scenario in dict.fromkeys(table.column("scenario")):
        of_it = [row for row in table.rows if row["scenario"] == scenario]
        rows = told(of_it, figures)
        before = figures[: figures.index(rows[0]["figure"])] if rows else figures
        for figure in before:
            some = [row for row in of_it if row["figure"] == figure]
            if sum(row["part"] == ALONE for row in some) > 1 and some[0]["effect"] is None:
                lines += wide(
                    f"{scenario} against {some[0]['reference']}, {some[0]['label']}: what each difference does alone "
                    f"cannot be told, since {some[0]['said']}."
                )
        if rows:
            lines.append(f"{scenario} against {rows[0]['reference']}, {rows[0]['label']}:")
            for row, words in zip(rows, adding_up([row["effect"] for row in rows], rows[0]["unit"]), strict=True):
                lines += wide(f"{words:>14}  {_part(row)}", "  ", " " * 18)
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


def shadow_lines(table: Table, figures: Sequence[str]) -> list[str]:
    """Return for each scenario what a tenth more of most helps, and where that is not its bottleneck.

    It is told of the first of the figures that a tenth more of something moves for the better, by an effect that
    differs from none (`differs`); of the first of all it is said where nothing does.
    """
    lines = []
    for scenario in dict.fromkeys(table.column("scenario")):
        of_it = [row for row in table.rows if row["scenario"] == scenario and row["effect"] is not None]
        known = [each for figure in figures if (each := [row for row in of_it if row["figure"] == figure])]
        if not known:
            continue
        rows = next((each for each in known if any(map(_helps, each))), None)
        first = known[0][0]["label"]
        if rows is None:
            others = f", nor any of the {len(known) - 1} other figures shown," if len(known) > 2 else ""
            others = f", nor {known[1][0]['label']}," if len(known) == 2 else others
            lines += wide(f"{scenario}: a tenth more of any one thing does not better {first}{others}{NOT_TOLD}.")
            lines += _of_the_bottleneck(table, known[0][0], None)
            continue
        best = next(row for row in rows if _helps(row))
        if rows is not known[0]:
            lines += wide(f"{scenario}: a tenth more of any one thing does not better {first}{NOT_TOLD}.")
        does = "moves it most" if meaning(best["figure"], {}).better is Better.NEITHER else "helps most"
        lines += wide(f"{scenario}, {best['label']}: {best['lever_label']} {does}: {_effect(best)}{_but(best)}.")
        lines += _of_the_bottleneck(table, best, best)
    return lines


def _of_the_bottleneck(table: Table, of: Row, best: Row | None) -> list[str]:
    """Say what a tenth more gives of the same figure where most days are waited, unless that helps most."""
    same = [row for row in table.rows if (row["scenario"], row["figure"]) == (of["scenario"], of["figure"])]
    bottleneck = next((row for row in same if row["bottleneck_rank"] == 1), None)
    if bottleneck is None:
        return wide("Its bottleneck has no limit that could be raised, or nobody waits.", "  ", "    ")
    if bottleneck is best:
        return []
    where = "elsewhere, " if best else "at "
    return wide(f"Most days are waited {where}{_group(bottleneck)}: {_there(bottleneck)}.", "  ", "    ")


NOT_TOLD = f" by an effect that can be told from none and is {NEGLIGIBLE:.1%} of it at least".replace("%", " %")


def _there(row: Row) -> str:
    """Return what a tenth more gives where most days are waited."""
    if row["effect"] is None:
        return "what a tenth more gives there is unknown"
    if not row["differs"]:
        return f"a tenth more there gives nothing that can be told of {row['label']} ({_effect(row)})"
    return f"a tenth more there gives {_effect(row)}"


def _helps(row: Row) -> bool:
    """Return whether an effect differs from none, and is for the better where a direction is."""
    if not row["differs"]:
        return False
    better = meaning(row["figure"], {}).better
    return better is Better.NEITHER or (row["effect"] > 0) == (better is Better.MORE)


def _group(row: Row) -> str:
    return str(row["lever_label"]).partition(":")[0]


def _effect(row: Row) -> str:
    """Return an effect with its 95 % interval, in one unit."""
    effect, low, high = row["effect"], row["low_95"], row["high_95"]
    if low is None:
        return f"{adding_up([effect, 0.0, effect], row['unit'])[-1]}, no interval"
    told, first, _, last = adding_up([effect, low, 0.0, high], row["unit"])
    if first == last:
        return told
    return f"{told}, 95 % interval from {between(first, last)}"


def _but(row: Row) -> str:
    """Say of a mean effect that is sure where some worlds have it the other way round."""
    if row["low"] is None or row["low"] * row["high"] >= 0:
        return ""
    _, first, _, last = adding_up([row["effect"], row["low"], 0.0, row["high"]], row["unit"])
    return f"; at the mean, not in every replication (90 % from {between(first, last)})"
