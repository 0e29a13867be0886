"""The partners' daily runs as a process of the programme, the same for both engines."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sim.calendar.instants import DAY
from sim.calendar.order import Act
from sim.programme.programme import PLENTIFUL as PLENTY
from sim.programme.programme import Programme
from sim.stations.schedule import MILLION
from sim.stations.timeline import Timeline, Wait

Report = Callable[[int, int, int], None]
"""What is told of a run: payments made, failed, and left waiting."""


class Payees(Protocol):
    """How the runs reach an engine's payments."""

    def run_partner(self, partner: int, cap: int, report: Report) -> None:
        """Pay up to `cap` payments that are ready strictly before now, and report; later is soon enough."""


@dataclass(frozen=True)
class RunRecord:
    """One daily run of a partner: its instant, cap (None: plenty), payments made, failed and left waiting."""

    partner: int
    at: int
    cap: int | None
    paid: int
    failed: int
    waiting: int


class PaymentRuns:
    """The daily runs of all partners, in the partners' order, on working days."""

    UNLIMITED = 1 << 40

    def __init__(self, timeline: Timeline, programme: Programme, payees: Payees) -> None:
        self._timeline = timeline
        self._programme = programme
        self._payees = payees
        self.records: list[RunRecord] = []
        self._offered = [0] * len(programme.partners)
        """Caps of all runs so far, millionths of a payment: unused capacity lapses, parts of one gather."""
        timeline.process(self._runs())

    def _runs(self) -> Generator[Wait, None, None]:
        for day in self._programme.work.tolist():
            at = day * DAY + self._programme.run_clock
            if at < 0:
                continue
            yield self._timeline.act(at, Act.PAYMENT_RUN)
            for number in range(len(self._programme.partners)):
                cap = self._cap(number, at)
                report = partial(self._report, number, at, cap)
                self._payees.run_partner(number, self.UNLIMITED if cap is None else cap, report)

    def _report(self, partner: int, at: int, cap: int | None, paid: int, failed: int, waiting: int) -> None:
        self.records.append(RunRecord(partner, at, cap, paid, failed, waiting))

    def _cap(self, number: int, at: int) -> int | None:
        caps = self._programme.partners[number].caps
        cap = PLENTY if caps is None else caps.at(at)
        if cap == PLENTY:
            return None
        offered = self._offered[number]
        self._offered[number] = offered + cap
        return self._offered[number] // MILLION - offered // MILLION
