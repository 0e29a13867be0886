"""Shadow prices: what a tenth more of one thing would give, each group of stations and the places in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.experiments.comparing.variants import Config, Variant, variant
from sim.experiments.worlds import has, path_of, value_at
from sim.journey.measures import PARTNERS_GROUP, PLACES, PROVIDERS
from sim.journey.route import CERTIFICATES, CHECKOUT
from sim.parameters import Parameters
from sim.parameters.capacity import BROKEN
from sim.results.comparison import Compared

MORE = 1.1
"""Times the capacity."""

OF_THE_MARKET = {
    CHECKOUT: ("market.checkout_capacity",),
    CERTIFICATES: ("market.certificates",),
    PROVIDERS.name: ("market.seats", "market.instructors"),
}
"""The levers of the groups of the market."""


def variants_of_shadow_prices(compared: Compared) -> list[Variant]:
    """Return the scenario with a tenth more of each group of stations that has a limit, and of the places."""
    found = []
    for name, words, factors in _levers(compared.parameters, compared.config):
        if factors:
            found.append(variant(compared.name, name, words, compared.config, factors))
    return [each for each in found if each.config != compared.config]  # a tenth more of few servers is no more


def without_limit(compared: Compared) -> list[str]:
    """Return the names of the groups that are plenty: a tenth more of them is nothing."""
    return [name for name, _, factors in _levers(compared.parameters, compared.config) if not factors]


def _levers(parameters: Parameters, config: Config) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    """Yield name, words and what is multiplied, of each group that bottlenecks are told by."""
    groups: dict[str, tuple[str, dict[str, float]]] = {}
    for station in parameters.journey.route:
        label, factors = groups.setdefault(station.grouped.name, (station.grouped.label, {}))
        blocks = (station.config, station.retry.config) if station.retries else (station.config,)
        factors.update({key: MORE for block in blocks for key in _capacities(config, block)})
    for name, (label, factors) in groups.items():
        yield name, f"{label}: 10 % faster", factors
    if parameters.market is not None:
        issues = any(
            _capacities(config, f"market.platforms.{each}.certificates") for each in parameters.market.platforms
        )
        limits = {CHECKOUT: True, CERTIFICATES: issues, PROVIDERS.name: True}
        words = {CHECKOUT: "Checkout: 10 % faster", CERTIFICATES: "Certificates: 10 % more a day",
                 PROVIDERS.name: f"{PROVIDERS.label}: 10 % more live seats"}  # fmt: skip
        for name, keys in OF_THE_MARKET.items():
            yield name, words[name], dict.fromkeys(keys, MORE) if limits[name] else {}
    capped = any(_capacities(config, f"payment.partners.{each}") for each in parameters.payment.partners)
    yield PARTNERS_GROUP.name, f"{PARTNERS_GROUP.label}: 10 % more a day", {"payment.capacity": MORE} if capped else {}
    yield PLACES.name, f"{PLACES.label}: 10 % more", dict.fromkeys(_places(parameters), MORE)


def _capacities(config: Config, block: str) -> list[str]:
    """Return the keys of a block that say how much it takes, its steps included; none where it is plenty."""
    return [key for key in _keys(block, config) if _is_number(value_at(config, path_of(key)))]


def _keys(block: str, config: Config) -> Iterator[str]:
    for field in (*BROKEN, "servers"):
        if has(config, path_of(f"{block}.{field}")):
            yield f"{block}.{field}"
        steps = value_at(config, path_of(f"{block}.steps")) if has(config, path_of(f"{block}.steps")) else None
        for k, step in enumerate(steps or []):
            if field in step:
                yield f"{block}.steps[{k}].{field}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _places(parameters: Parameters) -> list[str]:
    """Return the keys that say how many places there are."""
    waves = parameters.waves
    if waves.rule is None:
        return [f"waves.calendar.{name}.places" for name in waves.calendar or {}]
    return ["waves.rule.quota_share" if waves.rule.places is None else "waves.rule.places"]
