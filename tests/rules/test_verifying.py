"""Verification, screening, test and patience, by their tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, HOUR, MINUTE, SECOND
from sim.rules.laws import CONSTANT, EXPONENTIAL, LAW, draw
from sim.rules.luck import Group, key
from sim.rules.verifying import CHECK, SCREENING, TEST, patience, screen, stretched, verify
from sim.rules.verifying import test as take_test
from tests.building import SIGMAS, uniforms

WHOSE = key(5, 0)
TWO_DAYS = (CONSTANT, 0.0, 2.0 * DAY, 0.0)


def check(passes: float, share: float, retry_passes: float, attempts: int) -> Any:
    return np.array([(passes, share, retry_passes, attempts, TWO_DAYS)], dtype=CHECK)


PASSED, REFUSED, AGAIN = (True, False, 0), (False, False, 0), (False, True, 2 * DAY)


@pytest.mark.parametrize(
    ("passes", "share", "retry_passes", "attempts", "attempt", "says"),
    [
        (1, 0, 0, 1, 0, PASSED),  # all pass at the first try
        (0, 0, 1, 3, 0, REFUSED),  # nobody tries again
        (0, 1, 1, 3, 0, AGAIN),  # all try again
        (0, 1, 1, 3, 1, PASSED),  # a retry has a share of its own
        (1, 1, 0, 3, 1, AGAIN),
        (0, 1, 0, 3, 1, AGAIN),  # the second of three tries
        (0, 1, 0, 3, 2, REFUSED),  # the third is the last
        (0, 1, 0, 1, 0, REFUSED),  # one try in all
        (0, 1, 1, 3, 2, PASSED),  # the last try can be passed
    ],
)
def test_verify(
    passes: float,
    share: float,
    retry_passes: float,
    attempts: int,
    attempt: int,
    says: tuple[bool, bool, int],
) -> None:
    """Catches a first try judged as a retry, one try too many or too few, or a retry after passing."""
    for person in range(50):
        told = verify(WHOSE, Group.EMAIL.value, check(passes, share, retry_passes, attempts), person, attempt)
        assert told == says


def test_verify_passes_and_retries_its_shares() -> None:
    """Catches a share of retries taken of all people and not of those who failed; 20,000 people, ALPHA."""
    n, some = 20_000, check(0.7, 0.25, 0.5, 3)
    told = [verify(WHOSE, Group.EMAIL.value, some, person, 0) for person in range(n)]
    passed, again = (np.array([t[k] for t in told]) for k in (0, 1))
    assert passed.mean() == pytest.approx(0.7, abs=SIGMAS * np.sqrt(0.7 * 0.3 / n))
    failed = n - passed.sum()
    assert again.sum() / failed == pytest.approx(0.25, abs=SIGMAS * np.sqrt(0.25 * 0.75 / failed))


def test_attempts_and_checks_have_luck_of_their_own() -> None:
    """Catches one draw that decides two tries or two checks: then who failed once fails for ever."""
    half = check(0.5, 1, 0.5, 99)
    told = np.array(
        [
            [verify(WHOSE, group, half, person, attempt)[0] for person in range(2000)]
            for group in (Group.EMAIL.value, Group.REGISTRY.value, Group.THIRD_LAYER.value)
            for attempt in (0, 1, 2)
        ]
    )
    correlations = np.corrcoef(told)[~np.eye(9, dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(2000)


def test_patience_is_drawn_for_each_station_and_attempt() -> None:
    """Catches patience that two stations share, and a law that is not the config's."""
    law = np.array([(EXPONENTIAL, HOUR, 4.0 * HOUR, 0.0)], dtype=LAW)
    drawn = {patience(WHOSE, law, 7, station, attempt) for station in range(9) for attempt in range(3)}
    assert len(drawn) == 27
    assert min(drawn) >= HOUR
    forty = np.array([patience(WHOSE, law, person, 1, 0) for person in range(20_000)])
    assert forty.mean() == pytest.approx(5 * HOUR, abs=SIGMAS * 4 * HOUR / np.sqrt(20_000))


def test_screening_and_test_by_their_words() -> None:
    """Catches a service that decides who passes, or a length of the test left out."""
    service, delay = (EXPONENTIAL, float(SECOND), 14.0 * SECOND, 0.0), (EXPONENTIAL, 0.0, 12.0 * HOUR, 0.0)
    screening = np.array([(0.6, service)], dtype=SCREENING)
    taken = np.array([(0.6, delay, 15 * MINUTE)], dtype=TEST)
    for person in range(200):
        words = uniforms(WHOSE, Group.SCREENING.value, person, 0)
        assert screen(WHOSE, screening, person) == (draw(screening["service"][0], words[0]), words[1] < 0.6)
        expected = (words[2] < 0.6, draw(taken["delay"][0], words[3]) + 15 * MINUTE)
        assert take_test(WHOSE, taken, person) == expected


def test_a_stretched_service_takes_a_microsecond_at_least() -> None:
    """Catches a service of nothing, which would let a closed loop of one instant run for ever."""
    assert stretched(14 * SECOND, 2.5) == 35 * SECOND
    assert stretched(1, 0.25) == 1
    assert stretched(0, 1.0) == 1
