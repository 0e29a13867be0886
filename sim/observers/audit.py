"""Hold the stamps against the live counts: at every day's end people and rupiah must add up, both ways."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, moment
from sim.calendar.order import STATIONS
from sim.observers.observations import Observations
from sim.programme.ledger import BrokenPromise, Kind
from sim.programme.places import Place


def people_by_place(seen: Observations) -> dict[tuple[Place, ...], NDArray[np.int64]]:
    """Return how many stand in each place (or pair of places) at each day's end, from the stamps alone."""

    def so_far(*names: str) -> NDArray[np.int64]:
        return np.cumsum(np.sum([seen.by_day[name] for name in names], axis=0))

    gave_up = {station: so_far(f"gave_up_at_{station}") for station in STATIONS}
    places: dict[tuple[Place, ...], NDArray[np.int64]] = {
        (Place.PORTAL,): so_far("registered") - so_far("portal_left"),
        (Place.PROCESSING,): so_far("portal_left") - so_far("processing_left") - gave_up["processing"],
    }
    before = "processing_left"
    for check in ("email", "registry", "third_layer"):
        retry = f"{check}_retry"
        places[Place[check.upper()], Place[retry.upper()]] = (
            so_far(before) - so_far(f"{check}_passed", f"refused_by_{check}") - gave_up[check] - gave_up[retry]
        )
        before = f"{check}_passed"
    places |= {
        (Place.SCREENING,): so_far(before) - so_far("screening_left") - gave_up["screening"],
        (Place.TEST,): so_far("screening_left") - so_far("refused_by_screening", "refused_by_test", "tested"),
        (Place.POOL, Place.JOINED): so_far("tested") - so_far("awarded", "gave_up_waves"),
        (Place.AWARDED,): so_far("awarded") - so_far("bought_1", "revoked"),
        (Place.PARTICIPANT,): so_far("bought_1"),
        (Place.REVOKED,): so_far("revoked"),
        (Place.REFUSED,): so_far(
            *(f"refused_by_{by}" for by in ("email", "registry", "third_layer", "screening", "test"))
        ),
        (Place.GAVE_UP_PROCESSING,): np.sum(list(gave_up.values()), axis=0),
        (Place.GAVE_UP_WAVES,): so_far("gave_up_waves"),
    }
    return places


def audit(seen: Observations, days: list[tuple[int, list[int], list[int], list[int], list[int]]]) -> None:
    """Raise BrokenPromise where the stamps and the live counts of a day's end differ."""
    places = people_by_place(seen)
    # The moment at which the test is done is known when it is begun: its place is counted with the pool.
    places[Place.TEST, Place.POOL, Place.JOINED] = places.pop((Place.TEST,)) + places.pop((Place.POOL, Place.JOINED))
    rupiah = {flow: np.cumsum(amounts) for flow, amounts in seen.rupiah.items()}
    for now, occupancy, *flows in days:
        day = (now + DAY - 1) // DAY - 1
        date = moment(now - 1).strftime("%Y-%m-%d")
        for together, counts in places.items():
            counted = sum(occupancy[place] for place in together)
            if counted != counts[day]:
                names = " and ".join(f"'{place.name.lower()}'" for place in together)
                raise BrokenPromise(
                    f"people do not add up at the end of {date}: {counted} stand in {names}, "
                    f"their stamps say {counts[day]}"
                )
        for flow, amounts in zip(("awarded", "paid", "returned"), flows, strict=True):
            for kind in Kind:
                stamped = rupiah.get((flow, kind.name.lower()))
                by_stamps = 0 if stamped is None else int(stamped[day])
                if by_stamps != amounts[kind]:
                    raise BrokenPromise(
                        f"rupiah do not add up at the end of {date}: {flow} {kind.name.lower()} is "
                        f"{amounts[kind]}, the stamps say {by_stamps}"
                    )
