"""Awards and what follows, in whole runs of both engines: draws favour nobody, shares and delays are the config's."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy import stats

from sim.calendar.instants import DAY, NEVER
from sim.rules.eligibility import is_eligible
from sim.rules.lottery import LOTTERY_BLOCKS, lottery_keys
from sim.rules.people import Trait, trait
from sim.rules.priority_and_regional_shares import STAGES
from sim.rules.selecting import Verdict
from tests.building import ALPHA, PARTNERS, Engine, Run, law, on_both, run_on
from tests.theory.evidence import fits, follows, is_drawn_from, is_share
from tests.theory.people import PEOPLE, WRONG, always, common, weekly

LAGS = {3: 0.4, 4: 0.3, 5: 0.3}
"""Shares of lags by working days."""

SPLIT = dict(zip(PARTNERS, (1, 0.35, 0.30, 0.20, 0.15), strict=True))
"""Shares of the payment partners, of each kind."""


@cache
def awarded(engine: Engine) -> Run:
    """Return a run of three waves with places for a twelfth each, and a face check in the second."""
    calendar = weekly(3, places=PEOPLE[engine] // 12)
    calendar["waves.calendar"]["w02"]["face_check_fails"] = 0.3
    return run_on(engine, changes={
        **common(engine), **calendar, "clock.end": "2021-03-01T00:00",
        "joining.newcomers": always(1), "joining.losers": always(1),
        "selection.eligible": always(0.7),
        "selection.shares": {"priority": 0.3, "regional": 0.05, "affirmative": 0.2},
        "population.women": 0.45, "population.listed_worker": 0.4, "population.disability": 0.1,
        "population.returned_migrant": 0.1,
        "purchase.deadline_days": 20,
        "purchase.waves": [{"from_wave": 1, "buys": 0.8, "delay": law("exponential", 10)}],
        "purchase.price": {"least": 10_000, "most": 100_000, "shape": 2},
        "purchase.further": {"appetite": 0.5, "courses": 4, "delay": law("exponential", 1)},
        "account.delay": law("constant", 0), "account.unbanked_delay": law("constant", 0), "account.fails": 0.2,
        "training.duration": law("constant", 5), "training.completes": 0.75, "training.reviews": 0.8,
        "training.completion": [{"from_wave": 1, "odds": 1}],
        "training.certificate": law("constant", 0), "training.review": law("exponential", 2),
        "payment.fails": 0.3, "payment.survey_days": [5, 10],
        "payment.survey": {"answers": 0.6, "delay": law("exponential", 3)},
        "budget.incentives": 2, "payment.incentive_days": 7,
        "payment.lag_days": [{"days": days, "share": share} for days, share in LAGS.items()],
        **{f"payment.partners.{partner}.share": share for partner, share in SPLIT.items()},
    })  # fmt: skip


def of_wave(made: Run, wave: int) -> Any:
    """Return the persons' numbers of those a wave awarded."""
    return made.participants["person"][made.participants["wave"] == wave]


def has(made: Run, which: Trait) -> Any:
    """Return which people have a trait."""
    return trait(made.traits, which) > 0


@on_both
def test_share_eligible(engine: Engine) -> None:
    """Catches a share of eligible people that is not the one in force, or that differs by how people joined."""
    first = awarded(engine).waves[0]
    assert first.joined == PEOPLE[engine]
    assert is_share(first.eligible, first.joined, 0.7)
    assert not is_share(first.eligible, first.joined, 0.7 / WRONG[engine])


GROUPS = {
    Verdict.PRIORITY: (Trait.LISTED_WORKER,),
    Verdict.REGIONAL: (Trait.LAGGING,),
    Verdict.AFFIRMATIVE: (Trait.DISABILITY, Trait.RETURNED_MIGRANT),
    Verdict.LOTTERY: (),
}
"""By share of the quota, the traits of which one is enough."""


@on_both
def test_shares_of_the_quota_by_law(engine: Engine) -> None:
    """Catches a group that gets more or fewer places than the law gives it, or places given to others than its own."""
    made = awarded(engine)
    places = PEOPLE[engine] // 12
    for wave in (0, 2):  # in the second some fail the face check after the draw
        by = made.people["awarded_by"][of_wave(made, wave)]
        reserved = {Verdict.PRIORITY: int(0.3 * places), Verdict.REGIONAL: int(0.35 * places) - int(0.3 * places)}
        assert np.count_nonzero(by == Verdict.PRIORITY) == reserved[Verdict.PRIORITY]
        lagging = np.count_nonzero(by == Verdict.REGIONAL)
        assert 0 < lagging <= reserved[Verdict.REGIONAL]  # few live there: the rest spills to the next
        affirmative = int(0.55 * places) - reserved[Verdict.PRIORITY] - lagging
        assert np.count_nonzero(by == Verdict.AFFIRMATIVE) == affirmative
        assert by.size == places
        for verdict, traits in GROUPS.items():
            if traits:
                group = np.any([has(made, each) for each in traits], axis=0)
                assert np.all(group[of_wave(made, wave)[by == verdict]]), verdict


@on_both
def test_selection_within_a_share_favours_nobody(engine: Engine) -> None:
    """Catches a draw that favours women, listed workers, early numbers or early joiners among those of one share."""
    made = awarded(engine)
    by, joined = made.people["awarded_by"], made.people["first_joined"]
    # All joined the first wave. Of those not awarded nobody knows who was eligible: that is independent of all traits.
    winners = np.zeros(PEOPLE[engine], dtype=bool)
    winners[of_wave(made, 0)] = True
    left = np.ones(PEOPLE[engine], dtype=bool)
    half = np.arange(PEOPLE[engine]) < PEOPLE[engine] // 2
    early = joined < np.median(joined)
    for verdict, traits in GROUPS.items():
        group = left & (np.any([has(made, each) for each in traits], axis=0) if traits else True)
        drawn = winners & (by == verdict)
        for what, favoured in (("women", has(made, Trait.WOMAN)), ("numbers", half), ("early", early)):
            counts = [np.count_nonzero(group & favoured)], [np.count_nonzero(drawn)]
            assert is_drawn_from([np.count_nonzero(drawn & favoured)], [np.count_nonzero(group)], *counts), what
        left &= ~drawn
    drawn = winners & (by == Verdict.LOTTERY)
    group = left | drawn
    women, places = np.count_nonzero(group & has(made, Trait.WOMAN)), np.count_nonzero(drawn)
    found = np.count_nonzero(drawn & has(made, Trait.WOMAN))
    assert not is_drawn_from([found], [group.sum()], [int(women * {"person": 1.8, "cohort": 1.2}[engine])], [places])


@on_both
def test_lottery_is_uniform_over_the_order_of_registration(engine: Engine) -> None:
    """Catches a lottery that favours the first, the last or a batch of numbers: winners by twentieths of them."""
    made = awarded(engine)
    winners = of_wave(made, 0)
    found = np.bincount(winners * 20 // PEOPLE[engine], minlength=20)
    # Drawn without putting back: counts vary less than those of independent draws, by the share not drawn.
    share = winners.size / PEOPLE[engine]
    statistic = ((found - winners.size / 20) ** 2).sum() / (winners.size / 20) / (1 - share)
    law_of_it = stats.chi2(19)
    assert law_of_it.isf(1 - ALPHA / 2) < statistic < law_of_it.isf(ALPHA / 2)


@on_both
def test_losers_of_a_wave_have_the_same_chance_in_the_next(engine: Engine) -> None:
    """Catches a draw that goes by luck already spent: winners of the third wave, by their keys in the first.

    Were a person's key the same in each wave, those who lost the first with the smaller keys would win the third.
    """
    made = awarded(engine)
    went_on = np.flatnonzero(made.people["last_wave"] == 2)
    assert np.count_nonzero(made.people["waves_lost"][went_on] >= 2) > 0.7 * PEOPLE[engine]
    by = made.people["awarded_by"][went_on]
    lottery = by == Verdict.LOTTERY
    eligible = np.array([is_eligible(made.programme.key, 0.7, int(person)) for person in went_on])
    among = went_on[eligible & (lottery | ~np.isin(went_on, of_wave(made, 2)))]
    won = np.isin(among, went_on[lottery])
    before, now = (keys_of(made, wave, among) for wave in (0, 2))
    assert is_share(np.count_nonzero(before[won] < np.median(before)), np.count_nonzero(won), 0.5)
    assert not is_share(np.count_nonzero(now[won] < np.median(now)), np.count_nonzero(won), 0.5)


def keys_of(made: Run, wave: int, people: Any) -> Any:
    """Return the keys of people in the lottery of a wave."""
    key, named = made.programme.key, int(made.programme.waves.waves[wave]["named"])
    keys = np.zeros(people.size, dtype=np.uint64)
    everyone = np.arange(people.size, dtype=np.int32)
    lottery_keys(key, LOTTERY_BLOCKS[STAGES - 1], named, people.astype(np.uint32), everyone, keys)
    return keys


@on_both
def test_face_check(engine: Engine) -> None:
    """Catches a face check before the draw, of another share, or in a wave that has none."""
    first, second, third = awarded(engine).waves
    assert first.drawn == first.awarded == third.awarded == PEOPLE[engine] // 12 == second.drawn
    assert is_share(second.drawn - second.awarded, second.drawn, 0.3)
    assert not is_share(second.drawn - second.awarded, second.drawn, 0.3 * {"person": 2.5, "cohort": 1.25}[engine])


@on_both
def test_revocations(engine: Engine) -> None:
    """Catches a deadline that comes early or late: who buys is a share times the law of the delay until then."""
    own = awarded(engine).participants
    revoked = own["revoked"] < NEVER

    def expected(days: float) -> float:
        return float(1 - 0.8 * stats.expon(scale=10).cdf(days))

    assert is_share(revoked.sum(), own.rows, expected(20))
    assert not is_share(revoked.sum(), own.rows, expected(20 / WRONG[engine] ** 4))
    delays = (own["bought_1"] - awarded(engine).people["awarded"][own["person"]])[~revoked] / DAY
    assert follows(delays, stats.truncexpon(2, scale=10))


@on_both
def test_purchases_and_training(engine: Engine) -> None:
    """Catches an appetite that grows or tires, a price of another law, or a share who complete or review."""
    own = awarded(engine).participants
    bought = [own[f"bought_{k}"] < NEVER for k in (1, 2, 3, 4)]
    found = [np.count_nonzero(before & ~after) for before, after in zip(bought, [*bought[1:], ~bought[3]], strict=True)]
    found[-1] = np.count_nonzero(bought[3])

    def of_appetite(more: float) -> list[float]:
        return [1 - more, more * (1 - more), more**2 * (1 - more), more**3]

    assert fits(found, of_appetite(0.5))
    assert not fits(found, of_appetite(0.5 / WRONG[engine]))
    prices = own["price_1"][bought[0]]
    drawn = np.sqrt((prices + 0.5 - 10_000) / 90_000)  # whole rupiah of least + (most - least) · u²
    assert follows(drawn, stats.uniform(0, 1))
    completed = own["completed_1"] < NEVER
    assert is_share(completed.sum(), bought[0].sum(), 0.75)
    assert is_share(np.count_nonzero(own["reviewed"] < NEVER), completed.sum(), 0.8)
    review = (own["reviewed"] - own["certified"])[own["reviewed"] < NEVER] / DAY
    assert follows(review, stats.expon(scale=2))
    failed = np.count_nonzero(own["linked"] > own["link_tried"])
    assert is_share(failed, np.count_nonzero(own["link_tried"] < NEVER), 0.2)


@on_both
def test_attempts_to_pay_are_geometric(engine: Engine) -> None:
    """Catches attempts whose failures depend on one another, or of another share, for incentives and surveys alike."""
    own = awarded(engine).participants
    for names in (("incentive_1", "incentive_2"), ("survey_1", "survey_2")):
        attempts = np.concatenate([own[f"{name}_attempts"] for name in names])
        found = np.bincount(attempts[attempts > 0], minlength=12)[1:12]
        assert fits(found, stats.geom(0.7).pmf(np.arange(1, 12)))
        assert not fits(found, stats.geom(0.7 / WRONG[engine]).pmf(np.arange(1, 12)))


@on_both
def test_lags_in_working_days(engine: Engine) -> None:
    """Catches a lag drawn once for all of a person's payments, or of other shares than 3, 4 and 5 working days."""
    made = awarded(engine)
    own, until = made.participants, made.programme.calendar.until
    lags = []
    for name in ("incentive_1", "incentive_2"):
        due, ready = own[f"{name}_due"], own[f"{name}_ready"]
        known = ready < NEVER
        at, since = (np.where(known, stamps, 0) // DAY for stamps in (ready, due))
        lags.append(np.where(known, until[at] - until[since], -1))
        found = np.bincount(lags[-1][known], minlength=6)
        assert found[:3].sum() == 0
        assert fits(found[3:], list(LAGS.values()))
        more = LAGS[3] * WRONG[engine]
        assert not fits(found[3:], [more, (1 - more) / 2, (1 - more) / 2])
    both = (lags[0] >= 0) & (lags[1] >= 0)
    found = np.bincount(3 * (lags[0][both] - 3) + lags[1][both] - 3, minlength=9)
    assert fits(found, np.outer(list(LAGS.values()), list(LAGS.values())).ravel())


@on_both
def test_answers_to_surveys(engine: Engine) -> None:
    """Catches surveys answered by another share, after another delay, or by the same people each time."""
    own = awarded(engine).participants
    answered = {name: own[f"{name}_answered"] for name in ("survey_1", "survey_2")}
    offered = own["survey_2_offered"] < NEVER
    assert np.all(answered["survey_1"][offered] >= 0)
    found = np.bincount(2 * answered["survey_1"][offered] + answered["survey_2"][offered], minlength=4)
    assert fits(found, [0.16, 0.24, 0.24, 0.36])
    assert not fits(found, np.outer(*[[1 - 0.6 / WRONG[engine], 0.6 / WRONG[engine]]] * 2).ravel())
    for name, answers in answered.items():
        delay = (own[f"{name}_due"] - own[f"{name}_offered"])[answers == 1] / DAY
        assert follows(delay, stats.expon(scale=3))
        assert not follows(delay * WRONG[engine] ** 2, stats.expon(scale=3))


@on_both
def test_traits_and_partners(engine: Engine) -> None:
    """Catches a trait drawn with another share, and a payment partner that is chosen more often than its share."""
    made = awarded(engine)
    for which, share in ((Trait.WOMAN, 0.45), (Trait.LISTED_WORKER, 0.4), (Trait.DISABILITY, 0.1)):
        assert is_share(has(made, which).sum(), made.people.rows, share)
        assert not is_share(has(made, which).sum(), made.people.rows, share * WRONG[engine])
    provinces = [province.weight for province in made.programme.parameters.population.provinces.values()]
    found = np.bincount(trait(made.traits, Trait.PROVINCE), minlength=len(provinces))
    assert fits(found, np.array(provinces) / sum(provinces))
    e_money = has(made, Trait.E_MONEY)[made.participants["person"]]
    partner = made.participants["partner"][e_money]
    # DANA has not joined yet when these waves are announced.
    assert fits(np.bincount(partner, minlength=5)[1:4], np.array([0.35, 0.30, 0.20]) / 0.85)
    assert not np.any(partner == 4)
    assert np.all(made.participants["partner"][~e_money] == 0)
