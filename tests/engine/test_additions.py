"""What is added to the programme moves nobody's luck, and no stamp but those that are its own."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import NEVER, instant
from sim.journey.route import ROUTE
from sim.rules.people import Trait, trait
from sim.rules.registering import register_everyone
from tests.building import (
    NO_FIGURES,
    SMALL,
    THOUSANDS,
    UNLIMITED,
    Engine,
    Run,
    law,
    on_both,
    parameters,
    programme,
    run_on,
)
from tests.engine.everyone import before, everyone, moved
from tests.journey.routes import BLOCKS, Further, further, on_route, route_with

SCALE = {"person": SMALL, "cohort": THOUSANDS}
"""1,600 people a process each, and 8,000 moved by kernels."""

CROWDED: dict[str, Any] = {
    "clock.end": "2021-10-01T00:00",
    "processing.patience": law("exponential", 100, "hours"),
    "processing.rate": 1_500_000,
    "processing.email.rate": 1_300_000,
    "processing.email.passes": 0.742,
    "processing.email.retry.rate": 100_000,
    "processing.email.retry.share": 0.9,
    "processing.registry.rate": 1_000_000,
    "processing.registry.passes": 0.744,
    "processing.registry.retry.rate": 100_000,
    "processing.registry.retry.share": 0.9,
    "processing.third_layer.rate": 800_000,
    "processing.third_layer.passes": 0.8,
    "processing.third_layer.retry.rate": 30_000,
    "processing.third_layer.retry.share": 0.9,
    "processing.third_layer.retry.attempts": 3,
    "processing.screening.servers": 40_000,
    "processing.screening.service": law("lognormal", 10, "hours", 0.1, 1),
}
"""Queues at every station of the processing, in which some give up: there, luck of patience and service shows."""

UNLUCKY: dict[str, Any] = UNLIMITED | {
    "account.fails": 0.3,
    "payment.fails": 0.3,
    "payment.repair": law("exponential", 3, "days"),
    "payment.survey.answers": 0.7,
    "joining.patience_waves": 3,
}
"""Plenty of everything, so that nobody waits for another; all that luck decides of payments goes wrong at times."""


@cache
def crowded(engine: Engine) -> Run:
    """Return the run to which stations are added."""
    return run_on(engine, SCALE[engine], changes=CROWDED, model=Further, blocks=BLOCKS)


@cache
def unlucky(engine: Engine) -> Run:
    """Return the run to which payments and partners are added."""
    return run_on(engine, SCALE[engine], changes=UNLUCKY)


@on_both
def test_there_is_luck_at_every_station_that_could_move(engine: Engine) -> None:
    """Catches additions tried where nobody is patient, tries again or is served by drawn services."""
    people = crowded(engine).people
    gave_up = np.bincount(people["gave_up_at"][people["gave_up_at"] >= 0], minlength=9)
    stations = dict(zip(crowded(engine).programme.journey.names, gave_up.tolist(), strict=True))
    least = 5 if engine == "person" else 25
    assert all(number >= least for name, number in stations.items() if name != "portal"), stations
    for check in ("email", "registry", "third_layer"):
        assert np.count_nonzero(people[f"{check}_tries"] == 3) >= least


STATIONS = [
    *(("", position) for position in range(len(ROUTE) + 1)),
    *(("_check", position) for position in (0, 2, 4, len(ROUTE))),
    *(("_again", position) for position in (1, 5)),
]
"""A station everywhere, a check that everyone passes, and one with a station of retries to which nobody comes.

The cohort engine has some of them: tests of equality hold it against the other, with a station at every place."""


@pytest.mark.parametrize(
    ("engine", "variant", "position"),
    [*(("person", *each) for each in STATIONS), *(("cohort", *each) for each in STATIONS[::3])],
)
def test_a_plenty_station_moves_nobody(engine: Engine, variant: str, position: int) -> None:
    """Catches luck that hangs on a place in the route: an idle station, or a check that all pass, anywhere on it."""
    station = further("queue", variant, patient=False)
    changes = CROWDED | {"further.patience": law("exponential", 1, "hours")}
    if variant:
        changes[f"further.queue{variant}.passes"] = 1.0
    model = on_route(route_with(station, position))
    base, other = crowded(engine), run_on(engine, SCALE[engine], changes=changes, model=model, blocks=BLOCKS)
    one, added = everyone(base), everyone(other)
    assert moved(one, added) == {}
    assert all(name.startswith("queue") for name in added.keys() - one.keys())
    assert (other.waves, other.runs, other.end) == (base.waves, base.runs, base.end)
    assert [day[2:] for day in other.days] == [day[2:] for day in base.days]
    assert np.count_nonzero(added[f"queue{variant}_left"] < NEVER) > 400  # and people did come by
    if position == 0:
        assert np.array_equal(added[f"queue{variant}_arrived"], one["portal_arrived"])


@pytest.mark.parametrize("incentives", [3, 5])
@on_both
def test_an_incentive_more_or_less_moves_no_other_payment(engine: Engine, incentives: int) -> None:
    """Catches surveys numbered behind the incentives: three in place of four moved the payment of first surveys."""
    base, other = unlucky(engine), run_on(engine, SCALE[engine], changes=UNLUCKY | {"budget.incentives": incentives})
    one, added = everyone(base), everyone(other)
    assert moved(one, added) == {}
    assert all(name.startswith(("incentive_4", "incentive_5")) for name in added.keys() ^ one.keys())
    last = (one if incentives < 4 else added)[f"incentive_{max(incentives, 4)}_paid"]
    assert np.count_nonzero(last < NEVER) > 50
    assert np.count_nonzero(one["survey_1_attempts"] > 1) > 30  # luck of surveys is at work


@on_both
def test_a_survey_more_moves_no_other_payment(engine: Engine) -> None:
    """Catches a survey that takes another's luck of answering, lag or failure, or that delays an incentive."""
    changes = UNLUCKY | {"payment.survey_days": [30, 90, 150, 160]}
    one, added = everyone(unlucky(engine)), everyone(run_on(engine, SCALE[engine], changes=changes))
    assert moved(one, added) == {}
    assert all(name.startswith("survey_4") for name in added.keys() - one.keys())
    assert np.count_nonzero(added["survey_4_paid"] < NEVER) > 50
    assert len(np.unique(added["survey_4_answered"])) == 3  # answered, not answered, not offered


@pytest.mark.parametrize("at", [0, 3, 5])
@on_both
def test_a_partner_that_nobody_chooses_moves_nobody(engine: Engine, at: int) -> None:
    """Catches a choice or a queue that hangs on a partner's place in the list."""
    config = parameters(SMALL, changes=UNLUCKY).model_dump(by_alias=True, mode="json")["payment"]["partners"]
    partners = list(config.items())
    partners.insert(at, ("nobody", partners[1][1] | {"share": 0.0, "name": "Nobody's"}))
    changes = {key: value for key, value in UNLUCKY.items() if not key.startswith("payment.partners")}
    other = run_on(engine, SCALE[engine], changes=changes | {"payment.partners": dict(partners)})
    assert [partner.key for partner in other.programme.partners] == [key for key, _ in partners]
    one, added = everyone(unlucky(engine)), everyone(other)
    assert moved(one, added) == {}
    assert one.keys() == added.keys()
    assert set(one["partner"]) == {*config, None}
    numbers = [number for number, (key, _) in enumerate(partners) if key != "nobody"]
    of_others = [(numbers.index(run.partner), run.at, run.paid, run.failed) for run in other.runs if run.partner != at]
    assert of_others == [(run.partner, run.at, run.paid, run.failed) for run in unlucky(engine).runs]


W23 = {
    "open": "2021-11-15T12:00", "close": "2021-11-19T23:59", "announced": "2021-11-24T12:00", "places": 500_000,
    "face_check_fails": 0,
}  # fmt: skip


@on_both
def test_a_wave_at_the_end_moves_nothing_before_it_opens(engine: Engine) -> None:
    """Catches a wave that changes whom earlier ones draw, or when people join them; places are scarce, as in history.

    Without a surge, which would move registrations: demand around an opening is that of its published points.
    """
    changes = {"demand.surge": {"hours": 24, "factor": 1.0}}
    calendar = parameters(SMALL).model_dump(by_alias=True, mode="json")["waves"]["calendar"]
    base, other = (
        run_on(engine, SCALE[engine], changes=changes | more)
        for more in ({}, {"waves.calendar": calendar | {"w23": W23}})
    )
    opens = instant(other.programme.parameters.waves.calendar["w23"].open)  # type: ignore[index]
    one, added = everyone(base), everyone(other)
    stamps = [name for name in (*base.people.stamps, *base.participants.stamps) if name != "last_joined"]
    assert moved(before(one, stamps, opens), before(added, stamps, opens)) == {}
    joined = added["last_joined"] >= opens
    assert np.count_nonzero(joined) > 20
    assert np.count_nonzero(added["awarded"] >= opens) > 5
    # Who did not join it has lost nothing to it; only the payment queues are shared with those who won.
    shared = [name for name in one if name.startswith(("incentive", "survey"))]
    rest = [{name: column[~joined] for name, column in each.items()} for each in (one, added)]
    assert moved(*rest, shared) == {}
    assert other.waves[:22] == base.waves


@on_both
def test_a_wave_before_all_others_that_nobody_joins_moves_nobody(engine: Engine) -> None:
    """Catches luck of a wave that hangs on its number: it opens and closes before anyone is in the pool."""
    first = {"open": "2020-04-11T00:00", "close": "2020-04-11T01:00", "announced": "2020-04-11T02:00",
             "places": 0, "face_check_fails": 0}  # fmt: skip
    config = parameters(SMALL).model_dump(by_alias=True, mode="json")
    later = {
        "waves.calendar": {"w00": first} | config["waves"]["calendar"],
        "purchase.waves": [config["purchase"]["waves"][0]]
        + [step | {"from_wave": step["from_wave"] + 1} for step in config["purchase"]["waves"][1:]],
        "budget.tranches": {
            name: tranche | {"first_wave": tranche["first_wave"] + (tranche["first_wave"] > 1)}
            for name, tranche in config["budget"]["tranches"].items()
        },
        "training.pace": [config["training"]["pace"][0]]
        + [step | {"from_wave": step["from_wave"] + 1} for step in config["training"]["pace"][1:]],
        "training.completion": [config["training"]["completion"][0]]
        + [step | {"from_wave": step["from_wave"] + 1} for step in config["training"]["completion"][1:]],
    }
    changes = {"demand.surge": {"hours": 24, "factor": 1.0}, **NO_FIGURES}
    base, other = (run_on(engine, SCALE[engine], changes=changes | more) for more in ({}, later))
    assert other.waves[0].joined == 0
    one, added = everyone(base), everyone(other)
    for name in ("first_wave", "last_wave", "wave"):
        number = np.asarray(added[name], dtype=float)
        added[name] = np.where(number > 0, number - 1, number).astype(one[name].dtype)
    assert moved(one, added) == {}
    assert np.count_nonzero(one["awarded"] < NEVER) > 200


def test_a_province_that_overtakes_another_moves_few_people() -> None:
    """Catches a province drawn by its rank: at the limits of its share alone may people change theirs."""
    weights = {name: province.weight for name, province in parameters(SMALL).population.provinces.items()}
    by_weight = sorted(weights, key=lambda name: weights[name])
    closest = min(pairwise(by_weight), key=lambda two: weights[two[1]] / max(weights[two[0]], 1e-9))
    raised = weights[closest[1]] * 1.0001
    share = (raised - weights[closest[0]]) / sum(weights.values())
    compiled = [
        programme(SMALL, changes={} if weight is None else {f"population.provinces.{closest[0]}.weight": weight})
        for weight in (None, raised)
    ]
    lives = [
        trait(register_everyone(each.key, each.curve, 80_000, each.population, each.provinces)[1], Trait.PROVINCE)
        for each in compiled
    ]
    assert np.count_nonzero(lives[0] != lives[1]) <= 80_000 * len(weights) * share + 10
