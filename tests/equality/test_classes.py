"""Classes of a course: SimPy's by their exact bookings, and the kernel against them in batches of any size."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER
from sim.journey.journey import JOURNEY
from sim.journey.order import PersonAct, ProgrammeAct
from sim.rules.choosing import SELF_PACED
from sim.stations.classes import COURSE, Course, book_seats, scaled_classes, seats_start
from sim.stations.timeline import Timeline

Table = list[tuple[int, int, int, int]]
"""Courses: the first class, the interval, until when it is offered, and the seats a class."""

Change = tuple[int, int, int]
"""From an instant on a course is offered until another: (instant, course, until)."""

Begins = list[int | None]
"""When the class that each has booked begins; None: none."""


class Buyer(NamedTuple):
    """Who comes when (µs), for which course, willing to wait how long (µs)."""

    comes: int
    course: int
    patience: int = NEVER


def in_simpy(table: Any, buyers: Sequence[Buyer], changes: Sequence[Change] = ()) -> Begins:
    """Return what each buyer books, each a process."""
    timeline = Timeline()
    courses = [Course(timeline, *course.tolist()) for course in table]
    found: Begins = [None] * len(buyers)

    def buyer(number: int, comes: int, course: int, patience: int) -> Generator[Any, None, None]:
        yield timeline.turn(comes, JOURNEY.turn(PersonAct.BUY), number)
        found[number] = courses[course].book(timeline.now + patience)

    def change(at: int, course: int, until: int) -> Generator[Any, None, None]:
        yield timeline.act(at, ProgrammeAct.CAPACITY)
        courses[course].until = until

    for number, one in reversed(list(enumerate(buyers))):
        timeline.process(buyer(number, *one))
    for each in changes:
        timeline.process(change(*each))
    timeline.run()
    return found


def in_kernel(table: Any, buyers: Sequence[Buyer], changes: Sequence[Change] = (), window: int = NEVER) -> Begins:
    """Return the same from the kernel, a batch a window, cut where a course changes."""
    courses, state = table.copy(), seats_start(table)
    found: Begins = [None] * len(buyers)
    order = sorted(range(len(buyers)), key=lambda number: (buyers[number].comes, number))
    for end in sorted({at for at, _, _ in changes} | set(range(0, 4000, window)) | {NEVER}):
        batch = [number for number in order if buyers[number].comes < end]
        order = order[len(batch) :]
        now, course, patience = (
            np.array([getattr(buyers[number], name) for number in batch], dtype=np.int64)
            for name in ("comes", "course", "patience")
        )
        begins = np.empty_like(now)
        book_seats(courses, state, course, now, patience, begins)
        for row, number in enumerate(batch):
            found[number] = int(begins[row]) if begins[row] >= 0 else None
        for at, which, until in changes:
            if at == end:
                courses["until"][which] = until
    return found


def both(courses: Table, buyers: Sequence[Buyer], changes: Sequence[Change] = ()) -> Begins:
    """Return what is booked in both forms, which must be one."""
    table = np.array(courses, dtype=COURSE)
    found = in_simpy(table, buyers, changes)
    assert in_kernel(table, buyers, changes) == found
    return found


def test_the_earliest_class_with_a_free_seat() -> None:
    """Catches a class that takes more than its seats, and one booked before an earlier has filled."""
    assert both([(100, 50, NEVER, 2)], [Buyer(k, 0) for k in range(5)]) == [100, 100, 150, 150, 200]


def test_a_class_that_begins_now_has_begun() -> None:
    """Catches a seat sold in a class at its very beginning, or after it."""
    assert both([(100, 50, NEVER, 9)], [Buyer(at, 0) for at in (99, 100, 101, 350)]) == [100, 150, 150, 400]


def test_nobody_waits_longer_than_they_are_willing() -> None:
    """Catches patience that ends a microsecond early or late, and a seat taken by one who leaves without it."""
    buyers = [Buyer(0, 0, patience=100), Buyer(1, 0, patience=148), Buyer(2, 0, patience=148), Buyer(3, 0)]
    assert both([(100, 50, NEVER, 1)], buyers) == [100, None, 150, 200]


def test_those_who_come_at_one_instant_book_in_order_of_number() -> None:
    """Catches two who are told of the same last seat."""
    buyers = [Buyer(50, 0, patience=500), Buyer(50, 0, patience=500), Buyer(49, 0, patience=500)]
    assert both([(100, 300, NEVER, 1)], buyers) == [400, None, 100]


def test_no_seats_are_closed_and_an_end_is_an_end() -> None:
    """Catches a closed course that lets one in, and a class that begins when the course is no longer offered."""
    assert both([(100, 50, NEVER, 0), (100, 50, 150, 1)], [Buyer(0, 0), Buyer(0, 1), Buyer(0, 1)]) == [None, 100, None]


def test_bookings_stand_when_a_course_is_suspended() -> None:
    """Catches a suspension that reaches those who have booked, or not those of its very instant."""
    buyers = [Buyer(at, 0) for at in (10, 20, 30, 40)]
    assert both([(100, 50, NEVER, 1)], buyers, [(20, 0, 100), (40, 0, NEVER)]) == [100, None, None, 150]


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
        st.sampled_from([1, 2, 3, 10, 0]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
INSTANTS = st.integers(0, 1200) | st.sampled_from([0, 50, 100, 500])


@settings(max_examples=100)
@given(
    courses=COURSES,
    buyers=st.lists(st.tuples(INSTANTS, st.integers(0, 3), st.sampled_from([NEVER, 400, 100, 0])), max_size=60),
    changes=st.lists(st.tuples(INSTANTS, st.integers(0, 3), st.sampled_from([NEVER, 400, 0])), max_size=3,
                     unique_by=lambda change: change[0]),
    window=st.sampled_from([NEVER, 1000, 100, 7, 1]),
)  # fmt: skip
def test_the_kernel_books_what_simpy_books(
    courses: Table, buyers: list[Any], changes: list[Change], window: int
) -> None:
    """Catches a kernel that books another seat, in whatever batches; no class takes more than its seats."""
    table = np.array(courses, dtype=COURSE)
    some = [Buyer(comes, course % len(courses), patience) for comes, course, patience in buyers]
    now_and_then = [(at, course % len(courses), until) for at, course, until in changes]
    found = in_simpy(table, some, now_and_then)
    assert in_kernel(table, some, now_and_then, window) == found
    taken: dict[tuple[int, int], int] = {}
    for one, begins in zip(some, found, strict=True):
        event("unserved" if begins is None else "served")
        if begins is not None:
            assert one.comes < begins <= one.comes + one.patience
            taken[one.course, begins] = taken.get((one.course, begins), 0) + 1
            assert taken[one.course, begins] <= courses[one.course][3]
