"""The funnel, from registered to fully paid."""

from __future__ import annotations

from sim.journey.measures import STAGES
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.table import Table, ratio

COLUMNS = {
    "stage": "stage of the journey, stable name",
    "label": "the same in words",
    "people": "people who reached the stage by the end of the run",
    "share_of_registered": "people of those registered, share",
    "share_of_stage_before": "people of those who reached the stage before, share",
}


def funnel(observations: Observations) -> Table:
    """Return the funnel at the end of the run."""
    scale = observations.programme.parameters.population.scale
    counts = {stage: observations.total(stamp) for stage, (stamp, _) in STAGES.items()}
    rows, before = [], counts["registered"]
    for stage, people in counts.items():
        rows.append(
            {
                "stage": stage,
                "label": STAGES[stage][1],
                "people": people,
                "share_of_registered": ratio(people, counts["registered"]),
                "share_of_stage_before": ratio(people, before),
            }
        )
        before = people
    table = Table("funnel", COLUMNS, rows)
    return at_full_population(table, scale, ("people",), "people", "people who reached the stage")
