"""The order of acts at one instant: the programme, then people by turn of the journey and number."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.events import NORMAL

from sim.journey.journey import JOURNEY
from sim.journey.order import REGISTER, PersonAct, ProgrammeAct
from sim.stations.timeline import Timeline, priority

TEST, JOIN = JOURNEY.turn(PersonAct.TEST), JOURNEY.turn(PersonAct.JOIN)
ACTS = st.tuples(st.integers(0, 5), st.sampled_from(list(ProgrammeAct)))
TURNS = st.tuples(st.integers(0, 5), st.integers(REGISTER, JOURNEY.turn(max(PersonAct))), st.integers(0, 2**27))


@given(acts=st.lists(ACTS), turns=st.lists(TURNS), chance=st.randoms())
def test_one_instant_is_ordered_by_turn_and_number(
    acts: list[tuple[int, ProgrammeAct]], turns: list[tuple[int, int, int]], chance: random.Random
) -> None:
    """Catches SimPy's own order of one instant, which is that of scheduling, and a number above the turn."""
    timeline, log = Timeline(), []

    def note(at: int, what: Any, event: simpy.Event) -> Generator[Any, None, None]:
        yield event
        assert timeline.now == at
        log.append((at, what))

    todo = [("act", *one) for one in acts] + [("turn", *one) for one in turns]
    chance.shuffle(todo)
    for kind, at, *what in todo:
        event = timeline.act(at, ProgrammeAct(what[0])) if kind == "act" else timeline.turn(at, *what)
        timeline.process(note(at, (0, int(what[0]), 0) if kind == "act" else (1, *map(int, what)), event))
    timeline.run()
    assert log == sorted(log)
    assert len(log) == len(todo)


def test_acts_come_after_what_simpy_grants() -> None:
    """Catches an act among SimPy's own priorities: what one act grants is taken up before the next act."""
    assert min(priority(act, 0) for act in ProgrammeAct) > NORMAL


def test_people_come_after_the_programme_and_numbers_after_turns() -> None:
    """Catches a priority whose highest number reaches into the next turn, or a turn into the programme."""
    assert priority(max(ProgrammeAct), 2**27) < priority(REGISTER, 0)
    for turn in range(1, JOURNEY.turn(max(PersonAct)) + 1):
        assert priority(turn, 2**27) < priority(turn + 1, 0)


def test_an_act_that_grants_is_taken_up_before_the_next_act_of_its_instant() -> None:
    """Catches a grant that waits behind people of later turns: the cascade of one act comes first."""
    timeline, log = Timeline(), []
    door = timeline.event()

    def opens() -> Generator[Any, None, None]:
        yield timeline.turn(5, TEST, 9)
        door.succeed()
        log.append("opened")

    def waits() -> Generator[Any, None, None]:
        yield door
        log.append("through the door")
        yield timeline.turn(5, JOURNEY.leave("portal"), 0)
        log.append("an earlier turn of the same instant comes next")

    def later() -> Generator[Any, None, None]:
        yield timeline.turn(5, JOIN, 0)
        log.append("next turn")

    for process in (later(), waits(), opens()):
        timeline.process(process)
    timeline.run()
    assert log == [
        "opened", "through the door", "an earlier turn of the same instant comes next", "next turn"
    ]  # fmt: skip


def test_time_is_a_whole_number() -> None:
    """Catches a clock of floating point, which beyond 285 years could not tell instants apart."""
    timeline, now = Timeline(), []

    def far() -> Generator[Any, None, None]:
        for at in (2**60, 2**60 + 1):
            yield timeline.turn(at, TEST, 0)
            now.append(timeline.now)

    timeline.process(far())
    timeline.run()
    assert now == [2**60, 2**60 + 1]
    assert type(now[1]) is int
