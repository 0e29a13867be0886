"""Courses: the SimPy market by its exact bookings, and the kernel against it in batches of any size."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER
from sim.journey.journey import JOURNEY
from sim.journey.order import PersonAct, ProgrammeAct
from sim.stations.courses import COURSE, SELF_PACED, Booking, Seats, book_seats, scaled_classes, seats_start
from sim.stations.timeline import Timeline


class Buyer(NamedTuple):
    """Who comes when (µs), with which courses in mind, willing to wait how long (µs)."""

    comes: int
    choices: tuple[int, ...]
    patience: int = NEVER


Change = tuple[int, int, int]
"""From an instant on a course is offered until another: (instant, course, until)."""


def in_simpy(courses: Any, buyers: Sequence[Buyer], changes: Sequence[Change] = ()) -> list[Booking | None]:
    """Return what each buyer books, each a process."""
    timeline = Timeline()
    seats = Seats(timeline, courses)
    found: list[Booking | None] = [None] * len(buyers)

    def buyer(number: int, comes: int, choices: Sequence[int], patience: int) -> Generator[Any, None, None]:
        yield timeline.turn(comes, JOURNEY.turn(PersonAct.BUY), number)
        found[number] = seats.book(choices, patience)

    def change(at: int, course: int, until: int) -> Generator[Any, None, None]:
        yield timeline.act(at, ProgrammeAct.CAPACITY)
        seats.courses[course].until = until

    for number, one in reversed(list(enumerate(buyers))):
        timeline.process(buyer(number, *one))
    for each in changes:
        timeline.process(change(*each))
    timeline.run()
    return found


def in_kernel(
    courses: Any, buyers: Sequence[Buyer], changes: Sequence[Change] = (), window: int = NEVER
) -> list[Booking | None]:
    """Return the same from the kernel, a batch a window, cut where a course changes."""
    courses = courses.copy()
    found: list[Booking | None] = [None] * len(buyers)
    state = seats_start(courses)
    order = sorted(range(len(buyers)), key=lambda number: (buyers[number].comes, number))
    corners = {at for at, _, _ in changes} | set(range(0, 4000, window)) | {NEVER}
    for end in sorted(corners):
        batch = [number for number in order if buyers[number].comes < end]
        order = order[len(batch) :]
        most = max((len(buyers[number].choices) for number in batch), default=0)
        choices = np.full((len(batch), most), -1)
        for row, number in enumerate(batch):
            choices[row, : len(buyers[number].choices)] = buyers[number].choices
        now = np.array([buyers[number].comes for number in batch], dtype=np.int64)
        patience = np.array([buyers[number].patience for number in batch], dtype=np.int64)
        choice, begins = np.empty_like(now), np.empty_like(now)
        book_seats(courses, state, now, choices, patience, choice, begins)
        for row, number in enumerate(batch):
            if choice[row] >= 0:
                chosen = buyers[number].choices[choice[row]]
                found[number] = Booking(int(choice[row]), chosen, int(begins[row]))
        for at, course, until in changes:
            if at == end:
                courses["until"][course] = until
    return found


def both(courses: list[tuple[int, int, int, int]], buyers: Sequence[Buyer]) -> list[Booking | None]:
    """Return what both engines book."""
    table = np.array(courses, dtype=COURSE)
    found = in_simpy(table, buyers)
    assert in_kernel(table, buyers) == found
    return found


def test_the_earliest_class_with_a_free_seat() -> None:
    """Catches a class that takes more than its seats, and one booked before an earlier has filled."""
    found = both([(100, 50, NEVER, 2)], [Buyer(k, (0,)) for k in range(5)])
    assert found == [Booking(0, 0, begins) for begins in (100, 100, 150, 150, 200)]


def test_a_class_that_begins_now_has_begun() -> None:
    """Catches a seat sold in a class at its very beginning, or after it."""
    found = both([(100, 50, NEVER, 9)], [Buyer(99, (0,)), Buyer(100, (0,)), Buyer(101, (0,)), Buyer(350, (0,))])
    assert [booking and booking.begins for booking in found] == [100, 150, 150, 400]


def test_one_takes_the_next_choice_rather_than_wait_too_long() -> None:
    """Catches patience that ends a microsecond early or late, and a choice taken out of order."""
    courses = [(100, 50, NEVER, 1), (300, 50, NEVER, 1), (0, 1, NEVER, SELF_PACED)]
    found = both(courses, [
        Buyer(0, (0, 1), patience=100), Buyer(1, (0, 1), patience=149), Buyer(2, (0, 1), patience=197),
        Buyer(3, (1, 2), patience=296), Buyer(4, (0, 1), patience=10), Buyer(5, (), patience=10),
    ])  # fmt: skip
    assert found == [
        Booking(0, 0, 100), Booking(0, 0, 150), None, Booking(1, 2, 3), None, None,
    ]  # fmt: skip


def test_quote_and_booking_are_one_act_in_order_of_time_and_number() -> None:
    """Catches two who come at one instant and are told of the same last seat, across courses."""
    courses = [(100, 1000, NEVER, 1), (200, 1000, NEVER, 1)]
    found = both(courses, [
        Buyer(50, (0, 1), patience=500), Buyer(50, (1, 0), patience=500), Buyer(50, (0, 1), patience=500),
        Buyer(49, (1, 0), patience=500),
    ])  # fmt: skip
    assert found == [Booking(0, 0, 100), None, None, Booking(0, 1, 200)]


def test_no_seats_are_closed_and_an_end_is_an_end() -> None:
    """Catches a closed course that lets one in, and a class that begins when the course is no longer offered."""
    courses = [(100, 50, NEVER, 0), (100, 50, 150, 1), (20, 1, 60, SELF_PACED)]
    instants_and_courses = [(0, 0), (0, 1), (0, 1), (19, 2), (20, 2), (59, 2), (60, 2)]
    found = both(courses, [Buyer(at, (course,)) for at, course in instants_and_courses])
    assert [booking and booking.begins for booking in found] == [None, 100, None, None, 20, 59, None]


def test_bookings_stand_when_a_course_is_suspended() -> None:
    """Catches a suspension that reaches those who have booked, or not those of its very instant."""
    table = np.array([(100, 50, NEVER, 1)], dtype=COURSE)
    buyers = [Buyer(10, (0,)), Buyer(20, (0,)), Buyer(30, (0,)), Buyer(40, (0,))]
    changes = [(20, 0, 100), (40, 0, NEVER)]
    found = in_simpy(table, buyers, changes)
    assert found == [Booking(0, 0, 100), None, None, Booking(0, 0, 150)]
    assert in_kernel(table, buyers, changes) == found


def test_scaled_classes_offer_the_same_seats_a_day() -> None:
    """Catches a scaled course that offers more or fewer seats a person than the whole one."""
    for seats, scale in ((40, 1.0), (40, 0.001), (40, 0.1), (1500, 0.001), (7, 0.2)):
        m, interval = scaled_classes(seats, DAY, scale)
        assert m == max(1, round(seats * scale))
        assert abs(m / interval - seats * scale / DAY) < 1e-9 * m / interval
    assert scaled_classes(0, DAY, 0.001) == (0, DAY)
    assert scaled_classes(SELF_PACED, DAY, 0.001) == (SELF_PACED, DAY)


COURSES = st.lists(
    st.tuples(
        st.integers(0, 1000), st.sampled_from([1, 7, 50, 100, 1000]), st.sampled_from([NEVER, 300, 1000]),
        st.sampled_from([1, 2, 3, 10, 0, SELF_PACED]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
INSTANTS = st.integers(0, 1200) | st.sampled_from([0, 50, 100, 500])


@settings(max_examples=150)
@given(
    courses=COURSES,
    buyers=st.lists(st.tuples(INSTANTS, st.lists(st.integers(0, 3), max_size=3), st.sampled_from([NEVER, 400, 100, 0])),
                    max_size=60),
    changes=st.lists(st.tuples(INSTANTS, st.integers(0, 3), st.sampled_from([NEVER, 400, 0])), max_size=3,
                     unique_by=lambda change: change[0]),
    window=st.sampled_from([NEVER, 1000, 100, 7, 1]),
)  # fmt: skip
def test_the_kernel_books_what_simpy_books(
    courses: list[tuple[int, int, int, int]], buyers: list[Any], changes: list[Change], window: int
) -> None:
    """Catches a kernel that books another seat, in whatever batches; no class takes more than its seats."""
    table = np.array(courses, dtype=COURSE)
    some = [Buyer(comes, tuple(c % len(courses) for c in choices), patience) for comes, choices, patience in buyers]
    now_and_then = [(at, course % len(courses), until) for at, course, until in changes]
    found = in_simpy(table, some, now_and_then)
    assert in_kernel(table, some, now_and_then, window) == found
    taken: dict[tuple[int, int], int] = {}
    for one, booking in zip(some, found, strict=True):
        if booking is None:
            event("unserved")
            continue
        event(f"choice {booking.choice}")
        seats = courses[booking.course][3]
        assert booking.begins <= one.comes + one.patience
        if seats != SELF_PACED:
            assert booking.begins > one.comes
            key = booking.course, booking.begins
            taken[key] = taken.get(key, 0) + 1
            assert taken[key] <= seats
