"""Person by person over all replications: each scenario's run against that of the reference, in the same world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.experiments.comparing.design import Design
from sim.experiments.comparing.people import PeopleRecord, changes_of, why_other_people
from sim.experiments.worlds import World, with_luck
from sim.observers.people_changes import PeopleChanges
from sim.parameters import validate
from sim.results.comparison import Compared
from sim.results.outcome import Outcome


@dataclass
class PeopleOfAll:
    """Count who gains and who loses, a pair of runs at a time: two records are in memory, of however many runs."""

    design: Design
    record: Callable[[Compared, World], PeopleRecord]
    tell: Callable[[str], None]
    not_the_same: dict[str, str] = field(default_factory=dict)
    """Scenarios whose people are not those of the reference, and why."""

    def changes(self, runs: Mapping[str, Mapping[int, Outcome]]) -> dict[str, tuple[PeopleChanges, ...]]:
        """Return who gains and who loses in each scenario but the reference, by replication that both have."""
        design = self.design
        reference = design.scenarios[design.reference]
        others = [(place, each) for place, each in enumerate(design.scenarios) if place != design.reference]
        found: dict[str, list[PeopleChanges]] = {each.name: [] for _, each in others}
        for replication in sorted(runs[reference.name]):
            world = design.worlds[design.reference][replication - 1]
            parameters = validate(with_luck(reference.config, world))
            of_reference = self.record(reference, world)
            self.tell(f"person by person, replication {replication} of {len(runs[reference.name])}")
            for place, each in others:
                if replication not in runs[each.name] or each.name in self.not_the_same:
                    continue
                here = self.record(each, design.worlds[place][replication - 1])
                why = why_other_people(of_reference, here)
                if why is not None:
                    self.not_the_same[each.name] = why
                    found[each.name] = []
                    continue
                found[each.name].append(changes_of(of_reference, here, parameters))
        return {name: tuple(each) for name, each in found.items() if each}
