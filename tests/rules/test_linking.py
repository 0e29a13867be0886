"""Payment partners and linked accounts, by their shares and lanes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.calendar.instants import DAY
from sim.rules.laws import CONSTANT, EXPONENTIAL, draw
from sim.rules.linking import ACCOUNT, LINKING, PARTNER, AccountRecord, choose_partner, link_account
from sim.rules.luck import key
from sim.rules.records import record
from tests.building import ALPHA, SIGMAS, uniforms

KEY = key(4, 0)
DAYS: Any = [(EXPONENTIAL, 0.0, float(mean * DAY), 0.0) for mean in range(1, 4)]


def account(delay: Any, unbanked_delay: Any, fails: float, repair: Any) -> AccountRecord:
    return AccountRecord(record(ACCOUNT, delay=delay, unbanked_delay=unbanked_delay, fails=fails, repair=repair))


@pytest.mark.parametrize(
    ("cumulative", "expected"),
    [
        ([1.0, 1.0, 1.0], [1, 0, 0]),  # the only one
        ([0.0, 1.0, 1.0], [0, 1, 0]),  # the first has not entered
        ([0.4, 0.4, 1.0], [0.4, 0, 0.6]),  # nor has the one between
        ([0.34, 0.64, 1.0], [0.34, 0.3, 0.36]),
    ],
)
def test_partners_are_chosen_by_their_shares(cumulative: list[float], expected: list[float]) -> None:
    """Catches a partner chosen who has not entered, and shares moved to a neighbour; chi-square at ALPHA."""
    n, shares = 20_000, np.array(expected)
    found = np.bincount([choose_partner(KEY, np.array(cumulative), person) for person in range(n)], minlength=3)
    assert np.all(found[shares == 0] == 0)
    if np.count_nonzero(shares) > 1:
        assert stats.chisquare(found[shares > 0], n * shares[shares > 0]).pvalue > ALPHA


def test_the_partner_by_its_lane() -> None:
    """Catches a choice from another lane or occurrence, or by the uniform read from above."""
    cumulative = np.array([0.34, 0.64, 1.0])
    for person in range(300):
        u = uniforms(KEY, PARTNER, person)["payment partner"]
        assert choose_partner(KEY, cumulative, person) == np.searchsorted(cumulative, u, side="right")


@pytest.mark.parametrize("at", range(4))
def test_a_partner_without_a_share_moves_nobody(at: int) -> None:
    """Catches luck of a partner's place: wherever one is added that nobody chooses, all others keep their people."""
    shares = [0.34, 0.30, 0.36]
    without, within = np.cumsum(shares), np.cumsum([*shares[:at], 0.0, *shares[at:]])
    for person in range(2000):
        chosen = choose_partner(KEY, without, person)
        assert choose_partner(KEY, within, person) == chosen + (chosen >= at)


def test_linking_an_account_by_its_lanes() -> None:
    """Catches people without an account who link one as fast as others, and a repair without a failure."""
    some = account(DAYS[0], DAYS[1], 0.3, DAYS[2])
    for person in range(300):
        u = uniforms(KEY, PARTNER, person) | uniforms(KEY, LINKING, person)
        repair = draw(some["repair"][0], u["repair of the link"]) if u["linking fails"] < 0.3 else 0
        for unbanked, law in ((False, "delay"), (True, "unbanked_delay")):
            told = link_account(KEY, some, unbanked, person)
            assert told == (draw(some[law][0], u["delay of linking"]), repair)


def test_a_failed_link_takes_time_even_where_the_repair_takes_none() -> None:
    """Catches a failure that looks like none, since a repair of nought means that there was none."""
    at_once = (CONSTANT, 0.0, 0.0, 0.0)
    assert link_account(KEY, account(at_once, at_once, 1.0, at_once), False, 0) == (0, 1)


def test_the_partner_is_no_sign_of_who_fails_to_link() -> None:
    """Catches lanes that overlap: who chooses the first partner would fail more often than others (Fisher)."""
    some, halves = account(DAYS[0], DAYS[1], 0.5, DAYS[2]), np.array([0.5, 1.0])
    chosen = np.array([choose_partner(KEY, halves, person) for person in range(8000)])
    fails = np.array([link_account(KEY, some, False, person)[1] > 0 for person in range(8000)])
    assert fails.mean() == pytest.approx(0.5, abs=SIGMAS * 0.5 / np.sqrt(8000))
    assert stats.fisher_exact(np.histogram2d(chosen, fails, bins=2)[0]).pvalue > ALPHA
