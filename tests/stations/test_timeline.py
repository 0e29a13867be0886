"""The order of acts at one instant: the programme, then people by part of the journey and number."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.order import STATIONS, Act, Part, arrive, leave, priority, renege
from sim.stations.timeline import Timeline

ACTS = st.tuples(st.integers(0, 5), st.sampled_from(list(Act)))
TURNS = st.tuples(st.integers(0, 5), st.sampled_from([*Part, *range(16, 43)]), st.integers(0, 2**27))


@given(acts=st.lists(ACTS), turns=st.lists(TURNS), chance=st.randoms())
def test_one_instant_is_ordered_by_part_and_number(
    acts: list[tuple[int, Act]], turns: list[tuple[int, int, int]], chance: random.Random
) -> None:
    """Catches SimPy's own order of one instant, which is that of scheduling, and a number above the part."""
    timeline, log = Timeline(), []

    def note(at: int, what: Any, event: simpy.Event) -> Generator[Any, None, None]:
        yield event
        assert timeline.now == at
        log.append((at, what))

    todo = [("act", *one) for one in acts] + [("turn", *one) for one in turns]
    chance.shuffle(todo)
    for kind, at, *what in todo:
        event = timeline.act(at, what[0]) if kind == "act" else timeline.turn(at, *what)
        timeline.process(note(at, (0, int(what[0]), 0) if kind == "act" else (1, *map(int, what)), event))
    timeline.run()
    assert log == sorted(log)
    assert len(log) == len(todo)


def test_the_order_of_the_programme() -> None:
    """Catches an order of the programme's acts other than: capacity, payment run, close, announce, open."""
    assert sorted(Act) == [Act.DAY_END, Act.CAPACITY, Act.PAYMENT_RUN, Act.CLOSE, Act.ANNOUNCE, Act.OPEN]
    assert min(Act) > simpy.core.NORMAL  # what an act grants is taken up before the next act


def test_the_order_of_a_station_and_of_the_journey() -> None:
    """Catches one who gives up before the one ahead has left, and a part that shares another's place."""
    parts = [Part.REGISTER]
    for station in STATIONS:
        parts += [leave(station), renege(station), arrive(station)]
    parts += [
        Part.TEST,
        Part.JOIN,
        Part.LINK,
        Part.BUY,
        Part.REVOKE,
        Part.COMPLETE,
        Part.CERTIFY,
        Part.REVIEW,
    ]
    parts += [Part.DUE, Part.READY, Part.CLOSE_ACCOUNT]
    assert parts == sorted(parts)
    assert len(set(parts)) == len(parts)


def test_people_come_after_the_programme_and_numbers_after_parts() -> None:
    """Catches a priority whose highest number reaches into the next part, or a part into the programme."""
    assert priority(0, 0) <= max(Act) < priority(int(Part.REGISTER), 0)
    for part in range(15, 72):
        assert priority(part, 2**27) < priority(part + 1, 0)


def test_an_act_that_grants_is_taken_up_before_the_next_act_of_its_instant() -> None:
    """Catches a grant that waits behind people of later parts: the cascade of one act comes first."""
    timeline, log = Timeline(), []
    door = timeline.event()

    def opens() -> Generator[Any, None, None]:
        yield timeline.turn(5, Part.TEST, 9)
        door.succeed()
        log.append("opened")

    def waits() -> Generator[Any, None, None]:
        yield door
        log.append("through the door")
        yield timeline.turn(5, leave("portal"), 0)
        log.append("an earlier part of the same instant comes next")

    def later() -> Generator[Any, None, None]:
        yield timeline.turn(5, Part.JOIN, 0)
        log.append("next part")

    for process in (later(), waits(), opens()):
        timeline.process(process)
    timeline.run()
    assert log == [
        "opened", "through the door", "an earlier part of the same instant comes next", "next part"
    ]  # fmt: skip


def test_time_is_a_whole_number() -> None:
    """Catches a clock of floating point, which beyond 285 years could not tell instants apart."""
    timeline, now = Timeline(), []

    def far() -> Generator[Any, None, None]:
        for at in (2**60, 2**60 + 1):
            yield timeline.turn(at, Part.TEST, 0)
            now.append(timeline.now)

    timeline.process(far())
    timeline.run()
    assert now == [2**60, 2**60 + 1]
    assert type(now[1]) is int
