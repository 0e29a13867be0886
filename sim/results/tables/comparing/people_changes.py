"""Who gains and who loses: the same people, under the same luck, in a scenario and in the reference, by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.observers.change_counting import Change
from sim.observers.people_changes import GROUPINGS, PeopleChanges, row_of
from sim.parameters import Parameters
from sim.results.full_population import ROUNDED, SIMULATED, full
from sim.results.paired import FAMILY_WISE, holm, least_to_tell, sign_chance
from sim.results.spread import quantiles
from sim.results.table import Cell, Table, ratio
from sim.rules.people import EDUCATIONS, Trait

TABLE = "people_changes"

COLUMNS = {
    "scenario": "the scenario, stable name",
    "reference": "the scenario that it is held against",
    "grouping": "what people are told apart by; everyone: all together",
    "group": "the group, stable name",
    "label": "the same in words",
    "people": "people of the group who registered in either scenario, mean over the replications",
    "places_reference": "of them those with a place in the reference: awarded, and not revoked by the end of the run",
    "places": "those with a place here",
    "gained": "those with a place here and not in the reference",
    "gained_low": "the end below which 5 % of the replications (worlds) lie; empty with fewer than two",
    "gained_high": "5 % lie above",
    "lost": "those with a place in the reference and not here",
    "lost_low": "the end below which 5 % of the replications lie",
    "lost_high": "5 % lie above",
    "net": "gained less lost: what the group has in places more here, or fewer",
    "net_low": "the end below which 5 % of the replications lie",
    "net_high": "5 % lie above",
    "net_per_1000": "the same of 1,000 people of the group",
    "more_in": "replications in which the group has more places here",
    "fewer_in": "replications in which it has fewer",
    "chance_together": "the chance of signs so uneven, were more and fewer as likely (sign test, exact), for all "
    "groups of the scenario together (Holm); empty: everyone, or nobody of the group registered",
    "told": f"whether the group is told from chance: the chance together is below {FAMILY_WISE:.0%}, and the mean "
    "lies on the side of most replications",
    "least_to_tell": "replications that must all agree for any group of the scenario to be told from chance",
    "paid_earlier": "those with a place in both, whose first incentive is paid on an earlier day here",
    "paid_earlier_low": "the end below which 5 % of the replications lie",
    "paid_earlier_high": "5 % lie above",
    "days_earlier_median": "days by which half of them, of all replications, are paid earlier at the most",
    "days_earlier_mean": "days by which they are paid earlier at the mean",
    "paid_later": "those with a place in both, whose first incentive is paid on a later day here",
    "paid_later_low": "the end below which 5 % of the replications lie",
    "paid_later_high": "5 % lie above",
    "days_later_median": "days by which half of them, of all replications, are paid later at the most",
    "days_later_mean": "days by which they are paid later at the mean",
    "paid_only_here": "those with a place in both, whose first incentive is paid by the end of the run only here",
    "paid_only_reference": "the same only in the reference",
    "untouched": "those with a place in neither, or in both and the first incentive on the same day",
    "untouched_low": "the end below which 5 % of the replications lie",
    "untouched_high": "5 % lie above",
    "replications": "replications",
    SIMULATED: f"simulated: people of the group who registered in either, of one replication at the mean; {ROUNDED}",
}

EVERYONE = "everyone"

NAMES = {
    Trait.PROVINCE: "province",
    Trait.RURAL: "urban_rural",
    Trait.EDUCATION: "education",
    Trait.WOMAN: "sex",
    Trait.DISABILITY: "disability",
    Trait.RETURNED_MIGRANT: "returned_migrant",
    Trait.LISTED_WORKER: "listed_worker",
}
"""What people are told apart by, stable names."""

GROUPS = {
    Trait.RURAL: (("urban", "Urban"), ("rural", "Rural")),
    Trait.EDUCATION: tuple(zip(EDUCATIONS, ("Primary or less", "Junior high", "Senior high or more"), strict=True)),
    Trait.WOMAN: (("men", "Men"), ("women", "Women")),
    Trait.DISABILITY: (("no", "Without a disability"), ("yes", "With a disability")),
    Trait.RETURNED_MIGRANT: (("no", "Not a returned migrant worker"), ("yes", "Returned migrant worker")),
    Trait.LISTED_WORKER: (("no", "Not a listed worker"), ("yes", "Listed worker (priority)")),
}
"""The groups of each but the provinces: stable name and words, by number."""

RANGES: dict[str, tuple[Change, ...]] = {
    "gained": (Change.GAINED,),
    "lost": (Change.LOST,),
    "paid_earlier": (Change.EARLIER,),
    "paid_later": (Change.LATER,),
    "untouched": (Change.NO_PLACE, Change.SAME),
}
"""Counts that are told with their range over the replications."""

IN_BOTH = (Change.SAME, Change.EARLIER, Change.LATER, Change.ONLY_HERE, Change.ONLY_REFERENCE)


@dataclass(frozen=True)
class Held:
    """A scenario that is held against the reference, person by person."""

    scenario: str
    reference: str
    parameters: Parameters
    """Of the scenario in any world: names of the provinces, and the scale."""
    changes: Sequence[PeopleChanges]
    """By replication."""


def people_changes(held: Sequence[Held]) -> Table:
    """Return a row for each group of each scenario but the reference."""
    return Table(TABLE, COLUMNS, [row for each in held if each.changes for row in _told(list(_rows(each)))])


def _told(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Cell]]:
    """Yield the rows of a scenario with which of its groups are told from chance."""
    chances = [
        None
        if row["grouping"] == EVERYONE or row["net_per_1000"] is None
        else sign_chance(row["more_in"], row["fewer_in"])
        for row in rows
    ]
    least = least_to_tell(max(1, sum(chance is not None for chance in chances)))
    for row, chance in zip(rows, holm(chances), strict=True):
        agrees = (row["more_in"] - row["fewer_in"]) * (row["net_per_1000"] or 0.0) > 0
        told = chance is not None and chance < FAMILY_WISE and agrees
        row |= {"chance_together": chance, "told": told, "least_to_tell": least}
        yield {column: row[column] for column in COLUMNS}


def groups_of(parameters: Parameters) -> Iterator[tuple[str, str, str, int]]:
    """Yield each group: what it is told apart by, stable name, words, and its row of the changes."""
    yield EVERYONE, EVERYONE, "Everyone", 0
    provinces = tuple((key, each.name) for key, each in parameters.population.provinces.items())
    for which in GROUPINGS:
        for number, (group, label) in enumerate(provinces if which is Trait.PROVINCE else GROUPS[which]):
            yield NAMES[which], group, label, row_of(which, number)


def _rows(held: Held) -> Iterator[dict[str, Cell]]:
    scale = held.parameters.population.scale
    for grouping, group, label, row in groups_of(held.parameters):

        def mean(*changes: Change, row: int = row) -> Cell:
            """Return the mean of a count at full population: whole, as people are."""
            return _people(np.mean([each.count(row, *changes) for each in held.changes]), scale)

        found: dict[str, Cell] = {
            "scenario": held.scenario,
            "reference": held.reference,
            "grouping": grouping,
            "group": group,
            "label": label,
            "people": mean(*Change),
            "places_reference": mean(*IN_BOTH, Change.LOST),
            "places": mean(*IN_BOTH, Change.GAINED),
            "paid_only_here": mean(Change.ONLY_HERE),
            "paid_only_reference": mean(Change.ONLY_REFERENCE),
            "replications": len(held.changes),
            SIMULATED: round(np.mean([each.everyone(row) for each in held.changes])),
        }
        for name, changes in RANGES.items():
            counts = [each.count(row, *changes) for each in held.changes]
            found |= {name: mean(*changes), **_ends(name, counts, scale)}
        net = [each.count(row, Change.GAINED) - each.count(row, Change.LOST) for each in held.changes]
        everyone = sum(each.everyone(row) for each in held.changes)
        per_person = ratio(sum(net), everyone)
        found |= {"net": _people(np.mean(net), scale), **_ends("net", net, scale)}
        found |= {"more_in": sum(each > 0 for each in net), "fewer_in": sum(each < 0 for each in net)}
        found["net_per_1000"] = None if per_person is None else 1000 * per_person
        found |= _days("earlier", [each.earlier(row) for each in held.changes])
        found |= _days("later", [each.later(row) for each in held.changes])
        yield found


def _people(count: float | np.floating, scale: float) -> int:
    return round(full(float(count), scale))


def _ends(name: str, counts: Sequence[int], scale: float) -> Mapping[str, Cell]:
    """Return between which counts 90 % of the replications lie; nothing where there is one alone."""
    low, _, high = (_people(end, scale) for end in quantiles(counts)) if len(counts) > 1 else (None, None, None)
    return {f"{name}_low": low, f"{name}_high": high}


def _days(name: str, each: Sequence[NDArray[np.int64]]) -> Mapping[str, Cell]:
    """Return the median and mean of days, over all people of all replications; None where it is nobody's."""
    together = np.zeros(max(days.size for days in each), dtype=np.int64)
    for days in each:
        together[: days.size] += days
    people = int(together.sum())
    if not people:
        return {f"days_{name}_median": None, f"days_{name}_mean": None}
    up_to = np.cumsum(together)
    lower, upper = (int(np.searchsorted(up_to, place, side="right")) + 1 for place in ((people - 1) // 2, people // 2))
    mean = float(np.dot(together, np.arange(1, together.size + 1))) / people
    return {f"days_{name}_median": (lower + upper) / 2, f"days_{name}_mean": mean}
