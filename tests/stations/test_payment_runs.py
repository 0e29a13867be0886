"""The partners' daily runs as a process of the programme: when they are held, with which caps, and their records."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.calendar.instants import DAY, HOUR
from sim.programme.payment_runs import PaymentRuns, Report
from sim.programme.programme import Programme
from sim.stations.timeline import Timeline
from tests.building import NOT_HELD, SMALL, UNLIMITED_CAPS, programme

Asked = list[tuple[float, int, int | None]]
"""(day, partner, cap) of each run that is asked for."""


class Payees:
    """Payees who write down when they are asked, and for how many."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.log: Asked = []

    def make_runs(self, caps: list[int | None], report: Report) -> None:
        for partner, cap in enumerate(caps):
            self.log.append((self.timeline.now / DAY, partner, cap))
            report(partner, 1 if cap is None else min(cap, 1), 2, 3)


def runs(of: Programme, days: int) -> tuple[Asked, PaymentRuns]:
    """Hold the runs of some days."""
    timeline = Timeline()
    payees = Payees(timeline)
    process = PaymentRuns(timeline, of, payees)
    timeline.run(until=days * DAY)
    return payees.log, process


def test_runs_are_on_working_days_at_their_hour_in_the_partners_order() -> None:
    """Catches a run at the weekend or on a holiday (1 May 2020, a Friday), and one at another hour."""
    log, _ = runs(programme(SMALL, changes={"payment.run_hour": 14.5}), 24)
    days = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 23]  # from Monday, 13 April 2020
    asked = [(at, partner) for at, partner, _ in log]
    assert asked == [(day + 14.5 / 24, partner) for day in days for partner in range(5)]


@pytest.mark.parametrize("a_day", [0, 0.3, 1, 2.75])
def test_parts_of_a_cap_gather_and_unused_ones_lapse(a_day: float) -> None:
    """Catches a scaled cap that is cut to whole payments every day, or one saved up for later.

    The kth run gets the floor of the cumulative cap less the floor of the one before.
    """
    log, process = runs(programme(SMALL, changes=NOT_HELD | {"payment.partners.ovo.cap": a_day / 0.00002}), 100)
    found = [cap for _, partner, cap in log if partner == 1]
    cumulative = [int(k * a_day + 1e-9) for k in range(len(found) + 1)]
    assert found == [b - a for a, b in pairwise(cumulative)]
    assert [record.cap for record in process.records if record.partner == 1] == found


def test_a_cap_follows_its_schedule() -> None:
    """Catches a partner that pays before it enters, in an outage, or by yesterday's cap."""
    per_day = 1 / 0.00002
    of = programme(SMALL, changes={
        "payment.partners.dana.cap": 3 * per_day,
        "payment.partners.dana.from": "2020-04-15T00:00",
        "payment.partners.dana.steps": [{"from": "2020-04-17T14:00", "cap": 5 * per_day}],
        "payment.partners.dana.outages": [{"from": "2020-04-20T00:00", "until": "2020-04-21T14:00"}],
    })  # fmt: skip
    log, _ = runs(of, 12)
    found = {int(at): cap for at, partner, cap in log if partner == 4}
    assert found == {2: 0, 3: 0, 4: 3, 5: 3, 6: 5, 9: 0, 10: 5, 11: 5}


def test_plenty_is_no_cap() -> None:
    """Catches a cap of nought, or one that could be reached, where the config says plenty."""
    log, process = runs(programme(SMALL, changes=UNLIMITED_CAPS), 5)
    assert {cap for _, partner, cap in log if partner < 4} == {None}
    assert [record.cap for record in process.records[:4]] == [None] * 4
    assert {cap for _, partner, cap in log if partner == 4} == {0}  # DANA has not entered


def test_the_record_of_a_run_is_what_the_partner_said() -> None:
    """Catches a count of paid, failed or waiting under another's name."""
    _, process = runs(programme(SMALL), 3)
    said = [(partner, 2 * DAY + 14 * HOUR, partner < 4, 2, 3) for partner in range(5)]  # DANA pays nobody yet
    assert [(r.partner, r.at, r.paid, r.failed, r.waiting) for r in process.records] == said
