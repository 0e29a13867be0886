"""Payment partners: every run against a list sorted anew, with its cap, failures and repairs."""

from __future__ import annotations

import heapq

import numpy as np

from sim.calendar.instants import DAY, NEVER, moment
from sim.engines.journal import Journal
from sim.rules.failed_payments import fails as attempt_fails
from tests.engine.promises.payments import incentives, surveys

MILLION = 1_000_000


def partners_pay_first_ready_first(journal: Journal) -> None:
    """Hold every run of every partner against a list sorted anew, with its cap, failures and repairs."""
    programme, own = journal.programme, journal.participants
    names = [*incentives(programme), *surveys(programme)]
    scale = programme.parameters.population.scale
    paid = {name: np.full(own.rows, NEVER) for name in names}
    attempts = {name: np.full(own.rows, -1) for name in names}
    records = []
    for number, partner in enumerate(programme.parameters.payment.partners.values()):
        waiting = [
            (int(own[f"{name}_ready"][who]), who, payment, 0)
            for payment, name in enumerate(names)
            for who in np.flatnonzero((own["partner"] == number) & (own[f"{name}_ready"] < NEVER)).tolist()
        ]
        heapq.heapify(waiting)
        offered = 0
        for day in programme.calendar.work.tolist():
            now = day * DAY + programme.run_clock
            if now < 0:
                continue
            if now >= journal.end:
                break
            at = moment(now)
            cap = ([partner.cap] + [step.cap for step in partner.steps if step.since <= at])[-1]
            out = any(outage.since <= at < outage.until for outage in partner.outages)
            if at < partner.since or out:
                places = 0
            elif cap is None:
                places = 1 << 30
            else:
                offered += round(cap * scale * MILLION)
                places = offered // MILLION - (offered - round(cap * scale * MILLION)) // MILLION
            made, failed = 0, list[tuple[int, int, int, int]]()
            while len(failed) + made < places and waiting and waiting[0][0] < now:
                _, who, payment, attempt = heapq.heappop(waiting)
                fails, repair = attempt_fails(
                    programme.key,
                    programme.payment_table,
                    programme.failure,
                    int(own["person"][who]),
                    payment,
                    attempt,
                )
                if fails:
                    failed.append((now + repair, who, payment, attempt + 1))
                else:
                    made += 1
                    paid[names[payment]][who] = now
                    attempts[names[payment]][who] = attempt + 1
            for one in failed:
                heapq.heappush(waiting, one)
            records.append((now, number, made, len(failed)))
    for name in names:
        assert np.array_equal(own[f"{name}_paid"], paid[name]), name
        assert np.array_equal(own[f"{name}_attempts"], attempts[name]), name
    found = [(record.at, record.partner, record.paid, record.failed) for record in journal.runs]
    assert found == sorted(records)
