"""Tiny programmes in which every parameter is there and most matter: what is brought to its limits, one key at a time.

A hundred people register within days, wait at every station, join waves, buy, train and are paid within some months.
"""

from __future__ import annotations

import copy
from typing import Any

from tests.building import NO_FIGURES, PARTNERS, composed, law, put_at
from tests.engine.random_programmes import wib

PEOPLE = 100

CHECKS = ("email", "registry", "third_layer")
RATES = ("processing", *(f"processing.{check}" for check in CHECKS))


def _stations() -> dict[str, Any]:
    """Return stations at which people wait, with a step and an outage each, and checks with retries."""
    changes: dict[str, Any] = {
        "portal.rate": 30.0,
        "portal.per": "hour",
        "portal.steps": [{"from": wib(60), "rate": 40.0}, {"from": wib(90), "rate": None}],
        "portal.outages": [{"from": wib(30), "until": wib(33)}, {"from": wib(40), "until": wib(41)}],
        "processing.patience": law("exponential", 5, "hours", 1),
        "processing.screening.servers": 4,
        "processing.screening.steps": [{"from": wib(60), "servers": 3}, {"from": wib(200), "servers": 5}],
        "processing.screening.outages": [{"from": wib(34), "until": wib(39)}],
        "processing.screening.service": law("lognormal", 1, "hours", 0.1, 0.5),
        "processing.screening.passes": 0.95,
        "processing.screening.passes_steps": [],
        "processing.test.taken": 0.95,
        "processing.test.delay": law("uniform", 2, "hours"),
    }
    for path in RATES:
        changes |= {
            f"{path}.rate": 12.0,
            f"{path}.per": "hour",
            f"{path}.steps": [{"from": wib(48), "rate": 20.0}],
            f"{path}.outages": [{"from": wib(31), "until": wib(35)}],
        }
    for check in CHECKS:
        changes |= {
            f"processing.{check}.passes": 0.8,
            f"processing.{check}.passes_steps": [{"from": wib(36), "odds": 1.5}, {"from": wib(60), "odds": 0.75}],
            f"processing.{check}.retry.share": 0.9,
            f"processing.{check}.retry.passes": 0.8,
            f"processing.{check}.retry.attempts": 4,
            f"processing.{check}.retry.delay": law("exponential", 10, "hours", 6),
            f"processing.{check}.retry.rate": 5.0,
            f"processing.{check}.retry.per": "hour",
        }
    return changes


def _waves(by_rule: bool) -> dict[str, Any]:
    """Return three overlapping waves of a calendar, or waves by rule."""
    calendar = {
        f"w{k}": {"open": wib(opens), "close": wib(opens + 120), "announced": wib(opens + 150), "places": 25,
                  "face_check_fails": 0.1}
        for k, opens in enumerate((24, 120, 264), start=1)
    }  # fmt: skip
    rule = {"first_day": 2, "every_days": 4, "open_days": 3, "quota_share": 0.6, "places": None}
    return {
        "waves.calendar": None if by_rule else calendar,
        "waves.rule": rule if by_rule else None,
        "joining.newcomers": [{"from": wib(0), "share": 0.9}, {"from": wib(100), "share": 1}],
        "joining.losers": [{"from": wib(0), "share": 0.8}, {"from": wib(100), "share": 0.7}],
        "joining.delay": law("exponential", 10, "hours"),
        "joining.patience_waves": 3,
        "selection.eligible": [{"from": wib(0), "share": 0.9}, {"from": wib(200), "share": 0.8}],
        "selection.shares": {"priority": 0.3, "regional": 0.2, "affirmative": 0.1},
        "selection.days": 2,
        "budget.tranches": {
            "first": {"first_wave": 1, "rupiah": 40 * 3_550_000},
            "later": {"first_wave": 3, "rupiah": 60 * 3_550_000},
        },
    }


def _participation() -> dict[str, Any]:
    """Return purchases, courses and payments that are over within months."""
    changes: dict[str, Any] = {
        "account.delay": law("exponential", 2),
        "account.unbanked_delay": law("uniform", 4),
        "account.fails": 0.3,
        "account.repair": law("exponential", 3),
        "purchase.deadline_days": 10,
        "purchase.waves": [
            {"from_wave": 1, "buys": 0.8, "delay": law("exponential", 3)},
            {"from_wave": 2, "buys": 0.9, "delay": law("lognormal", 2, spread=0.8)},
        ],
        "purchase.further": {"appetite": 0.6, "courses": 3, "delay": law("exponential", 4)},
        "training.duration": law("lognormal", 4, minimum=0.5, spread=0.5),
        "training.pace": [{"from_wave": 1, "factor": 0.8}, {"from_wave": 2, "factor": 1.5}],
        "training.completion": [{"from_wave": 1, "odds": 0.5}, {"from_wave": 2, "odds": 2}],
        "training.certificate": law("exponential", 1),
        "training.review": law("exponential", 2),
        "training.completes": 0.9,
        "training.reviews": 0.9,
        "budget.unspent_returns_days": 40,
        "budget.incentives": 3,
        "payment.run_hour": 13.5,
        "payment.incentive_days": 7,
        "payment.survey_days": [3, 9],
        "payment.survey": {"answers": 0.8, "delay": law("exponential", 2)},
        "payment.lag_days": [{"days": 0, "share": 0.25}, {"days": 2, "share": 0.75}],
        "payment.lag_steps": [{"from": wib(24 * 20), "more_days": 1.5}, {"from": wib(24 * 60), "more_days": -1}],
        "payment.fails": 0.2,
        "payment.repair": law("exponential", 1),
    }
    for partner in PARTNERS:
        changes |= {
            f"payment.partners.{partner}.cap": 2.5,
            f"payment.partners.{partner}.steps": [
                {"from": wib(24 * 20), "cap": 3.5},
                {"from": wib(24 * 90), "cap": None},
            ],
            f"payment.partners.{partner}.outages": [{"from": wib(24 * 14), "until": wib(24 * 18)}],
        }
    changes["payment.partners.dana.from"] = wib(24 * 6)
    return changes


def tiny(*, by_rule: bool) -> dict[str, Any]:
    """Return the config of a tiny programme, with waves of a calendar or by rule."""
    config = copy.deepcopy(composed())
    changes = {
        **NO_FIGURES,
        "run.window_hours": 6,
        "run.folder": None,
        "clock.end": None,
        "clock.longest_years": 1,
        "population.applicants": PEOPLE,
        "population.scale": 1.0,
        "demand.points": [
            {"at": wib(19), "registered": 0}, {"at": wib(40), "registered": 60}, {"at": wib(70), "registered": 100}
        ],
        **_stations(), **_waves(by_rule), **_participation(),
    }  # fmt: skip
    for path, value in changes.items():
        put_at(config, path, value)
    return config
