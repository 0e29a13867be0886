"""The table of a comparison: rows are figures, columns are scenarios, several blocks where they do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.report.comparing.numbers import amounts, between, in_words
from sim.report.comparing.wide import WIDTH, wide
from sim.report.text import percent
from sim.results.comparison import Comparison
from sim.results.spread import LEAST
from sim.results.table import Table
from sim.results.tables.comparing.people_changes import EVERYONE
from sim.results.tables.comparing.people_changes import TABLE as PEOPLE

Row = dict[str, Any]

BEST = "*"
LABEL = 40
"""Signs of a figure's words; longer ones are cut."""

MONEY = (
    "money.cost_a_participant",
    "money.awarded",
    "money.paid",
    "money.returned",
    "money.still_to_be_paid",
    "money.will_return",
    "money.undecided",
)
"""What is told of the money of every scenario."""


@dataclass(frozen=True)
class Sides:
    """The tables of a comparison as the answer reads them."""

    comparison: Comparison
    tables: Mapping[str, Table]
    _rows: dict[tuple[str, str], Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows.update({(row["scenario"], row["figure"]): row for row in self.tables["kpis"].rows})

    @cached_property
    def scenarios(self) -> list[Row]:
        """Return the rows of the scenarios."""
        return self.tables["scenarios"].rows

    @cached_property
    def names(self) -> list[str]:
        """Return the names of the scenarios."""
        return [row["scenario"] for row in self.scenarios]

    @property
    def reference(self) -> str:
        """Return the name of the reference."""
        return self.names[self.comparison.reference]

    @property
    def replications(self) -> int:
        """Return how many replications are paired."""
        return int(self.scenarios[0]["replications"])

    @cached_property
    def shown(self) -> list[str]:
        """Return the figures of the study that some scenario has."""
        return list(dict.fromkeys(row["figure"] for row in self.tables["kpis"].rows if row["shown"]))

    def kpi(self, scenario: str, figure: str) -> Row:
        """Return the row of a figure of a scenario."""
        return self._rows[scenario, figure]

    def knows(self, figure: str) -> bool:
        """Return whether there is a figure of a name."""
        return (self.names[0], figure) in self._rows

    def difference(self, scenario: str, figure: str) -> Row:
        """Return the row of a difference from the reference."""
        rows = self.tables["differences"].rows
        return next(row for row in rows if row["scenario"] == scenario and row["figure"] == figure)

    def called(self, replications: int) -> str:
        """Return what replications are: "20 worlds", "one replication"."""
        word = "world" if self.comparison.in_worlds else "replication"
        return f"one {word}" if replications == 1 else f"{replications:,} {word}s"


def side_by_side(sides: Sides, *, with_others: bool = False) -> list[str]:
    """Return the table of the figures shown: mean, and below it where 90 % of the replications lie.

    With others, where most is waited, who gains and who loses a place, and the rupiah of a participant stand below.
    """
    rows = [each for figure in sides.shown for each in _rows(sides, figure)]
    if with_others:
        rows += [*_bottleneck(sides), *_people(sides), *_cost(sides)]
    if not rows:
        return []
    lines = [line for block in _blocks(sides, rows) for line in block]
    return lines + [line for note in _notes(sides) for line in wide(note, "  ", "  ")]


def money_lines(sides: Sides) -> list[str]:
    """Return the money of every scenario, means alone."""
    figures = [name for name in MONEY if sides.knows(name) and name not in sides.shown]
    rows = [_values(sides, figure)[0] for figure in figures if any(sides.kpi(n, figure)["value"] for n in sides.names)]
    if not rows:
        return []
    lines = [line for block in _blocks(sides, rows, "Money, rupiah") for line in block]
    said = "Rupiah a participant: paid or earned, of each who bought a course. Paid by month: in the table months."
    return [*lines, *wide(said, "  ", "  ")]


def _bottleneck(sides: Sides) -> Iterator[list[str]]:
    """Yield where most days are waited in each scenario, and the share of them."""
    ranked = sides.tables["bottlenecks"].rows
    first = {row["scenario"]: row for row in ranked if row["rank"] == 1}
    if first:
        each = [first.get(name) for name in sides.names]
        yield ["Most days are waited at", *("nobody waited" if row is None else row["group_label"] for row in each)]
        yield ["", *("" if row is None else percent(row["share"]) for row in each)]


def _people(sides: Sides) -> Iterator[list[str]]:
    """Yield how many gain and lose a place against the reference, person by person."""
    rows = sides.tables[PEOPLE].rows if PEOPLE in sides.tables else []
    of = {row["scenario"]: row for row in rows if row["grouping"] == EVERYONE}
    for column, label in (("gained", "Gain a place and keep it"), ("lost", "Lose one")):
        if of:
            found = [of[name][column] if name in of else None for name in sides.names]
            yield [label, *amounts(found)]


def _cost(sides: Sides) -> Iterator[list[str]]:
    """Yield the rupiah of a participant, where they are not shown above."""
    if sides.knows(MONEY[0]) and MONEY[0] not in sides.shown:
        yield _values(sides, MONEY[0])[0]


def _rows(sides: Sides, figure: str) -> Iterator[list[str]]:
    values, ends = _values(sides, figure)
    yield values
    if any(ends):
        yield ["", *ends]


def _values(sides: Sides, figure: str) -> tuple[list[str], list[str]]:
    """Return the words of a figure with its value in each scenario, and the range of each; nothing of what has none."""
    each = [sides.kpi(name, figure) for name in sides.names]
    label, unit = each[0]["label"], each[0]["unit"]
    numbers = in_words([row[what] for row in each for what in ("value", "low", "high")], unit)
    values, ends = [], []
    for place, row in enumerate(each):
        value, low, high = numbers[3 * place : 3 * place + 3]
        alone = numbers[::3].count(value) == 1
        values.append(_value(row, value) + BEST * bool(row["best"] and alone))
        ends.append("" if row["low"] is None or value == low == high else between(low, high, "–"))
    return [label if len(label) <= LABEL else f"{label[: LABEL - 1]}…", *values], ends


def _value(row: Row, words: str) -> str:
    if row["value"] is not None:
        missing = row["replications"] - row["reached"]
        return f"{words} ({row['reached']}/{row['replications']})" if missing else words
    if row["text"] is not None:
        return f"{row['text']} ({row['text_in']}/{row['replications']})"
    return {"not reached": "not reached", "no value": "none"}.get(str(row["said"]), "no such figure")


def _notes(sides: Sides) -> Iterator[str]:
    shown = [sides.kpi(name, figure) for figure in sides.shown for name in sides.names]
    numbers = [row for row in shown if row["value"] is not None]
    if sides.replications > 1:
        middle = "; of quantiles of waits the middle" if any(row["taken"] == "middle" for row in numbers) else ""
        yield (
            f"Mean of {sides.called(sides.replications)}{middle}; below it {_range(sides.replications)}, "
            "where they differ."
        )
    else:
        yield f"One {'world' if sides.comparison.in_worlds else 'replication'}: no range, and none is called the best."
    if any(row["best"] for row in shown):
        yield (
            f"{BEST} The best of this figure by itself, by more than the digits told: better than every other in at "
            f"least 95 % of the {sides.called(2).split()[1]}, and the 95 % interval of each difference agrees; or the "
            "only one that reaches it."
        )
    if any(0 < row["reached"] < row["replications"] for row in shown):
        yield "(n/m): in n of m it has a value at all, and is told of those."


def _range(replications: int) -> str:
    """Return what the range of so many replications is: of few, no percentile can be told."""
    if replications < LEAST:
        return "the least and the greatest, since so few have no 5th and 95th percentile"
    return "90 % of them, from the 5th to the 95th percentile"


def _blocks(sides: Sides, rows: Sequence[Sequence[str]], first: str = "") -> Iterator[list[str]]:
    """Yield the rows in blocks of as many scenarios as fit, the reference in each."""
    heads = _heads(sides, first)
    table = [*heads, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(sides.names) + 1)]
    reference = sides.comparison.reference + 1
    others = [column for column in range(1, len(widths)) if column != reference]
    while True:
        taken, room = list[int](), WIDTH - 2 - widths[0] - 2 - widths[reference]
        while others and (not taken or room >= widths[others[0]] + 2):
            room -= widths[others[0]] + 2
            taken.append(others.pop(0))
        columns = sorted([reference, *taken])
        lines = [
            _line([row[0], *(row[k] for k in columns)], [widths[0], *(widths[k] for k in columns)]) for row in table
        ]
        yield lines + [""] * bool(others)
        if not others:
            return


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = f"  {cells[0]:<{widths[0]}}"
    return "  ".join([first, *(f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True))]).rstrip()


def _heads(sides: Sides, first: str) -> list[list[str]]:
    """Return the lines above the columns: the scenarios' names, or the values of the one key that is swept."""
    swept = [scenario.compared.sweep for scenario in sides.comparison.scenarios]
    keys = {key for sweep in swept for key in sweep}
    marks = ["(reference)" if name == sides.reference else "" for name in sides.names]
    if len(keys) == 1 and all(swept):
        (key,) = keys
        values = [f"{sweep[key]:,}" if isinstance(sweep[key], int) else str(sweep[key]) for sweep in swept]
        return [[first or key, *values], ["", *marks]]
    return [[first, *sides.names], ["", *marks]]
