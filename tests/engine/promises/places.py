"""People: where they stand at each day's end, and the order of their stamps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER, moment
from sim.engines.journal import Columns, Journal
from sim.journey.places import Place

Instants = NDArray[np.int64]


def people_stand_where_their_stamps_say(journal: Journal) -> None:
    """Hold the count of every place at every day's end against people's stamps."""
    entered = _entered(journal)
    following = {}
    next_entry = np.full(journal.programme.people, NEVER)
    for place in reversed(entered):
        following[place] = next_entry
        next_entry = np.minimum(next_entry, entered[place])

    midnights = [day * DAY for day in range(1, (journal.end - 1) // DAY + 1)]
    assert [now for now, *_ in journal.days] == [*midnights, journal.end]
    names = journal.programme.journey.places
    registered = journal.people[f"{journal.programme.journey.names[0]}_arrived"]
    for now, people, *_ in journal.days:
        expected = {
            place: int(np.count_nonzero((at < now) & (following[place] >= now))) for place, at in entered.items()
        }
        expected[int(Place.NOT_REGISTERED)] = 0
        assert dict(enumerate(people)) == {place: expected[place] for place in range(len(names))}, moment(now)
        assert sum(people) == np.count_nonzero(registered < now)


def _entered(journal: Journal) -> dict[int, Instants]:
    """Return when each person entered each place (NEVER: they did not), by code, in the order of the journey."""
    people, participants, journey = journal.people, journal.participants, journal.programme.journey
    at = people[f"{journey.names[0]}_arrived"]
    entered: dict[int, Instants] = {}
    for station in journey.route:
        entered[journey.place(station.name)] = at
        left, refused = people[f"{station.name}_left"], people["refused"]
        at = people[f"{station.name}_passed"] if station.checks else left
        if station.retries:
            again = (left < NEVER) & (at != left) & (refused != left)
            entered[journey.place(station.retry.name)] = np.where(again, left, NEVER)
    entered[Place.TEST] = np.where(people["refused"] == at, NEVER, at)
    entered[Place.POOL] = people["tested"]
    entered[Place.AWARDED] = people["awarded"]
    for place, stamp in ((Place.PARTICIPANT, "bought_1"), (Place.REVOKED, "revoked")):
        entered[place] = np.full(journal.programme.people, NEVER)
        entered[place][participants["person"]] = participants[stamp]
    entered[Place.REFUSED] = people["refused"]
    entered[Place.GAVE_UP_PROCESSING] = people["gave_up"]
    entered[Place.GAVE_UP_WAVES] = people["gave_up_waves"]
    return entered


def stamps_never_decrease(journal: Journal) -> None:
    """Hold each person's stamps against the order of the journey; all lie before the end."""
    people, own = journal.people, journal.participants
    for columns in (people, own):
        for name in columns.stamps:
            stamp = columns[name]
            assert np.all((stamp == NEVER) | ((stamp >= 0) & (stamp < journal.end))), name
    _applicants_and_candidates(journal)
    _participants(journal)


def _rises(columns: Columns, *names: str, strictly: bool = False) -> None:
    so_far = np.full(columns.rows, -1)
    for name in names:
        stamp = columns[name]
        happened = stamp < NEVER
        assert np.all(stamp[happened] >= so_far[happened] + strictly), name
        so_far = np.where(happened, stamp, so_far)


def _applicants_and_candidates(journal: Journal) -> None:
    people = journal.people
    way = []
    for station in journal.programme.journey.route:
        for name in (station.name, station.retry.name) if station.retries else (station.name,):
            way += [f"{name}_{what}" for what in ("arrived", "started", "left")]
            # Nobody leaves who has not started, or starts who has not arrived.
            arrived, started, left = (people[f"{name}_{what}"] for what in ("arrived", "started", "left"))
            assert np.all((arrived < NEVER) | (started == NEVER))
            assert np.all((started < NEVER) | (left == NEVER))
        if station.checks:
            way.append(f"{station.name}_passed")
    _rises(people, *way, "tested", "first_joined", "last_joined", "awarded")
    _rises(people, *way, "refused")
    _rises(people, *way, "gave_up")
    _rises(people, "last_joined", "gave_up_waves")
    finished = [people[name] < NEVER for name in ("refused", "gave_up", "gave_up_waves", "awarded")]
    assert np.all(np.sum(finished, axis=0) <= 1)


def _participants(journal: Journal) -> None:
    people, own = journal.people, journal.participants
    _rises(own, "link_tried", "linked")
    _rises(own, "bought_1", "completed_1", "certified", "reviewed")
    closing = people["awarded"][own["person"]] + journal.programme.closing_after
    assert np.all((own["reviewed"] < closing) | (own["reviewed"] == NEVER))
    bought = [name for name in own.stamps if name.startswith("bought_")]
    _rises(own, *bought)
    for name in bought:
        _rises(own, name, name.replace("bought", "completed"))
    for payment in journal.programme.payments:
        name = payment.name
        if f"{name}_offered" in own:
            _rises(own, "incentive_1_paid", f"{name}_offered", f"{name}_due")
        _rises(own, "linked", f"{name}_due", f"{name}_ready")
        _rises(own, "reviewed", f"{name}_due")
        _rises(own, f"{name}_ready", f"{name}_paid", strictly=True)

    number = people["participant"]
    assert np.array_equal(number >= 0, people["awarded"] < NEVER)
    assert np.array_equal(np.sort(number[number >= 0]), np.arange(own.rows))
    assert np.array_equal(own["person"][number[number >= 0]], np.flatnonzero(number >= 0))
    awarded = people["awarded"][own["person"]]
    assert list(zip(awarded, own["wave"], own["person"], strict=True)) == sorted(
        zip(awarded, own["wave"], own["person"], strict=True)
    )  # numbered by award, then by person
