"""Compiling: what the config says arrives in the record that a rule reads, under its own name."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, HOUR, MINUTE, NEVER, instant
from sim.rules import lags as lag_rules
from sim.rules.lags import NO_PAYMENT
from sim.rules.laws import LAWS
from sim.rules.registering import first_since, register_everyone
from tests.building import SMALL, law, programme

NAMES = iter(range(1, 1000))


def some_law() -> dict[str, Any]:
    """Return a law unlike any other of this test."""
    number = next(NAMES)
    return law("lognormal", number, "hours", minimum=number / 4, spread=number / 8)


LAWS_OF_RULES = {
    "account.delay": lambda of: of.account["delay"],
    "account.unbanked_delay": lambda of: of.account["unbanked_delay"],
    "account.repair": lambda of: of.account["repair"],
    "purchase.further.delay": lambda of: of.market["delay"],
    "training.duration": lambda of: of.training["duration"],
    "training.certificate": lambda of: of.training["certificate"],
    "training.review": lambda of: of.training["review"],
    "processing.test.delay": lambda of: of.test["delay"],
    "joining.delay": lambda of: of.join_delay,
    "payment.repair": lambda of: of.failure["repair"],
    "payment.survey.delay": lambda of: of.survey["delay"],
    "processing.email.retry.delay": lambda of: of.route["email"].check["delay"],
    "processing.registry.retry.delay": lambda of: of.route["registry_retry"].check["delay"],
    "processing.patience": lambda of: of.route["third_layer_retry"].patience,
    "processing.screening.service": lambda of: of.route["screening"].service,
}
"""Where each law of the config is read."""

NUMBERS = {
    "population.women": lambda of: of.population["women"],
    "population.rural": lambda of: of.population["rural"],
    "population.disability": lambda of: of.population["disability"],
    "population.returned_migrant": lambda of: of.population["returned_migrant"],
    "population.listed_worker": lambda of: of.population["listed_worker"],
    "population.e_money": lambda of: of.population["e_money"],
    "population.unbanked": lambda of: of.population["unbanked"],
    "processing.test.taken": lambda of: of.test["taken"],
    "processing.email.passes": lambda of: of.route["email"].check["passes"],
    "processing.registry.retry.share": lambda of: of.route["registry"].check["retry_share"],
    "processing.third_layer.retry.passes": lambda of: of.route["third_layer"].check["retry_passes"],
    "processing.screening.passes": lambda of: of.route["screening"].check["passes"],
    "account.fails": lambda of: of.account["fails"],
    "purchase.further.appetite": lambda of: of.market["appetite"],
    "training.completes": lambda of: of.training["completes"],
    "training.reviews": lambda of: of.training["reviews"],
    "payment.fails": lambda of: of.failure["fails"],
    "payment.survey.answers": lambda of: of.survey["answers"],
}
"""Where each share of the config is read."""


def test_every_law_arrives_where_it_is_read() -> None:
    """Catches two laws exchanged, a unit left out, and a minimum read as a mean: all of them at once, all unlike."""
    some = {path: some_law() for path in LAWS_OF_RULES}
    some["processing.email.retry.delay"]["minimum"] = some["processing.registry.retry.delay"]["minimum"] = 30
    of = programme(SMALL, changes=some)
    for path, read in LAWS_OF_RULES.items():
        config = some[path]
        expected = (LAWS["lognormal"], config["minimum"] * HOUR, config["mean"] * HOUR, config["spread"])
        assert read(of).tolist() == [expected], path


def test_every_share_arrives_where_it_is_read() -> None:
    """Catches two shares exchanged: all of them at once, all unlike."""
    some = {path: (k + 1) / 64 for k, path in enumerate(NUMBERS)}
    of = programme(SMALL, changes=some)
    assert {path: read(of).tolist() for path, read in NUMBERS.items()} == {path: [some[path]] for path in some}


def test_prices_lengths_and_steps_arrive() -> None:
    """Catches rupiah, days or hours in another unit or field."""
    of = programme(SMALL, changes={
        "purchase.price": {"least": 5, "most": 70, "shape": 1.25},
        "selection.shares": {"priority": 0.5, "regional": 0.25, "affirmative": 0.125},
        "population.education": {"primary_or_less": 0.25, "junior_high": 0.5, "senior_high_or_more": 0.25},
        "processing.test.minutes": 17, "joining.patience_waves": 3.5, "payment.run_hour": 14.5,
        "budget.unspent_returns_days": 300, "payment.incentive_days": 31, "payment.survey_days": [20, 40],
        "processing.email.retry.attempts": 7,
        "payment.lag_days": [{"days": 2, "share": 0.25}, {"days": 9, "share": 0.75}],
    })  # fmt: skip
    assert of.market[["least", "most", "shape"]].tolist() == [(5, 70, 1.25)]
    assert of.shares.tolist() == [(0.5, 0.25, 0.125)]
    assert of.population[["primary_or_less", "junior_high"]].tolist() == [(0.25, 0.5)]
    assert of.test["length"].tolist() == [17 * MINUTE]
    assert (of.patience_waves, of.run_clock, of.closing_after) == (3.5, 14 * HOUR + HOUR // 2, 300 * DAY)
    assert (of.incentive_step, of.survey_steps) == (31 * DAY, (20 * DAY, 40 * DAY))
    assert of.route["email"].check is not None
    assert of.route["email"].check["attempts"].tolist() == [7]
    assert of.lags[["days", "cumulative"]].tolist() == [[(2, 0.25), (9, NO_PAYMENT)]]
    assert of.benefit == (1_000_000, 2_400_000, 100_000)


def test_provinces_are_the_configs_in_its_order() -> None:
    """Catches a province whose regencies or weight are another's since they stand in another order."""
    of = programme(SMALL)
    table, _ = of.provinces
    config = list(of.parameters.population.provinces.values())
    weights = np.diff(table["cumulative"], prepend=0.0)
    total = sum(province.weight for province in config)
    for row, weight, province in zip(table, weights, config, strict=True):
        assert (row["regencies"], row["lagging"]) == (province.regencies, province.lagging)
        assert weight == pytest.approx(province.weight / total)
    before = np.cumsum([0, *(province.regencies for province in config)])
    assert of.regencies_before.tolist() == before[:-1].tolist()


def test_seed_and_replication_make_the_key() -> None:
    """Catches a run whose luck hangs on one of the two alone, and a changed person who is lost on the way."""
    keys = [
        programme(SMALL, changes={"run.seed": seed, "run.replication": replication}).key
        for seed, replication in ((1, 0), (2, 0), (1, 1), (2, 1))
    ]
    assert len({(int(key["k0"][0]), int(key["k1"][0])) for key in keys}) == 4
    assert [int(programme(SMALL, changed_person=person).key["changed"][0]) for person in (-1, 7)] == [-1, 7]


LAG_STEPS: dict[str, tuple[list[float], list[list[tuple[int, float]]]]] = {
    "none": ([], [[(2, 0.25), (9, 2)]]),
    "that change nothing": ([0, 0], [[(2, 0.25), (9, 2)]]),
    "of whole days": ([3, 3, -1], [[(2, 0.25), (9, 2)], [(5, 0.25), (12, 2)], [(1, 0.25), (8, 2)]]),
    "to no lag": ([-4], [[(2, 0.25), (9, 2)], [(0, 0.25), (5, 2)]]),
    "of a part of a day": ([0.25], [[(2, 0.25), (9, 2)], [(2, 0.1875), (3, 0.25), (9, 0.8125), (10, 2)]]),
    "of more than a day": ([-1.5], [[(2, 0.25), (9, 2)], [(0, 0.125), (1, 0.25), (7, 0.625), (8, 2)]]),
}
"""Working days more at each step, and the lags with their cumulative shares of each time."""


@pytest.mark.parametrize("case", LAG_STEPS)
def test_lags_step_by_the_date_of_the_due_payment(case: str) -> None:
    """Catches a share or a day of another lag or step, a lag below none, and rows that ask for time and say nothing."""
    steps, expected = LAG_STEPS[case]
    told = programme(SMALL, changes={
        "payment.lag_days": [{"days": 2, "share": 0.25}, {"days": 9, "share": 0.75}],
        "payment.lag_steps": [
            {"from": f"2020-{month:02d}-01T00:00", "more_days": more} for month, more in enumerate(steps, start=5)
        ],
    }).lags  # fmt: skip
    found = [[each for each in row[["days", "cumulative"]].tolist() if each != (0, 2)] for row in told]
    assert found == expected
    assert (np.diff(told["since"], axis=1) == 0).all()
    first = {"that change nothing": [], "of whole days": [5, 7]}.get(case, [5] * len(steps))
    assert told["since"][1:, 0].tolist() == [instant(datetime(2020, month, 1)) for month in first]


def test_more_days_never_shorten_a_lag() -> None:
    """Catches a fraction of a day that is shared out among payments in another order than whole days."""
    lags = {}
    for more in (-1, -0.5, 0, 0.3, 0.7, 1, 1.5):
        of = programme(SMALL, changes={"payment.lag_steps": [{"from": "2020-04-11T00:00", "more_days": more}]})
        work, due = of.calendar.days, instant(datetime(2021, 3, 1, 9))  # a Monday
        ready = [lag_rules.ready(of.key, of.payment_table, of.lags, work, person, 0, due) for person in range(500)]
        lags[more] = np.array(ready) - due
    for fewer, more in pairwise(lags):
        assert (lags[fewer] <= lags[more]).all()
        assert (lags[fewer] < lags[more]).any()


ODDS: dict[str, tuple[float, list[float], list[float]]] = {
    "none": (0.75, [], [0.75]),
    "that change nothing": (0.742, [1, 1], [0.742]),
    "that change and come back": (0.75, [2, 2, 1], [0.75, 6 / 7, 0.75]),
    "of nothing": (0.75, [0], [0.75, 0]),
    "of nobody": (0, [2], [0]),
    "of everyone": (1, [2, 0], [1]),
}
"""The share passed before, times its odds at each step, and the shares of the cohorts."""


@pytest.mark.parametrize("case", ODDS)
def test_checks_step_by_the_person_who_registers_first(case: str) -> None:
    """Catches odds taken for a share, and a cohort that begins with the person before or after."""
    passes, odds, expected = ODDS[case]
    steps = [{"from": f"2020-{month:02d}-01T00:00", "odds": each} for month, each in enumerate(odds, start=5)]
    of = programme(SMALL, changes={"processing.email.passes": passes, "processing.email.passes_steps": steps})
    check = of.route["email"].check
    assert check is not None
    assert check["passes"].tolist() == pytest.approx(expected, rel=1e-15)
    assert len(set(check["attempts"].tolist())) == 1
    instants, _ = register_everyone(of.key, of.curve, of.people, of.population, of.provinces)
    months = {"that change and come back": [5, 7]}.get(case, [5] if len(expected) > 1 else [])
    first = [int((instants < instant(datetime(2020, month, 1))).sum()) for month in months]
    assert check["first"].tolist() == [0, *first]


def test_who_registers_first_since_an_instant() -> None:
    """Catches an end of the people that is read beyond, and one who registers at the very instant left out."""
    of = programme(SMALL)
    instants, _ = register_everyone(of.key, of.curve, of.people, of.population, of.provinces)
    for at in (0, int(instants[7]), int(instants[7]) + 1, int(instants[-1]), int(instants[-1]) + 1, NEVER):
        assert first_since(of.key, of.curve, of.people, at) == int(np.searchsorted(instants, at))
    assert first_since(of.key, of.curve, 0, 5) == 0
