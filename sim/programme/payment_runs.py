"""The partners' daily runs as a process of the programme, the same for both engines."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from sim.calendar.instants import DAY
from sim.journey.order import ProgrammeAct
from sim.programme.programme import Programme
from sim.stations.daily_runs import CapsOfRuns
from sim.stations.timeline import Timeline, Wait


@dataclass(frozen=True)
class RunRecord:
    """One daily run of a partner: its instant, cap (None: unlimited), payments made, failed and left waiting."""

    partner: int
    at: int
    cap: int | None
    paid: int
    failed: int
    waiting: int


Report = Callable[[int, int, int, int], None]
"""Is told of a run: the partner, payments made, failed, and left waiting."""


class Payees(Protocol):
    """How the runs reach an engine's payments."""

    def make_runs(self, caps: list[int | None], report: Report) -> None:
        """Make the run of every partner, up to its cap, of payments ready strictly before now, and report each.

        The reports may come later, in the order of the runs: nothing of the programme waits for them.
        """


class PaymentRuns:
    """The daily runs of the bank of partners, in the partners' order, on working days."""

    def __init__(self, timeline: Timeline, programme: Programme, payees: Payees) -> None:
        self._timeline = timeline
        self._programme = programme
        self._payees = payees
        self._caps = [CapsOfRuns(partner.caps) for partner in programme.partners]
        self.records: list[RunRecord] = []
        timeline.process(self._runs())

    def _runs(self) -> Generator[Wait, None, None]:
        for day in self._programme.calendar.work.tolist():
            at = day * DAY + self._programme.run_clock
            if at < 0:
                continue
            yield self._timeline.act(at, ProgrammeAct.PAYMENT_RUN)
            self._run(at)

    def _run(self, at: int) -> None:
        caps = [caps.take(at) for caps in self._caps]

        def report(partner: int, paid: int, failed: int, waiting: int) -> None:
            self.records.append(RunRecord(partner, at, caps[partner], paid, failed, waiting))

        self._payees.make_runs(caps, report)
