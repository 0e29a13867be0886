"""Hold the stamps against the live counts: at every day's end people and rupiah must add up, both ways."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, moment
from sim.journey.money import FLOWS, Benefit
from sim.journey.places import Place
from sim.observers.observations import Observations
from sim.observers.outstanding import left_over, outstanding
from sim.programme.ledger import BrokenPromise, Day

Ints = NDArray[np.int64]


def people_by_place(observations: Observations) -> Ints:
    """Return how many stand in each place at each day's end, from stamps and visits alone [code of place, day].

    People enter the first station as they register. At a station stands who has entered and has neither left nor
    given up; who passes its check, or leaves one without a check, enters the next. Who fails a check at first stands
    at its station of retries until they pass, are refused or give up; behind the last station comes the test.
    """
    journey = observations.programme.journey

    def so_far(*names: str) -> Ints:
        return sum((np.cumsum(observations.by_day(name)) for name in names), observations.span.no_days())

    places = np.zeros((len(journey.places), observations.days), dtype=np.int64)
    entered = so_far("registered")
    for station in journey.route:
        visits = observations.stations[station.name]
        left, gave_up = np.cumsum(visits.departures), np.cumsum(visits.renegings)
        places[journey.place(station.name)] = entered - left - gave_up
        places[Place.GAVE_UP_PROCESSING] += gave_up
        entered = so_far(f"{station.name}_passed") if station.checks else left
        if station.retries:
            gave_up = np.cumsum(observations.stations[station.retry.name].renegings)
            refused = so_far(f"refused_by_{station.name}")
            places[journey.place(station.retry.name)] = left - entered - refused - gave_up
            places[Place.GAVE_UP_PROCESSING] += gave_up
    places[Place.TEST] = entered - so_far("refused_by_test", "tested")
    places[Place.POOL] = so_far("tested") - so_far("awarded", "gave_up_waves")
    places[Place.AWARDED] = so_far("awarded") - so_far("bought_1", "revoked")
    places[Place.PARTICIPANT] = so_far("bought_1")
    places[Place.REVOKED] = so_far("revoked")
    places[Place.REFUSED] = so_far(*(f"refused_by_{by}" for by in journey.refusals[1:]))
    places[Place.GAVE_UP_WAVES] = so_far("gave_up_waves")
    return places


def audit(observations: Observations, days: Iterable[Day]) -> None:
    """Raise BrokenPromise where the stamps and the live counts of a day's end differ, or the money that is left."""
    for benefit, outcome in outstanding(observations).items():
        left = left_over(observations, benefit)
        if sum(outcome.values()) != left or min(outcome.values()) < 0:
            told = ", ".join(f"{name.replace('_', ' ')} {rupiah}" for name, rupiah in outcome.items())
            raise BrokenPromise(f"rupiah of {benefit.key} do not add up at the end: {left} are outstanding, {told}")
    names = observations.programme.journey.places
    places = people_by_place(observations)
    rupiah = {(flow, benefit): np.cumsum(observations.rupiah(flow, benefit)) for flow in FLOWS for benefit in Benefit}
    ends = list(days)
    at = np.array([(each.now + DAY - 1) // DAY - 1 for each in ends], dtype=np.int64)
    counted = np.array([each.people for each in ends], dtype=np.int64).reshape(len(ends), len(names))
    wrong = (counted[:, 1:] != places[1:, at].T).any(axis=1)
    for flow in FLOWS:
        each_benefit = np.array([getattr(each, flow) for each in ends], dtype=np.int64).reshape(len(ends), len(Benefit))
        for benefit in Benefit:
            wrong |= each_benefit[:, benefit] != rupiah[flow, benefit][at]
    for now, people, *flows in (ends[number] for number in np.flatnonzero(wrong).tolist()):
        day = (now + DAY - 1) // DAY - 1
        date = moment(now - 1).strftime("%Y-%m-%d")
        for place in range(1, len(names)):
            if people[place] != places[place, day]:
                raise BrokenPromise(
                    f"people do not add up at the end of {date}: {people[place]} stand in '{names[place]}', "
                    f"their stamps say {places[place, day]}"
                )
        for flow, amounts in zip(FLOWS, flows, strict=True):
            for benefit in Benefit:
                stamped = int(rupiah[flow, benefit][day])
                if stamped != amounts[benefit]:
                    raise BrokenPromise(
                        f"rupiah do not add up at the end of {date}: {flow} {benefit.key} is "
                        f"{amounts[benefit]}, the stamps say {stamped}"
                    )
