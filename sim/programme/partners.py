"""Payment partners: a bank of daily runs, and the shares of people who choose each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import instant
from sim.parameters import Parameters
from sim.parameters.payment import KINDS
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
    scale = parameters.population.scale
    return tuple(
        Partner(key, block.name, cap_schedule(block, scale, calendar))
        for key, block in parameters.payment.partners.items()
    )


def partner_shares(parameters: Parameters, announced: Sequence[int]) -> NDArray[np.float64]:
    """Return the cumulative shares of payment partners [wave; bank, e-money; partner] at each wave's announcement."""
    partners = list(parameters.payment.partners.values())
    shares = np.zeros((len(announced), len(KINDS), len(partners)))
    for k, at in enumerate(announced):
        for kind, name in enumerate(KINDS):
            each = np.array([p.share if p.kind == name and instant(p.since) <= at else 0.0 for p in partners])
            total = np.cumsum(each)
            shares[k, kind] = total / total[-1]
            shares[k, kind, np.flatnonzero(each)[-1] :] = 1.0
    return shares
