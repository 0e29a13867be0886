"""Every number of the config moves the answer, and in the direction that it should.

A row is a group of the config, a change of its keys, what is measured and whether it rises (+1) or falls
(-1) against the base: a small run of history, until October 2020 for what comes before the award.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.journey.money import Benefit
from sim.rules.people import Trait, trait
from tests.building import PARTNERS, SMALL, law, run

Measure = Callable[[Journal], float]
FRONT = {"clock.end": "2020-10-01T00:00"}
ALWAYS = "2020-04-11T00:00"


def count(name: str) -> Measure:
    """Count the people who have a stamp."""
    return lambda journal: np.count_nonzero(journal.people[name] < NEVER)


def own(name: str) -> Measure:
    """Count the participants who have a stamp."""
    return lambda journal: np.count_nonzero(journal.participants[name] < NEVER)


def waits(station: str) -> Measure:
    """Add up the waits at a station until service, giving up or the end."""

    def measure(journal: Journal) -> float:
        visits = journal.visits[station]
        until = np.minimum(np.minimum(visits["started"], visits["gave_up"]), journal.end)
        return float(np.sum(until - visits["arrived"]))

    return measure


def visits(station: str) -> Measure:
    return lambda journal: journal.visits[station]["person"].size


def between(since: str, until: str) -> Measure:
    """Return the mean time between two stamps of people who have both."""

    def measure(journal: Journal) -> float:
        columns = journal.people if since in journal.people.stamps else journal.participants
        a, b = columns[since], columns[until]
        both = (a < NEVER) & (b < NEVER)
        return float(np.mean((b - a)[both]))

    return measure


def since_award(until: str) -> Measure:
    """Return the mean time from award to a stamp of participants who have it."""

    def measure(journal: Journal) -> float:
        stamp = journal.participants[until]
        awarded = journal.people["awarded"][journal.participants["person"]]
        return float(np.mean((stamp - awarded)[stamp < NEVER]))

    return measure


def mean_of(name: str, of: Callable[[np.ndarray], np.ndarray] = lambda x: x) -> Measure:
    def measure(journal: Journal) -> float:
        column = (journal.people if name in journal.people.stamps else journal.participants)[name]
        return float(np.mean(of(column[(column < NEVER) & (column >= 0)])))

    return measure


def share(which: Trait, value: int = 1, *, of_awarded: bool = False) -> Measure:
    """Return the share of people, or of the awarded, with a trait."""

    def measure(journal: Journal) -> float:
        traits = journal.traits[journal.participants["person"]] if of_awarded else journal.traits
        return float(np.mean(trait(traits, which) == value))

    return measure


def joined(journal: Journal) -> float:
    return sum(record.joined for record in journal.waves)


def awarded(journal: Journal) -> float:
    return journal.participants.rows


def paid(benefit: Benefit) -> Measure:
    return lambda journal: journal.days[-1].paid[benefit]


def bought(journal: Journal) -> float:
    return sum(np.count_nonzero(journal.participants[f"price_{k + 1}"] >= 0) for k in range(4))


def night(stamp: np.ndarray) -> np.ndarray:
    return stamp % DAY < DAY // 4


def of_partner(number: int) -> Measure:
    return lambda journal: np.count_nonzero(journal.participants["partner"] == number)


def registered_after_opening(wave: int, since: int, until: int) -> Measure:
    """Count who registers from some days after a wave opens until some days after."""

    def measure(journal: Journal) -> float:
        days = (journal.people["portal_arrived"] - journal.programme.waves.waves["open"][wave - 1]) / DAY
        return np.count_nonzero((days >= since) & (days < until))

    return measure


def of_wave_4(name: str) -> Measure:
    """Return the mean of a stamp of those whose last wave is the fourth."""

    def measure(journal: Journal) -> float:
        stamp = journal.people[name][journal.people["last_wave"] == 3]
        return float(np.mean(stamp[stamp < NEVER]))

    return measure


def pressed_after(journal: Journal) -> float:
    """Return the mean time from the opening of the fourth wave to pressing join."""
    return of_wave_4("last_joined")(journal) - float(journal.programme.waves.waves["open"][3])


def spell(since: str, until: str) -> list[dict[str, str]]:
    return [{"from": since, "until": until}]


def always(value: float) -> list[dict[str, Any]]:
    return [{"from": ALWAYS, "share": value}]


def buys(share: float, delay: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"from_wave": 1, "buys": share, "delay": delay}]


MAY = spell("2020-05-01T00:00", "2020-06-01T00:00")
SCHOOL = {"primary_or_less": 0.6, "junior_high": 0.2, "senior_high_or_more": 0.2}
CAPS = {f"partners.{partner}.cap": 10_000 for partner in PARTNERS}
DAYS = law("constant", 40)

FRONT_ROWS: list[tuple[str, dict[str, Any], Measure, int]] = [
    # 1. Applicants
    ("population", {"applicants": 60_000_000}, count("portal_arrived"), -1),
    ("demand", {"hours": [1.0] * 6 + [0.1] * 18}, mean_of("portal_arrived", night), +1),
    ("demand", {"surge.factor": 9}, registered_after_opening(8, 0, 1), +1),
    ("demand", {"surge.hours": 72}, registered_after_opening(5, 1, 3), +1),
    ("population", {"women": 0.8}, share(Trait.WOMAN), +1),
    ("population", {"rural": 0.8}, share(Trait.RURAL), +1),
    ("population", {"disability": 0.4}, share(Trait.DISABILITY), +1),
    ("population", {"returned_migrant": 0.4}, share(Trait.RETURNED_MIGRANT), +1),
    ("population", {"listed_worker": 0.2}, share(Trait.LISTED_WORKER), -1),
    ("population", {"unbanked": 0.5}, share(Trait.UNBANKED), +1),
    ("population", {"e_money": 0.2}, of_partner(0), +1),
    ("population", {"education": SCHOOL}, share(Trait.EDUCATION, 0), +1),
    ("population", {"provinces.papua.weight": 2_000_000}, share(Trait.LAGGING), +1),
    # 2. Portal
    ("portal", {"rate": 100}, waits("portal"), +1),
    ("portal", {"per": "week", "rate": 500_000}, waits("portal"), +1),
    ("portal", {"outages": spell("2020-04-12T09:00", "2020-04-20T09:00")}, waits("portal"), +1),
    ("portal", {"steps": [{"from": "2020-05-01T00:00", "rate": 0}]}, waits("portal"), +1),
    # 3. Processing
    ("processing", {"rate": 800_000}, waits("processing"), +1),
    ("processing", {"steps": [{"from": "2020-09-01T00:00", "rate": 100_000}]}, waits("processing"), +1),
    ("processing", {"outages": MAY}, waits("processing"), +1),
    ("processing", {"email.passes": 0.5}, count("email_passed"), -1),
    ("processing", {"email.passes_steps": [{"from": "2020-04-20T00:00", "odds": 0.4}]}, count("email_passed"), -1),
    ("processing", {"screening.passes_steps": [{"from": "2020-04-20T00:00", "odds": 0.01}]}, count("tested"), -1),
    ("processing", {"email.rate": 400_000}, waits("email"), +1),
    ("processing", {"email.retry.share": 0.9}, visits("email_retry"), +1),
    ("processing", {"email.retry.passes": 0}, count("email_passed"), -1),
    ("processing", {"email.retry.passes": 0, "email.retry.share": 1,
                    "email.retry.attempts": 9}, visits("email_retry"), +1),
    ("processing", {"email.retry.delay": law("constant", 3000, "hours")}, visits("email_retry"), -1),
    ("processing", {"email.retry.rate": 5_000}, waits("email_retry"), +1),
    ("processing", {"registry.rate": 400_000}, waits("registry"), +1),
    ("processing", {"registry.passes": 0.4}, count("registry_passed"), -1),
    ("processing", {"registry.retry.share": 0.9}, visits("registry_retry"), +1),
    ("processing", {"registry.outages": MAY}, waits("registry"), +1),
    ("processing", {"third_layer.rate": 300_000}, waits("third_layer"), +1),
    ("processing", {"third_layer.passes": 0.4}, count("third_layer_passed"), -1),
    ("processing", {"third_layer.retry.share": 0.9}, visits("third_layer_retry"), +1),
    ("processing", {"screening.servers": 8}, waits("screening"), +1),
    ("processing", {"screening.steps": [{"from": "2020-06-01T00:00", "servers": 0}]}, waits("screening"), +1),
    ("processing", {"screening.outages": MAY}, waits("screening"), +1),
    ("processing", {"screening.service": law("constant", 600, "seconds")}, waits("screening"), +1),
    ("processing", {"screening.passes": 0.3}, count("tested"), -1),
    ("processing", {"rate": 400_000, "patience": law("constant", 2)}, count("gave_up"), +1),
    ("processing", {"test.taken": 0.3}, count("tested"), -1),
    ("processing", {"test.delay": law("constant", 90, "hours")}, between("screening_left", "tested"), +1),
    ("processing", {"test.minutes": 5000}, between("screening_left", "tested"), +1),
    # 4. Waves
    ("waves", {"calendar.w04.close": "2020-08-08T13:00"}, pressed_after, -1),
    ("waves", {"calendar.w04.open": "2020-07-25T12:00"}, of_wave_4("last_joined"), -1),
    ("waves", {"calendar.w04.announced": "2020-08-26T12:00"}, of_wave_4("awarded"), +1),
    ("joining", {"newcomers": always(0.05)}, count("first_joined"), -1),
    ("joining", {"losers": always(0.05)}, joined, -1),
    ("joining", {"delay": law("exponential", 400, "hours")}, pressed_after, +1),
    ("joining", {"patience_waves": 1}, count("gave_up_waves"), +1),
    # 5. Selection
    ("selection", {"eligible": always(0.2)}, awarded, -1),
    ("selection", {"shares": {"priority": 0, "regional": 0, "affirmative": 0}},
     share(Trait.LISTED_WORKER, of_awarded=True), -1),
    ("selection", {"shares": {"priority": 0, "regional": 0, "affirmative": 1}},
     share(Trait.DISABILITY, of_awarded=True), +1),
    ("waves", {"calendar.w03.places": 900_000}, awarded, +1),
    ("waves", {"calendar.w04.face_check_fails": 0.9}, awarded, -1),
    ("budget", {"tranches.y2020.rupiah": 4 * 10**12}, awarded, -1),
]  # fmt: skip

BACK_ROWS: list[tuple[str, dict[str, Any], Measure, int]] = [
    # 6. Award and account
    ("account", {"delay": DAYS}, since_award("link_tried"), +1),
    ("account", {"unbanked_delay": law("constant", 200)}, since_award("link_tried"), +1),
    ("account", {"fails": 0.9}, between("link_tried", "linked"), +1),
    ("account", {"repair": law("constant", 200)}, between("link_tried", "linked"), +1),
    ("payment", {"partners.dana.from": ALWAYS}, of_partner(4), +1),
    ("payment", {"partners.ovo.share": 0.04, "partners.gopay.share": 0.6}, of_partner(1), -1),
    # 7. Purchase and training
    ("purchase", {"waves": buys(0.5, law("exponential", 4))}, own("revoked"), +1),
    ("purchase", {"waves": buys(0.95, law("constant", 40))}, own("revoked"), +1),
    ("purchase", {"deadline_days": 3}, own("revoked"), +1),
    ("purchase", {"price": {"least": 900_000, "most": 1_000_000, "shape": 1.4}}, mean_of("price_1"), +1),
    ("purchase", {"price.most": 50_000}, mean_of("price_1"), -1),
    ("purchase", {"price.shape": 9}, mean_of("price_1"), -1),
    ("purchase", {"further.appetite": 0.1}, bought, -1),
    ("purchase", {"further.delay": law("constant", 200)}, bought, -1),
    ("training", {"duration": law("constant", 60)}, between("bought_1", "completed_1"), +1),
    ("training", {"pace": [{"from_wave": 1, "factor": 1}, {"from_wave": 4, "factor": 2}]},
     between("bought_1", "completed_1"), +1),
    ("training", {"completes": 0.5}, own("completed_1"), -1),
    ("training", {"certificate": DAYS}, between("completed_1", "certified"), +1),
    ("training", {"reviews": 0.3}, own("reviewed"), -1),
    ("training", {"review": DAYS}, between("certified", "reviewed"), +1),
    # 8. Payments
    ("payment", CAPS, own("incentive_1_paid"), -1),
    ("payment", {"partners.ovo.steps": [{"from": "2020-06-01T00:00", "cap": 0}]}, own("survey_1_paid"), -1),
    ("payment", {"partners.ovo.outages": spell("2020-05-01T00:00", "2020-10-01T00:00")},
     between("incentive_1_ready", "incentive_1_paid"), +1),
    ("payment", {"lag_days": [{"days": 20, "share": 1}]}, between("survey_1_due", "survey_1_ready"), +1),
    ("payment", {"lag_steps": [{"from": "2020-08-01T00:00", "more_days": 4.5}]},
     between("incentive_1_due", "incentive_1_ready"), +1),
    ("payment", {"incentive_days": 7}, between("incentive_1_due", "incentive_2_due"), -1),
    ("payment", {"survey_days": [5, 90, 150]}, between("incentive_1_paid", "survey_1_offered"), -1),
    ("payment", {"survey.answers": 0.3}, own("survey_1_paid"), -1),
    ("payment", {"survey.delay": DAYS}, between("survey_1_offered", "survey_1_due"), +1),
    ("payment", {"fails": 0.7}, mean_of("incentive_1_attempts"), +1),
    ("payment", {"fails": 0.7, "repair": law("constant", 90)}, own("incentive_1_paid"), -1),
    ("payment", {"run_hour": 2}, mean_of("incentive_1_paid", lambda stamp: stamp % DAY), -1),
    ("clock", {"holidays.dates": [f"2020-09-{day:02d}" for day in range(1, 31)]},
     between("incentive_1_due", "incentive_1_ready"), +1),
    # 9. Money
    ("budget", {"training_balance": 2_000_000}, paid(Benefit.TRAINING), +1),
    ("budget", {"incentive": 300_000}, paid(Benefit.INCENTIVE), -1),
    ("budget", {"survey": 25_000}, paid(Benefit.SURVEY), -1),
    ("budget", {"unspent_returns_days": 100}, own("closed"), +1),
    ("budget", {"tranches.y2021.rupiah": 5 * 10**12}, awarded, -1),
]  # fmt: skip

RULE_ROWS: list[tuple[str, dict[str, Any], Measure, int]] = [
    # 4. Waves by rule
    ("waves", {"rule.every_days": 28}, joined, -1),
    ("waves", {"rule.quota_share": 0.05}, awarded, -1),
    ("waves", {"rule.places": 400_000}, awarded, +1),
    ("waves", {"rule.first_day": 60}, lambda journal: journal.people["awarded"].min(), +1),
    ("waves", {"rule.open_days": 20}, mean_of("awarded"), +1),
    ("selection", {"days": 30}, mean_of("awarded"), +1),
    ("purchase", {"waves": buys(0.2, law("exponential", 4))}, awarded, +1),  # places revoked are given again
]  # fmt: skip


@cache
def front() -> Journal:
    return run(SMALL, changes=FRONT)


@cache
def back() -> Journal:
    return run(SMALL)


@cache
def rule() -> Journal:
    return run(SMALL, "scenario=rate_800k", changes={"clock.end": "2021-04-01T00:00"})


def at(group: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {f"{group}.{key}": value for key, value in changes.items()}


def holds(base: Journal, changed: Journal, measure: Measure, sign: int) -> None:
    was, became = measure(base), measure(changed)
    assert sign * (became - was) > 0.02 * abs(was), f"from {was} to {became}"


def named(rows: list[tuple[str, dict[str, Any], Measure, int]]) -> Any:
    ids = [f"{group}-{', '.join(changes)[:60]}" for group, changes, _, _ in rows]
    return pytest.mark.parametrize(("group", "changes", "measure", "sign"), rows, ids=ids)


@named(FRONT_ROWS)
def test_the_front_moves(group: str, changes: dict[str, Any], measure: Measure, sign: int) -> None:
    """Catches a number of applicants, portal, processing, waves or selection that nothing reads."""
    holds(front(), run(SMALL, changes=FRONT | at(group, changes)), measure, sign)


@named(BACK_ROWS)
def test_the_back_moves(group: str, changes: dict[str, Any], measure: Measure, sign: int) -> None:
    """Catches a number of accounts, purchases, training, payments or money that nothing reads."""
    holds(back(), run(SMALL, changes=at(group, changes)), measure, sign)


@named(RULE_ROWS)
def test_waves_by_rule_move(group: str, changes: dict[str, Any], measure: Measure, sign: int) -> None:
    """Catches a number of the rule of waves that nothing reads."""
    changes = {"clock.end": "2021-04-01T00:00"} | at(group, changes)
    holds(rule(), run(SMALL, "scenario=rate_800k", changes=changes), measure, sign)


def test_fewer_incentives_or_courses_are_fewer() -> None:
    """Catches a number of payments or courses that is fixed in the code."""
    journal = run(SMALL, changes={"budget.incentives": 2, "purchase.further.courses": 2})
    assert "incentive_2_paid" in journal.participants.stamps
    assert "incentive_3_paid" not in journal.participants.stamps
    assert "bought_3" not in journal.participants.stamps
    assert np.count_nonzero(journal.participants["incentive_2_paid"] < NEVER) > 50


def test_the_regional_share_moves() -> None:
    """Catches a regional share that nothing reads: few regencies lag, so here those of the largest province do."""
    most = {"population.provinces.jawa_barat.lagging": 27}
    none, all_places = (
        {f"selection.shares.{name}": share if name == "regional" else 0 for name in SHARES} for share in (0, 1)
    )
    holds(
        run(SMALL, changes=FRONT | most | none),
        run(SMALL, changes=FRONT | most | all_places),
        share(Trait.LAGGING, of_awarded=True),
        +1,
    )


SHARES = ("priority", "regional", "affirmative")
