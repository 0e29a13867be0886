"""The day's end: the census of people and the count of rupiah, by what the engine itself knows of both."""

from __future__ import annotations

from sim.calendar.instants import DAY, moment
from sim.engines.cohort.census import Census
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.payments import Payments
from sim.engines.cohort.way_to_pool import WayToPool
from sim.journey.places import Place
from sim.programme.ledger import BrokenPromise, Day
from sim.programme.programme import Programme


class DayEnds:
    """Takes the census of those awarded, and the rupiah awarded, at each day's end of the programme's clock."""

    def __init__(
        self,
        programme: Programme,
        census: Census,
        way: WayToPool,
        participants: Participants,
        payments: Payments,
    ) -> None:
        self._programme, self._census, self._way = programme, census, way
        self._participants, self._payments = participants, payments
        self._sheet = census.sheet()
        self._awarded: list[list[int]] = []

    def close(self, now: int, gave_up: int) -> None:
        """Count who is awarded, bought, was revoked or gave up waves (so many so far), and what has been awarded."""
        own, sheet = self._participants, self._sheet
        undecided = own.undecided(now)
        sheet.count(now, Place.AWARDED, undecided)
        sheet.count(now, Place.PARTICIPANT, own.bought_people)
        sheet.count(now, Place.REVOKED, own.revoked_people)
        sheet.count(now, Place.GAVE_UP_WAVES, gave_up)
        sheet.count(now, Place.POOL, -own.size - gave_up)
        self._awarded.append(own.awarded_rupiah())

    def days(self, end: int) -> list[Day]:
        """Return where everyone stood, and the rupiah, at each day's end; raise BrokenPromise if somebody is lost."""
        counts, all_registered = self._census.taken(), self._way.registered_on_day.cumsum().tolist()
        for_training, all_returned = self._participants.paid_for_training(), self._participants.returned()
        found = []
        for day, (awarded, so_far) in enumerate(zip(self._awarded, self._payments.days(), strict=True)):
            now = min((day + 1) * DAY, end)
            registered, standing = all_registered[day], counts[day].tolist()
            what = f"people do not add up at the end of {moment(now - 1):%Y-%m-%d}"
            if sum(standing) != registered:
                raise BrokenPromise(f"{what}: {registered} have registered, {sum(standing)} stand somewhere")
            if min(standing) < 0:
                place = self._programme.journey.places[standing.index(min(standing))]
                raise BrokenPromise(f"{what}: {min(standing)} stand in '{place}'")
            incentives, surveys, unanswered = so_far
            paid = [for_training[day], incentives, surveys]
            returned = all_returned[day]
            returned[2] += unanswered
            found.append(Day(now, standing, awarded, paid, returned))
        return found
