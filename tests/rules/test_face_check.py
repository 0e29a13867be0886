"""The face check after a draw."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules.face_check import fails_face_check
from sim.rules.joining import WAVE_LUCK
from sim.rules.luck import key
from tests.building import SIGMAS, uniforms

KEY = key(3, 0)


def test_the_face_check_by_its_lane() -> None:
    """Catches a check decided by the draw that decides who joins, or by that of another wave."""
    for person in range(300):
        for wave in (0, 1, 21):
            u = uniforms(KEY, WAVE_LUCK, person, wave)["face check"]
            assert fails_face_check(KEY, 0.16, person, wave) == (u < 0.16)


def test_it_fails_its_share_and_is_taken_anew_in_each_wave() -> None:
    """Catches a share read the other way round, and a face that fails for life; 20,000 people at ALPHA."""
    n = 20_000
    fails = np.array([[fails_face_check(KEY, 0.16, person, wave) for person in range(n)] for wave in (0, 1)])
    assert fails.mean() == pytest.approx(0.16, abs=SIGMAS * np.sqrt(0.16 * 0.84 / fails.size))
    assert abs(np.corrcoef(fails)[0, 1]) < SIGMAS / np.sqrt(n)


@pytest.mark.parametrize(("share", "fails"), [(0.0, False), (1.0, True)])
def test_nobody_and_everybody(share: float, fails: bool) -> None:
    """Catches a share of nought at which one fails, and one of all at which one passes."""
    assert {fails_face_check(KEY, share, person, 0) for person in range(2000)} == {fails}
