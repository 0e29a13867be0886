"""The service that a person needs at a station, by its lane."""

from __future__ import annotations

import numpy as np

from sim.calendar.instants import SECOND
from sim.rules.laws import EXPONENTIAL, LAW, LawRecord, draw
from sim.rules.luck import key, luck, named_blocks
from sim.rules.patience_at_stations import LANES as PATIENCE
from sim.rules.patience_at_stations import patience
from sim.rules.records import record
from sim.rules.service import LANES, service, service_from
from tests.building import SIGMAS, uniforms

KEY = key(5, 0)
LAW_OF_SERVICE = LawRecord(record(LAW, law=EXPONENTIAL, minimum=SECOND, mean=14.0 * SECOND, spread=0.0))
DESKS = named_blocks(LANES, ["screening", "desk", "desk_retry"])


def test_service_by_its_lane() -> None:
    """Catches a service from another lane, another attempt's, and a kernel that is told otherwise than a process."""
    for person in range(100):
        for attempt in (0, 1, 7):
            drawn = draw(LAW_OF_SERVICE[0], uniforms(KEY, LANES, person, attempt, number=DESKS["desk"])["service"])
            assert service(KEY, DESKS["desk"], LAW_OF_SERVICE, person, attempt) == drawn
            assert service_from(luck(KEY, DESKS["desk"], person, attempt), LAW_OF_SERVICE) == drawn


def test_service_and_patience_are_drawn_for_each_station() -> None:
    """Catches a service that two stations share, and one that goes with the patience there: the slow would give up."""
    waits = named_blocks(PATIENCE, DESKS)
    drawn = [
        [draws(KEY, block, LAW_OF_SERVICE, person, attempt) for person in range(2000)]
        for draws, blocks in ((service, DESKS), (patience, waits))
        for block in blocks.values()
        for attempt in (0, 1)
    ]
    correlations = np.corrcoef(np.log(drawn))[~np.eye(len(drawn), dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(2000)
