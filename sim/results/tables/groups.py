"""Groups of people at each stage, beside the published shares of recipients."""

from __future__ import annotations

from sim.journey.measures import GROUP_STAGES
from sim.observers.observations import GROUP_TRAITS, Observations, by_trait
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table, ratio
from sim.rules.people import EDUCATIONS, Trait

COLUMNS = {
    "group": "what people are told apart by",
    "value": "value of the group",
    **{stage: f"people of the group: {stage.replace('_', ' ')}" for stage in GROUP_STAGES},
    "share_of_applicants": "of all applicants, share",
    "share_of_awarded": "of all awarded, share",
    "share_of_awarded_2020": "of all awarded in 2020, share",
    "published_share_of_2020": "of recipients of 2020 as published, share; empty: not published",
    "share_of_awarded_2021": "of all awarded in 2021, share",
    "published_share_of_2021": "of recipients of 2021 as published, share; empty: not published",
    "awarded_of_applicants": "chance of an applicant of the group to be awarded, share",
}

PUBLISHED = {
    ("woman", "yes"): "women",
    ("rural", "yes"): "rural",
    ("disability", "yes"): "disability",
    ("lagging", "yes"): "lagging",
    ("education", "senior_high_or_more"): "senior_high_or_more",
    ("education", "primary_or_less"): "primary_or_less",
}
"""(group, value) → name of the published share."""


def values_of(which: Trait, observations: Observations) -> list[str]:
    """Return the values of a group in words, by number."""
    if which is Trait.PROVINCE:
        return [province.name for province in observations.programme.parameters.population.provinces.values()]
    return list(EDUCATIONS) if which is Trait.EDUCATION else ["no", "yes"]


def groups(observations: Observations) -> Table:
    """Return how many of each group reached each stage."""
    published = observations.programme.parameters.published
    provinces = list(observations.programme.parameters.population.provinces.values())
    weights = sum(province.weight for province in provinces)
    people_at = {stage: observations.combinations(stage) for stage in GROUP_STAGES}
    rows: list[dict[str, Cell]] = []
    for which in GROUP_TRAITS:
        group, values = which.name.lower(), values_of(which, observations)
        reached = {stage: by_trait(people, which) for stage, people in people_at.items()}
        totals = {stage: int(people.sum()) for stage, people in reached.items()}
        for number, value in enumerate(values):
            counts = {stage: int(people[number]) for stage, people in reached.items()}
            name = PUBLISHED.get((group, value))
            of_2020 = getattr(published.recipients_2020, name) if name else None
            if which is Trait.PROVINCE:
                of_2020 = provinces[number].weight / weights
            rows.append(
                {
                    "group": group,
                    "value": value,
                    **counts,
                    "share_of_applicants": ratio(counts["applicants"], totals["applicants"]),
                    "share_of_awarded": ratio(counts["awarded"], totals["awarded"]),
                    "share_of_awarded_2020": ratio(counts["awarded_2020"], totals["awarded_2020"]),
                    "published_share_of_2020": of_2020,
                    "share_of_awarded_2021": ratio(counts["awarded_2021"], totals["awarded_2021"]),
                    "published_share_of_2021": getattr(published.recipients_2021, name) if name else None,
                    "awarded_of_applicants": ratio(counts["awarded"], counts["applicants"]),
                }
            )
    table, scale = Table("groups", COLUMNS, rows), observations.programme.parameters.population.scale
    return at_full_population(table, scale, GROUP_STAGES, "applicants", "applicants of the group")
