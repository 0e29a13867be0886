"""Simulated beside published on the screen, and what is predicted of dates without a published figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.report.text import block, count, in_short, percent, wrapped
from sim.results.table import Table


def published_lines(table: Table) -> list[str]:
    """Return the figures of a run beside those published, and what it predicts of dates without one."""
    known = [row for row in table.rows if row["published"] is not None and row["role"] != "input"]
    rows = [
        (
            f"{figure_in_words(row['figure'])}{scope_in_words(row['scope'])}",
            f"{row['at']:%Y-%m-%d}",
            _amount(row["figure"])(row["full_population"]),
            _amount(row["figure"])(row["published"]),
            f"{100 * float(row['difference_share'] or 0):+.1f} %",
            str(row["role"]),
        )
        for row in known
    ]
    lines = block(("Against published", "on", "simulated", "published", "differs", ""), rows)
    inputs = [row for row in table.rows if row["role"] == "input" and row["figure"] == "selected"]
    short = [row for row in inputs if float(row["difference_share"] or 0) < -0.01]
    met = f"all {len(inputs)} met within 1 %"
    if short:
        met = f"more than 1 % short in {waves_in_words([int(row['scope']) for row in short])}"
    if inputs:
        waves = waves_in_words([int(row["scope"]) for row in inputs])
        lines += wrapped(f"  Selected in {waves} is an input: {met}.")
    set_shares = [row for row in table.rows if row["role"] == "input" and row["figure"] == "eligible_share"]
    if set_shares:
        each = [
            f"{percent(row['full_population'])}{scope_in_words(row['scope'])} (published {percent(row['published'])})"
            for row in set_shares
        ]
        lines += wrapped(f"  Eligible of those who joined is an input too: {'; '.join(each)}.")
    predicted = [row for row in table.rows if row["published"] is None]
    dates = sorted({row["at"] for row in predicted})
    if predicted:
        figures = list(dict.fromkeys(row["figure"] for row in predicted))
        given = {row["figure"] for row in predicted if row["role"] == "input"}
        cells = {(row["figure"], row["at"]): _amount(row["figure"])(row["full_population"]) for row in predicted}
        heading = ("Predicted", *(f"{date:%Y-%m-%d}" for date in dates))
        body = [(figure_in_words(f, f in given), *(cells[f, date] for date in dates)) for f in figures]
        lines += ["", *conditions(predicted), *block(heading, body)]
    return lines


def figure_in_words(figure: object, given: bool = False) -> str:
    """Return the name of a published figure in words; of one that is set by the config it says so."""
    return f"{str(figure).replace('_share', '').replace('_', ' ')}{' (given)' * given}"


def conditions(predicted: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line that says which later facts the predictions of some rows rest on; nothing where on none."""
    given = {row["figure"] for row in predicted if row["role"] == "input"}
    waves = " and the waves that came, with their places and the budget" if "awarded" in given else " that came"
    return wrapped(f"Given the registrations{waves}:") if given else []


def waves_in_words(waves: Sequence[int]) -> str:
    """Return the numbers of waves, three and more in a row by the first and the last: "waves 2 to 4 and 7"."""
    rows: list[list[int]] = []
    for wave in sorted(waves):
        if rows and wave == rows[-1][-1] + 1:
            rows[-1].append(wave)
        else:
            rows.append([wave])
    told = [each for row in rows for each in ([f"{row[0]} to {row[-1]}"] if len(row) > 2 else map(str, row))]
    *first, last = told
    return f"wave{'s' * (len(waves) > 1)} {', '.join(first)}{' and ' if first else ''}{last}"


def scope_in_words(scope: object) -> str:
    """Return of which waves a published figure speaks; nothing where of all."""
    return "" if scope is None else f", wave {scope}" if "-" not in str(scope) else f", waves {scope}"


def _amount(figure: object) -> Callable[[Any], str]:
    if str(figure).endswith("share"):
        return percent
    return in_short if str(figure).endswith("rupiah") else count
