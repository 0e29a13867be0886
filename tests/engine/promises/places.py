"""People: where they stand at each day's end, and the order of their stamps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER, moment
from sim.calendar.order import STATIONS
from sim.engines.journal import CHECKS, Columns, Journal, payment_names
from sim.programme.places import Place
from tests.engine.promises.waves import joinings

Instants = NDArray[np.int64]


def people_stand_where_their_stamps_say(journal: Journal) -> None:
    """Hold the count of every place at every day's end against people's stamps."""
    entered = _entered(journal)
    following = {}
    next_entry = np.full(journal.programme.people, NEVER)
    for place in reversed(entered):
        following[place] = next_entry
        next_entry = np.minimum(next_entry, entered[place])
    joined, told = _times_between_joining_and_announcement(journal)

    midnights = [day * DAY for day in range(1, (journal.end - 1) // DAY + 1)]
    assert [now for now, *_ in journal.days] == [*midnights, journal.end]
    for now, occupancy, *_ in journal.days:
        expected = {place: np.count_nonzero((at < now) & (following[place] >= now)) for place, at in entered.items()}
        expected[Place.JOINED] = np.count_nonzero((joined < now) & (told >= now))
        expected[Place.POOL] -= expected[Place.JOINED]
        expected[Place.NOT_REGISTERED] = 0
        found = {place: occupancy[place] for place in Place}
        assert found == expected, moment(now)
        assert sum(occupancy) == np.count_nonzero(entered[Place.PORTAL] < now)


def _entered(journal: Journal) -> dict[Place, Instants]:
    """Return when each person entered each place (NEVER: he did not), in the order of the journey."""
    people, participants = journal.people, journal.participants
    entered = {
        Place.PORTAL: people["portal_arrived"],
        Place.PROCESSING: people["portal_left"],
        Place.EMAIL: people["processing_left"],
    }
    for check, after in zip(CHECKS, (Place.REGISTRY, Place.THIRD_LAYER, Place.SCREENING), strict=True):
        tried, passed, refused = people[f"{check}_left"], people[f"{check}_passed"], people["refused"]
        again = (tried < NEVER) & (passed != tried) & (refused != tried)
        entered[Place[f"{check}_RETRY".upper()]] = np.where(again, tried, NEVER)
        entered[after] = passed
    screened = people["screening_left"]
    entered[Place.TEST] = np.where(people["refused"] == screened, NEVER, screened)
    entered[Place.POOL] = people["tested"]
    entered[Place.AWARDED] = people["awarded"]
    for place, stamp in ((Place.PARTICIPANT, "bought_1"), (Place.REVOKED, "revoked")):
        entered[place] = np.full(journal.programme.people, NEVER)
        entered[place][participants["person"]] = participants[stamp]
    entered[Place.REFUSED] = people["refused"]
    entered[Place.GAVE_UP_PROCESSING] = people["gave_up"]
    entered[Place.GAVE_UP_WAVES] = people["gave_up_waves"]
    return entered


def _times_between_joining_and_announcement(journal: Journal) -> tuple[Instants, Instants]:
    """Return when each joining was, and when its wave was announced."""
    announced = journal.programme.waves.waves["announced"]
    both = [(at, announced[wave]) for _, wave, at in joinings(journal)]
    times = np.array(both, dtype=np.int64).reshape(-1, 2)
    return times[:, 0], times[:, 1]


def stamps_never_decrease(journal: Journal) -> None:
    """Hold each person's stamps against the order of the journey; all lie before the end."""
    people, own = journal.people, journal.participants
    for columns in (people, own):
        for name in columns.stamps:
            stamp = columns[name]
            assert np.all((stamp == NEVER) | ((stamp >= 0) & (stamp < journal.end))), name

    def rises(*names: str, columns: Columns = people, strictly: bool = False) -> None:
        so_far = np.full(columns.rows, -1)
        for name in names:
            stamp = columns[name]
            happened = stamp < NEVER
            assert np.all(stamp[happened] >= so_far[happened] + strictly), name
            so_far = np.where(happened, stamp, so_far)

    journey = []
    for station in STATIONS:
        journey += [f"{station}_{what}" for what in ("arrived", "started", "left")]
        if station.endswith("retry"):
            journey.append(station.replace("retry", "passed"))
    rises(*journey, "tested", "first_joined", "last_joined", "awarded")
    rises(*journey, "refused")
    rises(*journey, "gave_up")
    rises("last_joined", "gave_up_waves")
    for station in STATIONS:  # nobody leaves who has not started, or starts who has not arrived
        arrived, started, left = (people[f"{station}_{what}"] for what in ("arrived", "started", "left"))
        assert np.all((arrived < NEVER) | (started == NEVER))
        assert np.all((started < NEVER) | (left == NEVER))
    finished = [people[name] < NEVER for name in ("refused", "gave_up", "gave_up_waves", "awarded")]
    assert np.all(np.sum(finished, axis=0) <= 1)

    rises("link_tried", "linked", columns=own)
    rises("bought_1", "completed_1", "certified", "reviewed", columns=own)
    bought = [name for name in own.stamps if name.startswith("bought_")]
    rises(*bought, columns=own)
    for name in bought:
        rises(name, name.replace("bought", "completed"), columns=own)
    for name in payment_names(journal.programme):
        rises("linked", f"{name}_due", f"{name}_ready", columns=own)
        rises("reviewed", f"{name}_due", columns=own)
        rises(f"{name}_ready", f"{name}_paid", columns=own, strictly=True)

    number = people["participant"]
    assert np.array_equal(number >= 0, people["awarded"] < NEVER)
    assert np.array_equal(np.sort(number[number >= 0]), np.arange(own.rows))
    assert np.array_equal(own["person"][number[number >= 0]], np.flatnonzero(number >= 0))
    awarded = people["awarded"][own["person"]]
    assert list(zip(awarded, own["wave"], own["person"], strict=True)) == sorted(
        zip(awarded, own["wave"], own["person"], strict=True)
    )  # numbered by award, then by person
