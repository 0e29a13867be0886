"""Who people are: what their province and groups are drawn from, which nothing else of the programme touches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.parameters import Parameters
from sim.rules.luck import Key, key
from sim.rules.people import POPULATION, PROVINCE, PopulationRecord, Provinces, guide_to
from sim.rules.records import record


class WhoPeopleAre(NamedTuple):
    """What the traits of a person follow from, beside the person's number."""

    key: Key
    population: PopulationRecord
    provinces: Provinces


def who_people_are(p: Parameters) -> WhoPeopleAre:
    """Return what the traits of people follow from, without compiling the rest of a programme."""
    return WhoPeopleAre(key(p.run.seed, p.run.replication), population(p), provinces(p))


def population(p: Parameters) -> PopulationRecord:
    """Return the shares of applicants."""
    population = p.population
    return PopulationRecord(
        record(
            POPULATION,
            women=population.women,
            rural=population.rural,
            primary_or_less=population.education.primary_or_less,
            junior_high=population.education.junior_high,
            disability=population.disability,
            returned_migrant=population.returned_migrant,
            listed_worker=population.listed_worker,
            e_money=population.e_money,
            unbanked=population.unbanked,
        )
    )


def provinces(p: Parameters) -> Provinces:
    """Return the provinces in the order of the config: a weight that changes moves people at its limits only."""
    provinces = list(p.population.provinces.values())
    total = np.cumsum([province.weight for province in provinces])
    table = np.zeros(len(provinces), dtype=PROVINCE)
    table["cumulative"] = total / total[-1]
    table["regencies"] = [province.regencies for province in provinces]
    table["lagging"] = [province.lagging for province in provinces]
    return guide_to(table)
