"""Patience at stations: drawn for each station and attempt."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calendar.instants import HOUR
from sim.journey.journey import JOURNEY
from sim.rules import patience_at_stations
from sim.rules.laws import EXPONENTIAL, LAW, LawRecord, draw
from sim.rules.luck import key, luck, named_blocks
from sim.rules.patience_at_stations import LANES, patience, patience_from
from sim.rules.records import record
from tests.building import SIGMAS, uniforms

KEY = key(5, 0)
LAW_OF_PATIENCE = LawRecord(record(LAW, law=EXPONENTIAL, minimum=HOUR, mean=4.0 * HOUR, spread=0.0))
BLOCKS = named_blocks(patience_at_stations.LANES, JOURNEY.names)


def test_patience_is_drawn_for_each_station_and_attempt() -> None:
    """Catches patience that two stations or two tries share: then who gave up once would give up again."""
    drawn = np.array(
        [
            [patience(KEY, block, LAW_OF_PATIENCE, person, attempt) for person in range(2000)]
            for block in BLOCKS.values()
            for attempt in range(3)
        ]
    )
    assert len(BLOCKS) == 9
    correlations = np.corrcoef(np.log(drawn - HOUR + 1))[~np.eye(len(drawn), dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(2000)


def test_patience_has_its_law() -> None:
    """Catches a law that is not the config's, and an hour of minimum left out; 20,000 people at ALPHA."""
    drawn = np.array([patience(KEY, BLOCKS["email"], LAW_OF_PATIENCE, person, 0) for person in range(20_000)])
    assert drawn.min() >= HOUR
    assert drawn.mean() == pytest.approx(5 * HOUR, abs=SIGMAS * 4 * HOUR / np.sqrt(20_000))


def test_patience_by_its_lane() -> None:
    """Catches patience from another lane, and a kernel that is told otherwise than a process."""
    block = BLOCKS["registry_retry"]
    for person in range(100):
        u = uniforms(KEY, LANES, person, 2, number=block)["patience"]
        assert patience(KEY, block, LAW_OF_PATIENCE, person, 2) == draw(LAW_OF_PATIENCE[0], u)
        assert patience_from(luck(KEY, block, person, 2), LAW_OF_PATIENCE) == draw(LAW_OF_PATIENCE[0], u)
