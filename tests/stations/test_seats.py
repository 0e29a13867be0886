"""Classes of seats as a station of the route, by their exact event log in SimPy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import NEVER
from sim.stations.classes import COURSE
from sim.stations.schedule import compile_schedule
from sim.stations.seats import SeatsPlan
from tests.stations.customers import Customer, serve, station


def classes(seats: int, first: int = 100, interval: int = 50) -> SeatsPlan:
    """Return a station of classes without end."""
    return SeatsPlan((compile_schedule(seats),), np.array([(first, interval, NEVER, seats)], dtype=COURSE))


def test_one_starts_as_the_class_begins_and_leaves_after_their_service() -> None:
    """Catches a start on arrival, a class that takes more than its seats, and one that begins as somebody comes."""
    log = serve(station(classes(2)), [Customer(k, at, 30) for k, at in enumerate((0, 5, 5, 150))])
    assert log == [
        (100, "starts", 0),
        (100, "starts", 1),
        (130, "leaves", 0),
        (130, "leaves", 1),
        (150, "starts", 2),
        (180, "leaves", 2),
        (200, "starts", 3),
        (230, "leaves", 3),
    ]


def test_who_would_wait_too_long_gives_up_at_once_and_takes_no_seat() -> None:
    """Catches one who waits in vain, one who holds a seat that they do not want, and patience a µs off."""
    customers = [Customer(0, 1, 9, patience=98), Customer(1, 2, 9, patience=98), Customer(2, 3, 9, patience=500)]
    assert serve(station(classes(1)), customers) == [
        (1, "gives up", 0),
        (100, "starts", 1),
        (109, "leaves", 1),
        (150, "starts", 2),
        (159, "leaves", 2),
    ]


def test_without_seats_the_patient_wait_for_ever_and_the_others_give_up_at_once() -> None:
    """Catches a class without seats that lets one in, and one without patience who gives up."""
    assert serve(station(classes(0)), [Customer(0, 0, 5), Customer(1, 7, 5, patience=900)]) == [(7, "gives up", 1)]


def test_a_service_of_nothing_takes_a_microsecond() -> None:
    """Catches one who leaves at the instant at which they start."""
    assert serve(station(classes(1)), [Customer(0, 0, 0)]) == [(100, "starts", 0), (101, "leaves", 0)]


@given(
    seats=st.integers(0, 5), first=st.integers(-300, 300), interval=st.integers(1, 90), until=st.integers(1, 600)
)  # fmt: skip
def test_what_the_classes_offer(seats: int, first: int, interval: int, until: int) -> None:
    """Catches a class before the beginning, which nobody can book, or at the end itself."""
    begins = [at for at in range(first, until, interval) if at > 0]
    plan = classes(seats, first, interval)
    assert plan.offered(until) == seats * len(begins)
    assert plan.utilisation(1, 0, until) == (1 / (seats * len(begins)) if seats and begins else None)
