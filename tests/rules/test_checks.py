"""Checks: who passes, who tries again and when, by their tables and lanes."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calendar.instants import DAY
from sim.rules import checks
from sim.rules.checks import CHECK, CheckRecord, passes_check, retry_delay, tries_again, verify
from sim.rules.laws import CONSTANT, EXPONENTIAL, draw
from sim.rules.luck import key, luck
from sim.rules.records import record
from tests.building import SIGMAS, SMALL, programme, uniforms

KEY = key(5, 0)
TWO_DAYS = (CONSTANT, 0.0, 2.0 * DAY, 0.0)
SOME_DAYS = (EXPONENTIAL, 1.0 * DAY, 2.0 * DAY, 0.0)
EMAIL, REGISTRY, THIRD_LAYER = (
    programme(SMALL).route[name].luck.check for name in ("email", "registry", "third_layer")
)


def check(passes: float, share: float, retry_passes: float, attempts: int, delay: object = TWO_DAYS) -> CheckRecord:
    rest = {"retry_share": share, "retry_passes": retry_passes, "attempts": attempts, "delay": delay}
    return CheckRecord(record(CHECK, first=0, passes=passes, **rest))


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
        (0, 1, 0, 1000, 998, AGAIN),  # more tries than a byte counts
        (0, 1, 0, 1000, 999, REFUSED),
    ],
)
def test_verify(
    passes: float, share: float, retry_passes: float, attempts: int, attempt: int, says: tuple[bool, bool, int]
) -> None:
    """Catches a first try judged as a retry, one try too many or too few, or a retry after passing."""
    for person in range(50):
        assert verify(KEY, EMAIL, check(passes, share, retry_passes, attempts), person, attempt) == says


def test_a_cohort_has_its_share_at_the_first_try() -> None:
    """Catches the share of the cohort before or after for its first person, and cohorts that retries have too."""
    some = np.concatenate([check(share, 1, 0.5, 9) for share in (1, 0, 1, 0)])
    some["first"] = (0, 3, 5, 5)
    cohorts = CheckRecord(some)
    told = [verify(KEY, EMAIL, cohorts, person, 0)[0] for person in range(8)]
    assert told == [True] * 3 + [False] * 5
    some["first"] = (0, 3, 5, 7)
    told = [verify(KEY, EMAIL, cohorts, person, 0)[0] for person in range(9)]
    assert told == [True] * 3 + [False] * 2 + [True] * 2 + [False] * 2
    half = check(0.5, 1, 0.5, 9)
    for person in range(9):
        assert verify(KEY, EMAIL, cohorts, person, 1) == verify(KEY, EMAIL, half, person, 1)


def test_verify_passes_and_retries_its_shares() -> None:
    """Catches a share of retries taken of all people and not of those who failed; 20,000 people, ALPHA."""
    n, some = 20_000, check(0.7, 0.25, 0.5, 3)
    told = [verify(KEY, EMAIL, some, person, 0) for person in range(n)]
    passed, again = (np.array([t[k] for t in told]) for k in (0, 1))
    assert passed.mean() == pytest.approx(0.7, abs=SIGMAS * np.sqrt(0.7 * 0.3 / n))
    failed = n - passed.sum()
    assert again.sum() / failed == pytest.approx(0.25, abs=SIGMAS * np.sqrt(0.25 * 0.75 / failed))


def test_attempts_and_checks_have_luck_of_their_own() -> None:
    """Catches one draw that decides two tries or two checks: then who failed once fails for ever."""
    half = check(0.5, 1, 0.5, 99)
    told = np.array(
        [
            [verify(KEY, block, half, person, attempt)[0] for person in range(2000)]
            for block in (EMAIL, REGISTRY, THIRD_LAYER)
            for attempt in (0, 1, 2)
        ]
    )
    correlations = np.corrcoef(told)[~np.eye(9, dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(2000)


def test_each_decision_by_its_lane() -> None:
    """Catches passing, retrying and the delay decided by one word, and kernels told otherwise than `verify`."""
    some = check(0.6, 0.5, 0.3, 5, SOME_DAYS)
    for person in range(200):
        for attempt in (0, 1, 4):
            u = uniforms(KEY, checks.LANES, person, attempt, number=REGISTRY)
            passes = u["passes"] < (0.6 if attempt == 0 else 0.3)
            again = not passes and attempt < 4 and u["tries again"] < 0.5
            delay = draw(some["delay"][0], u["delay of the retry"]) if again else 0
            assert verify(KEY, REGISTRY, some, person, attempt) == (passes, again, delay)
            words = luck(KEY, REGISTRY, person, attempt)
            assert passes_check(words, some, person, attempt) == passes
            if not passes:
                assert tries_again(words, some, attempt) == again
            assert retry_delay(words, some) == draw(some["delay"][0], u["delay of the retry"])
