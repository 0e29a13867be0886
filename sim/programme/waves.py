"""The waves as a process of the programme: open, close, announce; the same for both engines."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.journey.order import ProgrammeAct
from sim.programme.budget import Budget
from sim.programme.programme import Programme
from sim.programme.returned_places import ReturnedPlaces
from sim.rules.selecting import AWARDED, Verdict, select
from sim.stations.timeline import Timeline, Wait


class Pool(Protocol):
    """How the waves reach an engine's people."""

    def joined(self, wave: int) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        """Return who has joined a wave that is closed, in any order, and their traits."""

    def announce(self, wave: int, people: NDArray[Any], verdict: NDArray[np.uint8]) -> None:
        """Tell those who joined a wave its verdict."""

    def processed(self) -> int:
        """Return how many have left the processing-rate station before now."""

    def processing_is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is between the portal and the pool."""

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""

    def undecided(self) -> int:
        """Return how many awards have neither bought nor been revoked."""

    def tell_revoked(self) -> None:
        """Say of all awards that have been revoked so far that they are, if that is not known yet."""


@dataclass
class WaveRecord:
    """What became of a wave; counts of simulated people, None until known."""

    quota: int = 0
    opened: bool = False
    announced: bool = False
    joined: int = 0
    eligible: int = 0
    drawn: int = 0
    awarded: int = 0
    refused_by_budget: int = 0
    by_verdict: list[int] = field(default_factory=lambda: [0] * len(Verdict))


class Waves:
    """The waves of a run, in SimPy's time."""

    def __init__(self, timeline: Timeline, programme: Programme, pool: Pool, budget: Budget) -> None:
        self._timeline = timeline
        self._programme = programme
        self._pool = pool
        self._budget = budget
        self.records = [WaveRecord() for _ in range(len(programme.waves))]
        self.over = False
        """Whether no wave will open any more."""
        self._not_announced = 0
        """How many have opened and are not yet announced."""
        rule = programme.parameters.waves.rule
        self._by_rule = ReturnedPlaces(0.0 if rule is None else rule.quota_share)
        timeline.process(self._openings())

    def all_announced(self) -> bool:
        """Return whether no wave is still to come and every one that opened is announced."""
        return self.over and not self._not_announced

    def last_announcement(self) -> int:
        """Return the instant of the last announcement of a wave that opened or may open; -1 if none."""
        waves = self._programme.waves.waves
        instants = [int(waves[k]["announced"]) for k, r in enumerate(self.records) if r.opened or not self.over]
        return max(instants, default=-1)

    def _openings(self) -> Generator[Wait, None, None]:
        for wave in range(len(self.records)):
            yield self._timeline.act(int(self._programme.waves.waves[wave]["open"]), ProgrammeAct.OPEN)
            if self._programme.parameters.waves.rule is not None and not self._goes_on(wave):
                break
            self.records[wave].opened = True
            self._not_announced += 1
            self.records[wave].quota = self._quota(wave)
            self._timeline.process(self._course(wave))
        self.over = True

    def _course(self, wave: int) -> Generator[Wait, None, None]:
        plan = self._programme.waves.waves[wave]
        yield self._timeline.act(int(plan["close"]), ProgrammeAct.CLOSE)
        people, traits = self._pool.joined(wave)
        yield self._timeline.act(int(plan["announced"]), ProgrammeAct.ANNOUNCE, wave)
        self._announce(wave, people, traits)

    def _goes_on(self, wave: int) -> bool:
        """Return whether a wave by rule still opens: it must be able to award a place, now or soon."""
        if self._is_spent(wave):
            return False
        if not self._pool.processing_is_empty() or self._pool.undecided() > 0:
            return True
        self._pool.tell_revoked()
        table = self._programme.waves
        if all(hazard[-1] <= hazard[wave] for hazard in table.hazard):
            return False  # nobody joins this wave or a later one
        places = min(self._places_due(wave), self._budget.left(wave))
        # A place of a wave not yet announced may be revoked, and is then given again.
        pending = any(r.quota > 0 for r in self.records if r.opened and not r.announced)
        eligible = float(table.waves[wave]["eligible"])
        return (places > 0 or pending) and self._pool.could_take_a_place(eligible)

    def _is_spent(self, wave: int) -> bool:
        """Return whether neither a wave nor a later one has any budget, and no award is left that may be revoked."""
        if self._budget.left_from(wave):
            return False
        if self._pool.undecided() > 0:
            return False
        self._pool.tell_revoked()
        return not self._budget.left_from(wave)

    def revoke(self, wave: int, awards: int) -> None:
        """Release what a wave's revoked awards had committed, and return their places."""
        self._budget.release(wave, awards)
        self._by_rule.revoke(awards)

    def _quota(self, wave: int) -> int:
        places = self._places_due(wave)
        if self._programme.waves.places is None:
            self._by_rule.give(places)
        return places

    def _places_due(self, wave: int) -> int:
        """Return the places of a wave: those known beforehand, or those that are due by rule."""
        if self._programme.waves.places is not None:
            return self._programme.waves.places[wave]
        self._pool.tell_revoked()
        return self._by_rule.due(self._pool.processed())

    def _announce(self, wave: int, people: NDArray[Any], traits: NDArray[np.uint32]) -> None:
        programme, record = self._programme, self.records[wave]
        plan = programme.waves.waves[wave]
        if self._budget.left(wave) < record.quota:
            self._pool.tell_revoked()  # a revoked award leaves its budget: no need to know where there is plenty
        places = max(min(record.quota, self._budget.left(wave)), 0)
        verdict = select(
            programme.key,
            programme.shares,
            int(plan["named"]),
            float(plan["eligible"]),
            float(plan["face_check_fails"]),
            places,
            people,
            traits,
        )
        record.by_verdict = np.bincount(verdict, minlength=len(Verdict)).tolist()
        record.joined = people.size
        record.eligible = people.size - record.by_verdict[Verdict.NOT_ELIGIBLE]
        record.awarded = sum(record.by_verdict[AWARDED:])
        record.drawn = record.awarded + record.by_verdict[Verdict.FACE_CHECK_FAILED]
        record.refused_by_budget = self._budget.refuse(min(record.quota, record.eligible), places)
        record.announced = True
        self._not_announced -= 1
        self._budget.commit(wave, record.awarded)
        self._pool.announce(wave, people, verdict)
