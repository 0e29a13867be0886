"""Stations alone against queueing theory: each figure at the error rate ALPHA, and with the power to see 5 %.

Each of 200 replications takes 22,000 customers through a station and leaves the first 2,000 out, by which
a queue that starts empty has forgotten its start: at a load of 0.8 a thousand customers are many times its
relaxation time. Every test asks the same of a theory whose parameter is wrong by 5 %, and must see it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.theory.evidence import agrees, replicate
from tests.theory.queueing import (
    MEAN,
    arrivals,
    erlang_c,
    pollaczek_khinchine,
    reneging_mm1d,
    reneging_mmcm,
    through_rate,
    through_servers,
    wait_mmc,
)

CUSTOMERS, START = 22_000, 2_000
WRONG = 1.05


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 0.8), (40, 0.9)])
def test_mmc(servers: int, load: float) -> None:
    """Catches servers that idle while someone waits, or serve more than they are: Erlang C, mean and chance."""

    def once(luck: np.random.Generator) -> Any:
        arrived = arrivals(luck, load, servers, CUSTOMERS)
        waits = through_servers(servers, arrived, luck.exponential(MEAN, CUSTOMERS).astype(np.int64)).waits[START:]
        return waits.mean(), (waits > 0).mean()

    mean, waited = replicate(once).T
    assert agrees(mean, wait_mmc(servers, load))
    assert agrees(waited, erlang_c(servers, load))
    assert not agrees(mean, wait_mmc(servers, load * WRONG))
    assert not agrees(waited, erlang_c(servers, load * WRONG))


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_md1(load: float) -> None:
    """Catches intervals of a rate that are too long or short, or that vary."""

    def once(luck: np.random.Generator) -> Any:
        return through_rate(MEAN, arrivals(luck, load, 1, CUSTOMERS)).waits[START:].mean()

    mean = replicate(once)
    assert agrees(mean, pollaczek_khinchine(load, 0))
    assert not agrees(mean, pollaczek_khinchine(load * WRONG, 0))
    assert not agrees(mean, pollaczek_khinchine(load, 0.05))


@pytest.mark.parametrize(("load", "spread"), [(0.6, 1.0), (0.75, 0.5)])
def test_mg1_lognormal(load: float, spread: float) -> None:
    """Catches a server whose queue feels another variance of the service than its own (Pollaczek, Khinchine)."""
    variance = np.log(1 + spread**2)

    def once(luck: np.random.Generator) -> Any:
        service = MEAN * luck.lognormal(-variance / 2, np.sqrt(variance), CUSTOMERS)
        arrived = arrivals(luck, load, 1, CUSTOMERS)
        return through_servers(1, arrived, service.astype(np.int64)).waits[START:].mean()

    mean = replicate(once)
    assert agrees(mean, pollaczek_khinchine(load, spread**2))
    assert not agrees(mean, pollaczek_khinchine(load * WRONG, spread**2))
    assert not agrees(mean, pollaczek_khinchine(load, (spread * WRONG * WRONG) ** 2))


@pytest.mark.parametrize(("servers", "load", "patience"), [(1, 0.9, 1.5), (4, 1.2, 2.0)])
def test_reneging_of_exponential_patience(servers: int, load: float, patience: float) -> None:
    """Catches one who gives up and still takes a server's time, or is served although they have left."""

    def once(luck: np.random.Generator) -> Any:
        arrived = arrivals(luck, load, servers, CUSTOMERS)
        service = luck.exponential(MEAN, CUSTOMERS).astype(np.int64)
        patiences = luck.exponential(patience * MEAN, CUSTOMERS).astype(np.int64)
        return np.isnan(through_servers(servers, arrived, service, patiences).waits[START:]).mean()

    gave_up = replicate(once)
    assert agrees(gave_up, reneging_mmcm(servers, load, patience))
    assert not agrees(gave_up, reneging_mmcm(servers, load * WRONG, patience))
    assert not agrees(gave_up, reneging_mmcm(servers, load, patience * WRONG))


@pytest.mark.parametrize(("load", "patience"), [(0.8, 2.0), (0.95, 4.0)])
def test_reneging_of_one_patience_for_all(load: float, patience: float) -> None:
    """Catches patience counted from another instant than the arrival, or until another than the start."""

    def once(luck: np.random.Generator) -> Any:
        arrived = arrivals(luck, load, 1, CUSTOMERS)
        service = luck.exponential(MEAN, CUSTOMERS).astype(np.int64)
        waits = through_servers(1, arrived, service, np.full(CUSTOMERS, int(patience * MEAN))).waits[START:]
        assert np.nanmax(waits) <= patience
        return np.isnan(waits).mean()

    gave_up = replicate(once)
    assert agrees(gave_up, reneging_mm1d(load, patience))
    assert not agrees(gave_up, reneging_mm1d(load * WRONG, patience))
    assert not agrees(gave_up, reneging_mm1d(load, patience * WRONG))
