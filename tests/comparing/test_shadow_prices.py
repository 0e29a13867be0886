"""Shadow prices: a tenth more of each thing is really a tenth more, in every scenario that is shipped."""

from __future__ import annotations

from functools import cache

import pytest

from sim.calendar.instants import DAY
from sim.composition.compose import composition
from sim.composition.named import named_as
from sim.composition.scenario import names
from sim.experiments.comparing.shadow_prices import variants_of_shadow_prices, without_limit
from sim.experiments.comparing.variants import Variant
from sim.experiments.worlds import World
from sim.parameters import Parameters, block_at
from sim.parameters.capacity import times
from sim.programme.compiling import compile_programme
from sim.report.comparing.why import shadow_lines
from sim.results.compared_values import Paired
from sim.results.comparison import Compared, Comparison, Replicated
from sim.results.figure import Figure
from sim.results.meaning import groups_of
from sim.results.outcome import Outcome
from sim.results.table import Table
from sim.results.tables.comparing.bottlenecks import COLUMNS as OF_BOTTLENECKS
from sim.results.tables.comparing.shadow_prices import shadow_prices
from sim.results.tried import Tried

A_YEAR = 365 * DAY


@cache
def compared(*words: str) -> Compared:
    """Return a scenario."""
    found = composition(words)
    name = found.parameters.scenario.name
    return Compared(name, name, "", found.config, found.parameters, named_as(found), {})


def capacities(parameters: Parameters, group: str) -> list[float]:
    """Return how much each member of a group takes, its levers and steps included; of places, how many there are."""
    if group == "places":
        rule = parameters.waves.rule
        if rule is not None:
            return [float(rule.places or rule.quota_share)]
        return [float(wave.places) for wave in (parameters.waves.calendar or {}).values()]
    if group == "payment_partners":
        return [(each.cap or 0) * parameters.payment.capacity for each in parameters.payment.partners.values()]
    market = parameters.market
    if market is not None and group in ("checkout", "certificates", "providers"):
        if group == "providers":
            return [market.seats, market.instructors]
        lever = {"checkout": market.checkout_capacity, "certificates": market.certificates}[group]
        blocks = [times(getattr(platform, group), lever) for platform in market.platforms.values()]
    else:
        journey = parameters.journey
        stations = [each for each in journey.route if each.grouped.name == group]
        stations += [each.retry for each in stations if each.retries]
        blocks = [
            times(block_at(parameters, each.config), getattr(block_at(parameters, each.lever), "capacity", 1.0))
            for each in stations
        ]
    parts = [part for block in blocks for part in (block, *getattr(block, "steps", ()))]
    found = [getattr(part, key, None) for part in parts for key in ("rate", "servers", "cap")]
    return [float(each) for each in found if each is not None]


@pytest.mark.parametrize("name", names())
def test_every_group_of_every_scenario_is_a_tenth_faster(name: str) -> None:
    """Catches a group that is forgotten, a step or a retry that stays as it was, and another group that moves."""
    scenario = compared(f"scenario={name}")
    before = repr(scenario.config)
    variants = {each.name: each for each in variants_of_shadow_prices(scenario)}
    of_the_market = set() if scenario.parameters.market else {"providers", "checkout", "certificates"}
    groups = set(groups_of(scenario.parameters)) - of_the_market
    assert set(variants) | set(without_limit(scenario)) == groups
    for raised, each in variants.items():
        for group in groups:
            own, here = capacities(scenario.parameters, group), capacities(each.parameters, group)
            assert here == pytest.approx([value * (1.1 if group == raised else 1) for value in own], rel=1e-5)
            assert own or group not in variants
    assert all(not capacities(scenario.parameters, group) for group in without_limit(scenario))
    assert repr(scenario.config) == before


def of(name: str, *words: str) -> Variant:
    """Return a variant of history."""
    return next(each for each in variants_of_shadow_prices(compared(*words)) if each.name == name)


def test_the_compiled_stations_are_a_tenth_faster() -> None:
    """Catches a number that the parameters have and the kernels do not read: measured on the compiled schedules."""
    words = ("scenario=rate_step",)
    plain = compile_programme(compared(*words).parameters)
    for name in ("portal", "processing", "registry", "third_layer", "screening", "checkout"):
        faster = compile_programme(of(name, *words).parameters)
        for station, own in plain.stations.items():
            here = faster.stations[station]
            if own is None or here is None:
                assert own is here
                continue
            factor = 1.1 if station in (name, f"{name}_retry") else 1.0
            takes = [plan.offered(A_YEAR) for plan in (own, here)]
            if takes != [None, None]:  # of certificates it is not known beforehand
                assert takes[1] == pytest.approx(factor * (takes[0] or 0), rel=1e-4)


def test_a_world_is_a_tenth_faster_too() -> None:
    """Catches a world that sets the rate to what it was: 10 % of that of the world."""
    registry = of("registry")
    own = World(2, {"processing.registry.rate": 8e6, "processing.registry.retry.rate": 8e6, "portal.rate": 9e4})
    assert registry.world(own, own).values == pytest.approx(
        {"processing.registry.rate": 8.8e6, "processing.registry.retry.rate": 8.8e6, "portal.rate": 9e4}
    )
    servers = World(2, {"processing.screening.servers": 250})
    assert of("screening").world(servers, servers).values == {"processing.screening.servers": 275}


def table(better: dict[str, list[float]], figure: str = "processing.weeks_to_clear") -> Table:
    """Return the shadow prices of history in two replications, where the payment partners are the bottleneck."""

    def runs(values: list[float]) -> dict[int, Outcome]:
        return {k: Outcome({figure: Figure(value, "weeks")}, {}) for k, value in enumerate(values, 1)}

    side = Replicated(compared(), runs([100.0, 200.0]))
    paired = Paired(Comparison(None, (side,), 0, True, (figure,), 1))
    rows = [
        ("history", rank, group, "", share, None, None, first, 2)
        for rank, group, share, first in ((1, "payment_partners", 0.9, 2), (2, "portal", 0.1, 0))
    ]
    ranked = Table("bottlenecks", OF_BOTTLENECKS, [dict(zip(OF_BOTTLENECKS, row, strict=True)) for row in rows])
    tried = [Tried("history", name, f"{name}: 10 % faster", runs(values)) for name, values in better.items()]
    return shadow_prices(paired, tried, ranked)


def said(found: Table, *figures: str) -> str:
    """Return what the answer says of shadow prices as one line."""
    return " ".join(" ".join(shadow_lines(found, figures)).split())


def test_effects_are_ranked_by_what_they_better() -> None:
    """Catches a rank by size that puts what makes it worse first: fewer weeks are better."""
    found = table({"portal": [90.0, 180.0], "registry": [150.0, 260.0], "payment_partners": [99.0, 199.0]})
    assert [(row["rank"], row["lever"], row["effect"], row["bottleneck_rank"]) for row in found.rows] == [
        (1, "portal", -15.0, 2),
        (2, "payment_partners", -1.0, 1),
        (3, "registry", 55.0, None),
    ]
    assert found.rows[0]["low_95"] < -15 < found.rows[0]["high_95"]


def test_where_bottleneck_and_shadow_price_differ_it_is_said() -> None:
    """Catches an answer that sends the money to where people wait although that betters nothing."""
    figure = "processing.weeks_to_clear"
    told = said(table({"portal": [90.0, 190.0], "payment_partners": [99.0, 199.0]}), figure)
    assert told.startswith("history, Weeks until all are processed: portal: 10 % faster helps most: -10.0 weeks.")
    assert "Most days are waited elsewhere, payment_partners: a tenth more there gives -1.00 weeks." in told
    assert "Most days" not in said(table({"portal": [99.0, 199.0], "payment_partners": [90.0, 190.0]}), figure)
    assert "does not better" in said(table({"portal": [100.0, 200.0], "payment_partners": [100.0, 200.0]}), figure)
    interval = said(table({"portal": [90.0, 189.9], "payment_partners": [99.0, 199.0]}), figure)
    assert "helps most: -10.0 weeks, 95 % interval from -10.7 to -9.4 weeks." in interval


def test_where_nothing_moves_the_first_figure_the_next_one_is_told() -> None:
    """Catches an answer that ends at weeks that no tenth more could move, although people wait less."""
    first, second = "processing.weeks_to_clear", "processing.peak_backlog"
    moved = table({"portal": [90.0, 190.0], "payment_partners": [100.0, 200.0]}, second)
    both = Table("shadow_prices", moved.columns, [*table({"portal": [100.0, 200.0]}).rows, *moved.rows])
    told = said(both, first, second)
    assert told.startswith("history: a tenth more of any one thing does not better Weeks until all are processed by")
    assert "history, Peak backlog of processing: portal: 10 % faster helps most: -10" in told
    assert "a tenth more there gives nothing that can be told of Peak backlog of processing (0" in told
    assert "nor Peak backlog of processing" in said(
        Table("shadow_prices", moved.columns, [*table({"portal": [100.0, 200.0]}).rows, moved.rows[-1]]), first, second
    )


def test_an_effect_that_cannot_be_told_from_none_helps_nothing() -> None:
    """Catches -0.000005 weeks told as what helps most, and a large effect of which two worlds do not say the sign."""
    figure = "processing.weeks_to_clear"
    tiny, unsure = {"portal": [99.999995, 199.999995]}, {"portal": [99.0, 170.0]}
    for effects in (tiny, unsure, tiny | {"registry": [101.0, 201.0]}):
        found = table(effects)
        assert not any(row["differs"] for row in found.rows if row["lever"] == "portal")
        told = said(found, figure)
        assert "helps most" not in told
        assert "does not better" in told
