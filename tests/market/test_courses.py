"""Booking in the market: exact bookings of small markets, and the kernel against SimPy on random ones."""

from __future__ import annotations

from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.rules.choosing import SELF_PACED, candidate_uniform
from sim.rules.laws import LAWS
from sim.stations.courses import Booking
from tests.market.courses import KEY, Buyer, Offer, Small, both, in_kernel, in_simpy, rules


def patience(length: float) -> tuple[int, float, float, float]:
    """Return a law of a constant patience, µs."""
    return LAWS["constant"], length, 0.0, 0.0


def test_one_course_one_seat_a_class_in_order_of_time_and_number() -> None:
    """Catches a seat given twice, and bookings of one instant that do not go by number."""
    found, away = both(Small([Offer()]), rules(), [Buyer(10), Buyer(5), Buyer(10), Buyer(100), Buyer(160)])
    assert found == [Booking(0, 0, begins) for begins in (150, 100, 200, 250, 300)]
    assert away == [0]


def test_a_self_paced_course_begins_at_once() -> None:
    """Catches a self-paced course that waits, or is booked before it is on sale or when it is no more."""
    course = Offer(first=20, since=20, until=60, seats=SELF_PACED)
    found, _ = both(Small([course]), rules(), [Buyer(at) for at in (19, 20, 59, 60)])
    assert found == [None, Booking(0, 0, 20), Booking(0, 0, 59), None]


def test_one_is_turned_away_by_patience_and_takes_the_next_choice() -> None:
    """Catches patience that ends a microsecond early or late, and a next choice that is not counted."""
    small = Small([Offer(first=200, popularity=1e9), Offer(seats=SELF_PACED, first=0, popularity=1e-9)])
    for wait, expected in ((200, Booking(0, 0, 200)), (199, Booking(1, 1, 0))):
        found, away = both(small, rules(patience=patience(wait)), [Buyer(0)])
        assert found == [expected]
        assert away == [expected.choice, 0]


def test_after_so_many_choices_nothing_is_found() -> None:
    """Catches a buyer who goes on when the choices are used up, and courses that use one without being tried."""
    live = [Offer(first=10**9, popularity=1.0) for _ in range(5)]
    small = Small([*live, Offer(seats=SELF_PACED, first=0, popularity=1e-9)])
    found, away = both(small, rules(choices=3, patience=patience(10)), [Buyer(0)])
    assert (found, sum(away)) == ([None], 3)
    found, away = both(small, rules(choices=6, patience=patience(10)), [Buyer(0)])
    assert found == [Booking(5, 5, 0)]  # the last draw is over what remains
    assert away == [1, 1, 1, 1, 1, 0]


def test_dear_taken_and_ended_courses_are_passed_over_without_a_choice() -> None:
    """Catches a course bought twice, one above the balance, and one that uses a choice although it cannot be bought."""
    small = Small(
        [
            Offer(popularity=10, price=1001),
            Offer(popularity=10),
            Offer(popularity=10, until=1),
            Offer(popularity=10, since=50),
            Offer(popularity=1e-6, seats=SELF_PACED, first=0),
        ]
    )
    found, away = both(small, rules(choices=1), [Buyer(10, taken=(1,)), Buyer(10, balance=9)])
    assert found == [Booking(0, 4, 10), None]
    assert sum(away) == 0


def test_the_first_candidate_is_by_popularity() -> None:
    """Catches candidates that do not follow the popularity of those listed on the platform."""
    small = Small([Offer(seats=SELF_PACED, first=0, popularity=weight) for weight in (1.0, 2.0, 1.0)])
    found, _ = both(small, rules(), [Buyer(7) for _ in range(50)])
    for person, booking in enumerate(found):
        u = candidate_uniform(KEY, person, 0, 0)
        assert booking == Booking(0, 0 if u < 0.25 else 1 if u < 0.75 else 2, 7)


def test_a_platform_sells_what_is_listed_there() -> None:
    """Catches a course that is sold where it is not listed, and a platform without courses that sells some."""
    offers = [Offer(seats=SELF_PACED, first=0, platforms=(0, 1)), Offer(seats=SELF_PACED, first=0, platforms=(1,))]
    small = Small(offers, platforms=3)
    found, _ = both(small, rules(), [Buyer(1, platform=k % 3) for k in range(60)])
    assert {booking and booking.course for booking in found[0::3]} == {0}
    assert {booking and booking.course for booking in found[1::3]} == {0, 1}
    assert set(found[2::3]) == {None}


def test_a_provider_teaches_so_many_seats_a_week() -> None:
    """Catches a week with more seats than its instructors teach, and a class of a full week that is not passed."""
    monday = 2 * DAY
    offers = [Offer(first=DAY, interval=DAY, seats=2), Offer(first=DAY, interval=3 * DAY, seats=5)]
    small = Small(offers, weeks=[[1, 0, 3, 9]])
    found, _ = both(small, rules(), [Buyer(0) for _ in range(6)])
    begins = [booking.begins for booking in found if booking]
    assert begins[0] == DAY
    assert all(monday + WEEK <= at < monday + 2 * WEEK for at in begins[1:4])
    assert all(monday + 2 * WEEK <= at < monday + 3 * WEEK for at in begins[4:])


def test_classes_after_the_last_week_are_not_offered() -> None:
    """Catches a limited provider without a limit at the end of time, and a search that never ends."""
    small = Small([Offer(first=DAY, interval=DAY, seats=1)], weeks=[[0, 0, 0]])
    found, away = both(small, rules(choices=1), [Buyer(0), Buyer(3 * WEEK)])
    assert found == [None, None]
    assert away == [2]


def test_seats_that_are_added_are_for_those_who_come_later() -> None:
    """Catches added seats that reach a class sold out before, or not one that still had some."""
    changes = [(50, 0, 3)]
    sold_out, _ = both(Small([Offer(seats=2)]), rules(), [Buyer(1), Buyer(2), *[Buyer(60)] * 4], changes)
    assert [booking and booking.begins for booking in sold_out] == [100, 100, 150, 150, 150, 183]
    some_left, _ = both(Small([Offer(seats=2)]), rules(), [Buyer(1), *[Buyer(60)] * 4], changes)
    assert [booking and booking.begins for booking in some_left] == [100, 100, 100, 133, 133]


def test_a_full_week_is_passed_alike_whoever_has_asked_for_it() -> None:
    """Catches classes that are added from another one on after somebody, who would not wait, met a full week."""
    offer = Offer(first=17 * DAY, interval=3 * DAY // 2, seats=3, until=40 * DAY)
    small = Small([offer], weeks=[[9, 9, 9, 0, 9, 9, 9]])  # full from day 16 to before day 23
    would_wait = rules(patience=(LAWS["constant"], 0.0, 17.0 * DAY, 0.0))
    found, away = both(small, would_wait, [Buyer(2 * DAY), Buyer(8 * DAY)], [(7 * DAY, 0, 4)])
    assert found == [None, Booking(0, 0, 23 * DAY)]
    assert away == [1]


OFFERS = st.builds(
    Offer,
    first=st.integers(0, 20).map(lambda k: k * DAY // 2),
    interval=st.sampled_from([DAY // 24, DAY, 3 * DAY, WEEK, 30 * WEEK]),
    until=st.sampled_from([NEVER, NEVER, 10 * DAY, DAY, 1]),
    seats=st.sampled_from([1, 1, 2, 3, 10, 0, SELF_PACED]),
    price=st.sampled_from([10, 400, 800, 2000]),
    provider=st.integers(0, 2),
    since=st.sampled_from([0, 0, 5 * DAY]),
    popularity=st.sampled_from([1.0, 1.0, 5.0, 1e-9]),
    platforms=st.sampled_from([(0,), (1,), (0, 1)]),
)
BUYERS = st.builds(
    Buyer,
    at=st.integers(0, 60).map(lambda k: k * DAY // 4) | st.integers(0, 15 * DAY),
    purchase=st.integers(0, 3),
    platform=st.integers(0, 2),
    balance=st.sampled_from([0, 10, 500, 1000]),
    taken=st.sampled_from([(), (0,), (1, 0)]),
)


@settings(max_examples=60, deadline=None)
@given(
    offers=st.lists(OFFERS, min_size=1, max_size=8),
    weeks=st.none() | st.lists(st.sampled_from([0, 1, 2, 30]), min_size=2, max_size=6),
    buyers=st.lists(BUYERS, max_size=60),
    choices=st.integers(1, 4),
    waits=st.sampled_from([0.0, 1.0, 2.5 * DAY, 1e15]),
    changes=st.lists(st.tuples(st.integers(0, 15 * DAY), st.integers(0, 7), st.integers(1, 3)), max_size=3,
                     unique_by=lambda change: change[0]),
    window=st.sampled_from([NEVER, DAY, 7 * DAY, DAY // 5]),
)  # fmt: skip
def test_the_kernel_books_what_simpy_books(
    offers: list[Offer], weeks: Any, buyers: list[Buyer], choices: int, waits: float, changes: Any, window: int
) -> None:
    """Catches a kernel that books another seat, in whatever batches; and seats of a class or a week taken twice."""
    small = Small(offers, weeks=[weeks] * 3 if weeks else [], platforms=3)
    told = rules(choices=choices, patience=patience(waits))
    most = {k: offer.seats for k, offer in enumerate(offers)}
    added = []
    for at, which, more in sorted(changes):
        course = which % len(offers)
        if most[course] > 0:
            most[course] += more
            added.append((at, course, most[course]))
    found, away = in_simpy(small, told, buyers, added)
    assert in_kernel(small, told, buyers, added, window) == (found, away)
    of_class: dict[tuple[int, int], int] = {}
    of_week: dict[tuple[int, int], int] = {}
    for one, booking in zip(buyers, found, strict=True):
        if booking is None:
            event("found nothing")
            continue
        event(f"choice {booking.choice}")
        offer = offers[booking.course]
        assert one.platform in offer.platforms
        assert offer.price <= one.balance
        assert booking.course not in one.taken
        assert offer.since <= one.at < offer.until
        assert booking.begins <= one.at + waits
        if offer.seats == SELF_PACED:
            continue
        assert one.at < booking.begins < offer.until
        assert (booking.begins - offer.first) % offer.interval == 0
        of_class[booking.course, booking.begins] = of_class.get((booking.course, booking.begins), 0) + 1
        assert of_class[booking.course, booking.begins] <= most[booking.course]
        if weeks:
            week = offer.provider, (booking.begins + 5 * DAY) // WEEK
            of_week[week] = of_week.get(week, 0) + 1
            assert of_week[week] <= weeks[week[1]]
