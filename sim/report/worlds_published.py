"""What was published, and what is predicted, beside the interval in which it should lie."""

from __future__ import annotations

from collections import Counter

from sim.report.intervals import ENDS, Interval, Row, Told, amounts, is_beyond, shares, table_of
from sim.report.published import conditions, figure_in_words, scope_in_words
from sim.report.text import block, wrapped
from sim.results.figures_of_tables import published_name

FITTED = "fitted"


def published_lines(told: Told) -> list[str]:
    """Return the published figures beside their intervals, and how many of each kind lie inside.

    Kinds are apart: those that the fit uses, later ones, and those that it leaves out since others say the same. What
    the config sets is none.
    """
    rows, inside, count = [], Counter[str](), Counter[str]()
    fitted = [row["at"] for row in told.tables["published"].rows if row["role"] == FITTED]
    for row in told.tables["published"].rows:
        interval = told.beside_published.get(published_name(row))
        if row["published"] is None or row["role"] == "input" or interval is None or interval["low"] is None:
            continue
        published = float(row["published"])
        words = shares if str(row["figure"]).endswith("share") else amounts
        where = "below" if published < interval["low"] else "above" if published > interval["high"] else ""
        later = not fitted or row["at"] > max(fitted)
        kind = FITTED if row["role"] == FITTED else "later" if later else "not fitted"
        count[kind] += 1
        inside[kind] += not where
        name = f"{figure_in_words(row['figure'])}{scope_in_words(row['scope'])}"
        rows.append([name, f"{row['at']:%Y-%m-%d}", *words(published, interval["low"], interval["high"]), where])
    if not rows:
        return []
    lines = block(("Against published", "on", "published", *told.ends, "lies"), rows)
    return lines + wrapped(f"{_hits(inside, count)} {_error(told)}", "  ")


def _hits(inside: Counter[str], count: Counter[str]) -> str:
    """Return how many lie inside: "26 of 33 fitted figures and 1 of 2 later ones lie inside"."""
    *first, last = [f"{inside[kind]} of {count[kind]} {words}" for kind, words in KINDS.items() if count[kind]]
    return f"{', '.join(first)}{' and ' if first else ''}{last} lie inside."


KINDS = {FITTED: "fitted figures", "later": "later ones", "not fitted": "known by then and not fitted"}
"""Kinds of published figures, in words."""


def _error(told: Told) -> str:
    """Return whether the model's own error is in these intervals."""
    if not told.discrepancy:
        return (
            "How far the model itself is off is not known of these members, so the intervals, of what is predicted "
            "too, are of the simulated programme only; what is published may well lie outside."
        )
    before, after = (f"{100 * size:.1f} %" for size in told.discrepancy)
    lies = (
        ", so that what is published should lie in them"
        if told.as_it_was
        else "; but what was published is of the programme as it was, which was asked otherwise here"
    )
    return (
        f"These intervals, and those of what is predicted, hold the model's own error too (s.d. {before} up to the "
        f"award, {after} after it){lies}. Those of all other tables are of the simulated programme, without it."
    )


def predicted_lines(told: Told) -> list[str]:
    """Return what is predicted for dates before the end of the run: the funnel has those at its end."""
    end = told.figures["end"].value
    predicted = [
        row
        for row in told.tables["published"].rows
        if row["published"] is None and (row["at"].isoformat() != end or told.discrepancy)
    ]
    lines: list[str] = []
    for at in sorted({row["at"] for row in predicted}):
        named = [
            (told.beside_published.get(published_name(row)), figure_in_words(row["figure"], row["role"] == "input"))
            for row in predicted
            if row["at"] == at
        ]
        rows = [_row(interval, label) for interval, label in named if interval is not None]
        lines += [*([""] if lines else []), *table_of(told, f"Predicted for {at:%Y-%m-%d}", rows)]
    return [*conditions(predicted), *lines, "", *_waves(told)] if lines else []


def _row(interval: Interval, label: str) -> Row:
    cells = _cells(interval)
    return Row([label, *cells], label, is_beyond(interval, cells))


def _cells(interval: Interval) -> list[str]:
    return amounts(*(interval[end] for end in ENDS))


def _waves(told: Told) -> list[str]:
    """Return of each wave announced after the last figure that was fitted how many joined, were awarded and revoked."""
    last = max((row["at"] for row in told.tables["published"].rows if row["role"] == FITTED), default=None)
    rows, heading = [], list[str]()
    for wave in told.tables["waves"].rows:
        intervals = [told.beside_published.get(f"wave.{wave['wave']}.{what}") for what in WAVES]
        there = [each for each in intervals if each is not None and each["low"] is not None]
        if len(there) < len(WAVES) or (last and wave["announced"] <= last):
            continue
        cells, heading = [str(wave["wave"])], ["Wave"]
        for what, interval in zip(WAVES, there, strict=True):
            given = interval["role"] == "input"
            cells += _cells(interval)[: 1 if given else None]
            heading += [f"{what} (given)"] if given else [what, told.ends[0].removesuffix(" from"), told.ends[1]]
        rows.append(cells)
    return block(heading, rows) if rows else []


WAVES = ("joined", "awarded", "revoked")
"""What is predicted of a wave."""
