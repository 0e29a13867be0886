"""Payment partners: a bank of daily runs, and the shares of people who choose each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import instant
from sim.parameters import Parameters
from sim.parameters.capacity import times
from sim.parameters.payment import KINDS
from sim.parameters.payment import Partner as Paying
from sim.programme.work_calendar import WorkCalendar
from sim.stations.daily_runs import cap_schedule
from sim.stations.schedule import Schedule


@dataclass(frozen=True)
class Partner:
    """A payment partner: its cap (millionths of payments a run, None: plenty) as a schedule."""

    key: str
    name: str
    caps: Schedule | None


def partners(parameters: Parameters, calendar: WorkCalendar) -> tuple[Partner, ...]:
    """Return the bank of payment partners, an instance each; before a partner enters, its runs pay nobody."""
    scale, capacity = parameters.population.scale, parameters.payment.capacity
    return tuple(
        Partner(key, block.name, cap_schedule(times(block, capacity), scale, calendar))
        for key, block in parameters.payment.partners.items()
    )


def partner_shares(parameters: Parameters, announced: Sequence[int]) -> NDArray[np.float64]:
    """Return the cumulative shares of payment partners [wave; bank, e-money; partner] at each wave's announcement."""
    partners = list(parameters.payment.partners.values())
    entries = sorted({instant(partner.since) for partner in partners})
    known: dict[int, NDArray[np.float64]] = {}
    shares = np.zeros((len(announced), len(KINDS), len(partners)))
    for k, at in enumerate(announced):
        entered = bisect_right(entries, at)
        if entered not in known:  # others have entered by then
            known[entered] = np.array([_shares_of_kind(kind, partners, at) for kind in KINDS])
        shares[k] = known[entered]
    return shares


def _shares_of_kind(kind: str, partners: Sequence[Paying], at: int) -> NDArray[np.float64]:
    """Return the cumulative shares of the partners of a kind that have entered by an instant."""
    each = np.array([p.share if p.kind == kind and instant(p.since) <= at else 0.0 for p in partners])
    total: NDArray[np.float64] = np.cumsum(each)
    total /= total[-1]
    total[np.flatnonzero(each)[-1] :] = 1.0
    return total
