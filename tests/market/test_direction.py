"""Each number of the market moves the answer: less of it, longer waits or more losses, and nobody's luck elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER, moment
from sim.rules.choosing import SELF_PACED
from tests.building import Engine, Run, law, on_both, run_on
from tests.engine.everyone import Everyone, everyone, moved, who_differ
from tests.equality.random_markets import course, hostile, live, market, platform
from tests.market.recount import Seen, seen

PEOPLE: dict[Engine, int] = {"person": 100, "cohort": 1_000}
LEVERS = ("checkout_capacity", "seats", "instructors", "certificates")


def one_each(people: int, block: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return changes by which people buy one course each."""
    further = {"appetite": 0, "courses": 1, "delay": law("constant", 1, "days")}
    return hostile(block, people, purchase__further=further, **changes)


def binding(people: int) -> dict[str, dict[str, Any]]:
    """Return markets by the lever that binds there, on platform one alone; nothing binds on platform two."""
    two = course(platforms="two")
    long = {"patience": law("constant", 300, "days"), "tries": 1, "choices": 1}
    checkout = platform(checkout={"rate": people / 300})
    certificates = platform(certificates={"cap": people / 25})
    return {
        "checkout_capacity": one_each(people, market({"one": checkout, "two": platform()}, [course(), two])),
        "seats": one_each(
            people, market({"one": platform(), "two": platform()}, [live(seats=people // 10), two], **long)
        ),
        "instructors": one_each(
            people,
            market(
                {"one": platform(), "two": platform()},
                [live(seats=people // 10), two],
                instructors_share=0.5,
                **long,
            ),
        ),
        "certificates": one_each(people, market({"one": certificates, "two": platform()}, [course(), two])),
    }  # fmt: skip


@cache
def pair(engine: Engine, lever: str, **changes: Any) -> tuple[Run, Run]:
    """Return runs of the market where a lever binds: as it stands, and with half of it."""
    plain = binding(PEOPLE[engine])[lever]
    half = plain | {"market": plain["market"] | {lever: 0.5}}
    return run_on(engine, changes=plain), run_on(engine, changes=half)


def both(engine: Engine, lever: str) -> tuple[Everyone, Everyone]:
    plain, half = pair(engine, lever)
    return everyone(plain), everyone(half)


def waits(of: Everyone, began: str, ended: str) -> Any:
    """Return each person's wait, for ever where it has not ended; -1 of those who did not begin."""
    return np.where(of[began] < NEVER, np.where(of[ended] < NEVER, of[ended] - of[began], NEVER), -1)


WAITS = {
    "checkout_capacity": ("sought_1", "bought_1"),
    "seats": ("bought_1", "begun_1"),
    "instructors": ("bought_1", "begun_1"),
    "certificates": ("completed_1", "certified"),
}
"""By lever, the wait that grows."""


@on_both
@pytest.mark.parametrize("lever", LEVERS)
def test_half_of_it_is_a_longer_wait(engine: Engine, lever: str) -> None:
    """Catches a lever that does nothing, or shortens somebody's wait where theory says it cannot."""
    plain, half = both(engine, lever)
    one, other = (waits(each, *WAITS[lever]) for each in (plain, half))
    assert np.all(one <= other)
    assert np.count_nonzero(one < other) > PEOPLE[engine] // 10


def wait_for_a_class(made: Seen) -> dict[str, Any]:
    """Return the row of the wait for a class, which is what the rows of people say."""
    (row,) = (row for row in made.tables["waits"].rows if row["wait"] == "booking_to_class")
    booked = [each for each in made.bought() if made.table.courses["seats"][each.course] != SELF_PACED]
    begun = [each for each in booked if each.begins < made.end]
    counts = row["began"], row["got_it"], row["left_without"], row["still_waiting"]
    assert counts == (len(booked), len(begun), 0, len(booked) - len(begun))
    assert row["person_days"] == pytest.approx(sum(min(each.begins, made.end) - each.at for each in booked) / DAY)
    group = next(row for row in made.tables["bottlenecks"].rows if row["group"] == "providers")
    assert group["person_days"] == row["person_days"]
    return row | {"share": group["share"]}


@on_both
@pytest.mark.parametrize("lever", ["seats", "instructors"])
def test_half_of_the_seats_is_a_longer_wait_for_a_class(engine: Engine, lever: str) -> None:
    """Catches a wait that the seats do not decide, and one that goes on beyond the end of the run or is left out."""
    plain = binding(PEOPLE[engine])[lever]
    half = plain | {"market": plain["market"] | {lever: 0.5}}
    long = seen(engine, half)
    one, other = wait_for_a_class(seen(engine, plain)), wait_for_a_class(long)
    assert one["began"] == other["began"] > 0
    for what in ("person_days", "median_days", "share"):
        assert one[what] < other[what], what
    middle = sorted(each.begins for each in long.bought() if each.begins > each.at)[other["began"] // 2]
    cut = wait_for_a_class(seen(engine, half | {"clock.end": moment(middle).isoformat()}))
    assert cut["still_waiting"] > 0
    assert 0 < cut["person_days"] < other["person_days"]


MAY_MOVE = {
    "checkout_capacity": ("bought_1", "begun_1", "revoked"),
    "seats": ("begun_1",),
    "instructors": ("begun_1",),
    "certificates": ("certified",),
}
"""By lever, the stamps that it moves; others move only for those for whom one of these does."""

BEHIND = (
    "completed_1",
    "certified",
    "reviewed",
    "incentive_1",
    "survey_1",
    "closed",
    "unspent",
    "linked",
    "link_tried",
)
"""What hangs on them, by the beginnings of the names."""

BY_LUCK = ("sought_1", "platform_1", "course_1", "price_1", "choice_1", "partner")


@on_both
@pytest.mark.parametrize("lever", LEVERS)
def test_half_of_it_changes_nobody_whom_it_does_not_reach(engine: Engine, lever: str) -> None:
    """Catches luck that hangs on a capacity: another platform, course, price or delay for whoever need not wait."""
    plain, half = both(engine, lever)
    may = MAY_MOVE[lever]
    reached = np.any([plain[name] != half[name] for name in may], axis=0)
    assert who_differ(plain, half) == set(np.flatnonzero(reached).tolist())
    assert reached.any()
    on_two = plain["platform_1"] == 1
    assert np.count_nonzero(on_two) > PEOPLE[engine] // 4
    assert not np.any(reached & on_two)
    columns = {name for name in moved(plain, half) if not name.startswith((*may, *BEHIND))}
    bought = (plain["bought_1"] < NEVER) & (half["bought_1"] < NEVER)
    for name in BY_LUCK:
        assert np.array_equal(plain[name][bought], half[name][bought]), name
    # What only those have who bought is gone of those who no longer do.
    assert columns <= {f"{name}_1" for name in ("platform", "course", "price", "choice", "issued")} | {"revoked_for"}
    for began, ended in (("begun_1", "completed_1"), ("certified", "reviewed")):
        some = [each[ended] < NEVER for each in (plain, half)]
        again = some[0] & some[1]
        assert np.array_equal((plain[ended] - plain[began])[again], (half[ended] - half[began])[again]), ended
    assert np.array_equal(plain["completed_1"][bought] < NEVER, half["completed_1"][bought] < NEVER)


@on_both
def test_half_of_the_checkout_revokes_more(engine: Engine) -> None:
    """Catches awards lost for want of something else than a checkout, or fewer of them at half the rate."""
    plain, half = both(engine, "checkout_capacity")
    lost = [each["revoked_for"] == 1 for each in (plain, half)]
    assert np.all(lost[0] <= lost[1])
    assert np.count_nonzero(lost[1]) > np.count_nonzero(lost[0])
    assert not np.any((plain["revoked_for"] == 2) | (half["revoked_for"] == 2))


@on_both
@pytest.mark.parametrize("lever", ["seats", "instructors"])
def test_half_of_the_seats_revokes_more(engine: Engine, lever: str) -> None:
    """Catches awards lost for want of something else than a seat, or no more of them at half the seats."""
    block = binding(PEOPLE[engine])[lever]
    block["market"] |= {"patience": law("constant", 3, "days"), "tries": 3}
    lost = []
    for share in (1, 0.5, 0):
        run = run_on(engine, changes=block | {"market": block["market"] | {lever: share}})
        counts = np.bincount(run.participants["revoked_for"] + 1, minlength=4)
        assert counts[2] == 0
        lost.append(int(counts[3]))
        assert np.all(run.participants["revoked_for"][run.participants["platform_1"] == 1] == -1)
    assert lost[0] < lost[1] < lost[2]


# Courses and platforms more or less


def plenty(rows: list[dict[str, Any]], keys: tuple[str, ...] = ("one", "two"), **shares: float) -> dict[str, Any]:
    """Return changes by which people buy up to three courses, of which there is plenty."""
    return hostile(market({key: platform(share=shares.get(key, 1.0)) for key in keys}, rows), 200)


ROWS = [
    *(course(platforms="one two", popularity=weight, price=120_000) for weight in (5, 3, 2, 1, 1)),
    course(platforms="one", price=90_000),
]
GONE = "2020-04-12T00:00"


@cache
def whole(engine: Engine) -> Everyone:
    return everyone(run_on(engine, changes=plenty(ROWS)))


@on_both
@pytest.mark.parametrize("number", [0, 2, 5])
def test_a_course_less_on_sale_moves_nobody_who_did_not_take_it(engine: Engine, number: int) -> None:
    """Catches candidates drawn from what is on sale, by which one course less is another choice for everyone."""
    rows = [row | {"until": GONE} if k == number else row for k, row in enumerate(ROWS)]
    plain, other = whole(engine), everyone(run_on(engine, changes=plenty(rows)))
    took = np.any([plain[f"course_{k}"] == number for k in (1, 2, 3)], axis=0)
    assert who_differ(plain, other) == set(np.flatnonzero(took).tolist())
    assert 5 < np.count_nonzero(took) < 180
    assert not np.any([other[f"course_{k}"] == number for k in (1, 2, 3)])
    # Up to the purchase at which they took it, and in when they come and complete, they are as they were.
    still = np.ones(took.size, dtype=bool)
    for k in (1, 2, 3):
        still &= plain[f"course_{k}"] != number
        for name in (f"course_{k}", f"price_{k}", f"bought_{k}"):
            assert np.array_equal(plain[name][still], other[name][still]), name
    for name in ("bought_1", "platform_1", "bought_2"):
        assert np.array_equal(plain[name], other[name]), name


@on_both
def test_a_course_on_another_platform_moves_nobody(engine: Engine) -> None:
    """Catches a course whose number, or popularity, is felt where it is not listed."""
    rows = [*ROWS, course(platforms="two", provider="Another", popularity=50)]
    plain, other = whole(engine), everyone(run_on(engine, changes=plenty(rows)))
    on_two = np.any([plain[f"platform_{k}"] == 1 for k in (1, 2, 3)], axis=0)
    assert who_differ(plain, other) <= set(np.flatnonzero(on_two).tolist())
    assert np.count_nonzero(other["course_1"] == 6) > 30
    assert np.count_nonzero(~on_two) > 20


@on_both
@pytest.mark.parametrize("keys", [("nobody", "one", "two"), ("one", "nobody", "two"), ("one", "two", "nobody")])
def test_a_platform_without_a_share_moves_nobody(engine: Engine, keys: tuple[str, ...]) -> None:
    """Catches a choice, a queue or a catalogue that hangs on a platform's place in the list."""
    platforms = [f"platform_{k}" for k in (1, 2, 3)]
    plain, other = whole(engine), everyone(run_on(engine, changes=plenty(ROWS, keys, nobody=0.0)))
    assert moved(plain, other, platforms) == {}
    numbers = np.array([*(keys.index(key) for key in ("one", "two")), -1])
    for name in platforms:
        assert np.array_equal(numbers[plain[name].astype(np.int64)], other[name]), name
