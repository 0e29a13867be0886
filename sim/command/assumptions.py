"""What is assumed, or what is of one kind of number: for the eye and as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from sim.command.screen import as_csv
from sim.composition import kinds
from sim.composition.base import base_files
from sim.composition.comments import Leaf
from sim.composition.compose import Composition, composition
from sim.composition.ensemble import all_members
from sim.parameters import BadInput
from sim.parameters.kinds import Factor, Follows, Kind, Number, Range
from sim.report.text import plain, wrapped
from sim.results.spread import quantiles


@dataclass(frozen=True)
class Listed:
    """A number of the list: where its value comes from, its line there if it has one, and what it is declared to be."""

    source: str
    leaf: Leaf | None
    number: Number
    worlds: tuple[float, float] | None = None
    """Between which values 90 % of the worlds have it, where they come from the fit and move it."""

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return unit, what the value rests on, and date."""
        if self.leaf is None:
            return "", "", ""
        unit, rests, date = self.leaf.parts or ("", self.leaf.comment, "")
        return unit, rests.removeprefix("assumption: "), date


def listed(found: Composition | None = None, kind: Kind | None = None) -> list[Listed]:
    """Return what is assumed, or every number of a kind: of all configs, or of one composition."""
    of_configs = kinds.of_configs()  # a declaration that is not in order is told whatever is asked for
    if found is None:
        of_base = {f"configs/{file}" for file in base_files().values()}
        moved = _moved(composition([]))
        each = [
            Listed(file, leaf, number, moved.get(number.key) if file in of_base else None)
            for file, leaf, number in of_configs
        ]
    else:
        moved = _moved(found)
        each = [
            Listed(origin.source, origin.leaf, number, moved.get(number.key))
            for origin, number in kinds.of_composition(found)
        ]
    if kind is None:
        return [one for one in each if one.leaf and one.leaf.assumed]
    return [one for one in each if one.number.declared.kind is kind]


def _moved(found: Composition) -> dict[str, tuple[float, float]]:
    """Return between which values 90 % of the worlds of a composition have each number that they move, after a fit.

    Nothing where the table of members does not go with the configs: `prakerja run worlds=` says so.
    """
    try:
        worlds = all_members(found)
    except BadInput:
        return {}
    if worlds.made != "fit":
        return {}
    ends = {key: quantiles([world.values[key] for world in worlds.worlds]) for key in worlds.worlds[0].values}
    return {key: (float(low), float(high)) for key, (low, _, high) in ends.items()}


def lines(found: Iterable[Listed]) -> list[str]:
    """Return numbers by file: key, value, unit and date on a line, below it the kind, then what it rests on."""
    said: list[str] = []
    for source, group in groupby(found, key=lambda one: one.source):
        each = list(group)
        said += ["", f"# {source} ({len(each)})"]
        for one in each:
            unit, rests, date = one.parts
            head = f"{one.number.key} = {one.number.value:,} {unit}{f' ({date})' if date else ''}"
            said += wrapped(head.rstrip(), "", "    ")
            kind = _kind(one.number)
            together = [kind, rests] if one.number.declared.law else ["; ".join(filter(None, (kind, rests)))]
            if one.worlds is not None:
                low, high = one.worlds
                value = float(one.number.value)
                side = "below" if value < low else "above" if value > high else ""
                beyond = f"; the base lies {side}" * bool(side)
                together.insert(1, f"in the worlds: from {_in_worlds(one, 0)} to {_in_worlds(one, 1)}{beyond}")
            for words in filter(None, together):
                said += wrapped(words, "    ", "    ")
    return said[1:]


def _kind(number: Number) -> str:
    """Return the kind of a number in words, an uncertain one with its range."""
    declared, law = number.declared, number.declared.law
    head = f"{declared.kind}{', fitted' * declared.fitted}"
    if law is None:
        return head
    if isinstance(law, Follows):
        return f"{head}: {law.text}"
    low, high = map(plain, law.span(number.value))
    whole = "whole numbers " * law.whole
    among = ", before all parts are scaled back to their sum" if isinstance(law, Factor) and law.word == "parts" else ""
    return f"{head}: {whole}{'90 % ' * isinstance(law, Factor)}from {low} to {high}{among}"


def _in_worlds(one: Listed, end: int) -> str:
    """Return an end of what a number is in the worlds."""
    assert one.worlds is not None
    law = one.number.declared.law
    return plain(round(one.worlds[end]) if law is not None and law.whole else one.worlds[end])


def csv(found: Iterable[Listed]) -> str:
    """Return numbers as CSV; `low` and `high` are the ends of a range, or those between which 90 % lie.

    `worlds_low` and `worlds_high` are those between which 90 % of the worlds lie, after the fit. The ends of parts are
    before all parts are scaled back to their sum.
    """
    rows = []
    for one in found:
        declared, law = one.number.declared, one.number.declared.law
        ends = law.span(one.number.value) if isinstance(law, Factor | Range) else ("", "")
        fitted = str(declared.fitted).lower() if law else ""
        unit, rests, date = one.parts
        kind = (declared.kind, law.text if law else "", *ends, *(one.worlds or ("", "")), fitted)
        rows.append((one.number.key, one.number.value, unit, *kind, rests, date, one.source))
    ends_of = ("low", "high", "worlds_low", "worlds_high")
    return as_csv(("key", "value", "unit", "kind", "law", *ends_of, "fitted", "rests_on", "date", "file"), rows)
