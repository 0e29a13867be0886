"""What follows from a route: the order at one instant, places, refusals, and the columns of people's rows."""

from __future__ import annotations

from functools import cached_property

from sim.journey import limits
from sim.journey.money import Benefit
from sim.journey.order import AT_STATIONS, PersonAct
from sim.journey.payments import Payment
from sim.journey.places import Place
from sim.journey.route import MARKET, ROUTE, Route, Station

Columns = dict[str, str]
"""Name of a column → what it means."""


class Journey:
    """A route with all that follows from it."""

    def __init__(self, route: Route = ROUTE, after_award: Route = MARKET) -> None:
        self.route = route
        self.after_award = after_award
        """The stations at which participants queue; they stand there in no place of their own."""
        self.stations: tuple[Station, ...] = tuple(
            station for each in route for station in ((each, each.retry) if each.retries else (each,))
        )
        """Every station in order, each followed by that of its retries."""
        self.names = tuple(station.name for station in self.stations)
        self._number = {name: number for number, name in enumerate(self.names)}
        self.names_after_award = tuple(station.name for station in after_award)
        self.queued = (*self.stations, *after_award)
        """Every station, those after the award behind the route's."""
        self._by_name = {station.name: station for station in self.queued}
        self.checks = tuple(station for station in route if station.checks)
        self.refusals = ("nobody", *(station.name for station in self.checks), "test")
        """Who may refuse a registrant, by code."""
        self.places = (*(place.name.lower() for place in Place), *self.names)
        """Every place, by code."""
        if len({*self.places, *self.names_after_award}) != len(self.places) + len(after_award):
            raise ValueError(f"two stations, or a station and a place, have one name: {', '.join(self.places)}")
        if len(self.places) > limits.PLACES:
            raise ValueError(
                f"a route may have at most {limits.PLACES - len(Place)} stations: it has {len(self.names)}"
            )

    def __contains__(self, station: str) -> bool:
        return station in self._number

    def station(self, name: str) -> Station:
        """Return a station by its name; raise KeyError where there is none."""
        return self._by_name[name]

    def number(self, name: str) -> int:
        """Return the code of a station: its number in order."""
        return self._number[name]

    def refusal(self, name: str) -> int:
        """Return the code of who refuses: a check, or "test"."""
        return self.refusals.index(name)

    # Places

    def place(self, station: str) -> int:
        """Return the code of the place of those at a station."""
        return len(Place) + self._number[station]

    @cached_property
    def processing_places(self) -> tuple[int, ...]:
        """Return the places of those who have registered and are not yet through the test."""
        return (*(self.place(name) for name in self.names), int(Place.TEST))

    # The order at one instant

    def leave(self, station: str) -> int:
        """Return the turn of leaving a station; reneging is the next, arriving the one after."""
        if station in self._number:
            return AT_STATIONS + 3 * self._number[station]
        return self._behind_acts + 3 * self.names_after_award.index(station)

    def renege(self, station: str) -> int:
        """Return the turn of giving up the wait at a station."""
        return self.leave(station) + 1

    def arrive(self, station: str) -> int:
        """Return the turn of arriving at a station."""
        return self.leave(station) + 2

    def turn(self, act: PersonAct) -> int:
        """Return the turn of an act of a person that is at no station."""
        if act is PersonAct.BOOK:
            return self._behind_acts + 3 * len(self.after_award)
        return AT_STATIONS + 3 * len(self.stations) + act

    @property
    def _behind_acts(self) -> int:
        """Return the first turn of the stations after the award: behind the acts of people but booking, the last."""
        return AT_STATIONS + 3 * len(self.stations) + PersonAct.BOOK

    # The columns of people's rows

    @cached_property
    def person_stamps(self) -> Columns:
        """Return the stamps of every person (NEVER where it did not happen); of retries, those of the last."""
        columns: Columns = {}
        retries = [station.retry for station in self.route if station.retries]
        for station in self.stations:
            again = " (the last time)" if station in retries else ""
            columns |= {
                f"{station.name}_arrived": f"came to the station{again}: {station.label}",
                f"{station.name}_started": f"service began{again}: {station.label}",
                f"{station.name}_left": f"service ended{again}: {station.label}",
            }
        columns |= {f"{check.name}_passed": f"passed the check: {check.label}" for check in self.checks}
        return columns | {
            "refused": "was refused",
            "gave_up": "gave up waiting at a station",
            "tested": "had taken the test and entered the pool",
            "first_joined": "joined a wave for the first time",
            "last_joined": "joined a wave for the last time so far",
            "gave_up_waves": "gave up joining waves",
            "awarded": "was awarded a place",
        }

    @cached_property
    def person_outcomes(self) -> Columns:
        """Return the outcomes of every person; numbers count from 0 and -1 is none, until they are written."""
        tries = {f"{check.name}_tries": f"tries of the check: {check.label}" for check in self.checks if check.retries}
        return tries | {
            "refused_by": "the check that refused, or the test",
            "gave_up_at": "the station at which the wait was given up",
            "first_wave": "number of the first wave joined",
            "last_wave": "number of the last wave joined so far",
            "waves_lost": "waves joined and lost so far",
            "awarded_by": "the share of the quota that awarded the place",
            "participant": "participant's number, in order of award",
        }


def participant_stamps(courses: int, payments: tuple[Payment, ...], market: bool = False) -> Columns:
    """Return the stamps of one who is awarded; with a market, those of the search for courses as well."""
    columns = {"link_tried": "tried to link an account", "linked": "had linked an account"}
    if market:
        columns |= {f"sought_{k + 1}": f"came to the market for course {k + 1}, the first time" for k in range(courses)}
    columns |= {f"bought_{k + 1}": f"bought course {k + 1}" for k in range(courses)}
    if market:
        columns |= {f"begun_{k + 1}": f"course {k + 1} began" for k in range(courses)}
    columns |= {f"completed_{k + 1}": f"completed course {k + 1}" for k in range(courses)}
    if market:
        issued = "the platform issued the certificate of course"
        columns |= {f"issued_{k + 1}": f"{issued} {k + 1}" for k in range(courses)}
    columns |= {
        "certified": "got the certificate of the first course",
        "reviewed": "rated and reviewed the first course",
        "revoked": "was revoked: bought nothing before the deadline",
        "closed": "the account closed and the unspent balance returned",
    }
    for payment in payments:
        words = payment.name.replace("_", " ")
        if payment.benefit is Benefit.SURVEY:
            columns[f"{payment.name}_offered"] = f"{words} was offered"
        columns |= {
            f"{payment.name}_due": f"{words} fell due",
            f"{payment.name}_ready": f"{words} was ready for a run of the payment partner",
            f"{payment.name}_paid": f"{words} was paid",
        }
    return columns


def participant_outcomes(courses: int, payments: tuple[Payment, ...], market: bool = False) -> Columns:
    """Return the outcomes of one who is awarded; with a market, those of the search for courses as well."""
    columns = {
        "person": "person's number",
        "wave": "wave of the award",
        "partner": "payment partner",
    }
    columns |= {f"price_{k + 1}": f"price of course {k + 1}, rupiah" for k in range(courses)}
    if market:
        for k in range(courses):
            columns |= {
                f"platform_{k + 1}": f"platform on which course {k + 1} was bought",
                f"course_{k + 1}": f"course {k + 1}: its number in the catalogue",
                f"choice_{k + 1}": f"choices taken before that of course {k + 1}",
                f"tries_{k + 1}": f"times that one came to the market for course {k + 1}",
            }
        columns["revoked_for"] = "for want of what one was revoked"
    columns["unspent"] = "training balance that returned when the account closed, rupiah"
    surveys = [payment for payment in payments if payment.benefit is Benefit.SURVEY]
    columns |= {
        f"{payment.name}_answered": f"whether {payment.name.replace('_', ' ')} is answered: 1 or 0"
        for payment in surveys
    }
    return columns | {
        f"{payment.name}_attempts": f"attempts to pay {payment.name.replace('_', ' ')}" for payment in payments
    }


JOURNEY = Journey()
"""The journey of the programme."""
