"""The outages of stations, platforms and partners: which there are, and the same parameters without some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sim.parameters.block import Block
from sim.parameters.parameters import Parameters
from sim.parameters.problems import BadInput, Problem, joined
from sim.parameters.steps import Outage

Outages = dict[str, tuple[Outage, ...]]
"""The outages by the path of the block that has them, in the order of time; no block without any."""


def outages_of(parameters: Parameters) -> Outages:
    """Return all outages."""
    return {path: tuple(sorted(some, key=lambda one: one.since)) for path, some in _outages(parameters, "") if some}


def _outages(value: Any, path: str) -> Iterator[tuple[str, tuple[Outage, ...]]]:
    if isinstance(value, Block):
        for name in type(value).model_fields:
            if name == "outages":
                yield path, value.outages  # type: ignore[attr-defined]
            else:
                yield from _outages(getattr(value, name), joined(path, name))
    elif isinstance(value, Mapping):
        for name, inside in value.items():
            yield from _outages(inside, joined(path, str(name)))


def left_out(parameters: Parameters, base: Parameters) -> Outages:
    """Return the outages that a run is compared without: those that the base does not have, or else all.

    What the base has happened anyway: were it left out too, its traces would be counted as those of the outages that
    are asked about. Raises BadInput where there is no outage.
    """
    there, in_base = outages_of(parameters), outages_of(base)
    asked = {path: tuple(one for one in some if one not in in_base.get(path, ())) for path, some in there.items()}
    found = {path: some for path, some in asked.items() if some} or there
    if not found:
        do = "Add one, such as payment.partners.ovo.outages='[{from: 2020-11-01, until: 2020-11-11}]', or leave it out."
        raise BadInput([Problem("run.without_outages", True, "has no outage to leave out", do)])
    return found


def closes_partners(path: str) -> bool:
    """Return whether outages at a path close a payment partner, and hold up nobody at a station."""
    return path.startswith("payment.partners.")


def without(parameters: Parameters, outages: Outages) -> Parameters:
    """Return the parameters without some of their outages.

    A platform without a cap that has outages issues certificates once a working day, and at once where it has none. So
    that the two runs differ by the outage alone, it keeps one that is over when the run begins.
    """
    made: Parameters = _without(parameters, outages, "")
    if made.market is None:
        return made
    begins = parameters.clock.start
    over = (Outage.model_validate({"from": begins - timedelta(days=1), "until": begins}),)
    platforms = dict(made.market.platforms)
    for key, platform in platforms.items():
        certificates = platform.certificates
        uncapped = certificates.cap is None and not certificates.steps and not certificates.outages
        if uncapped and f"market.platforms.{key}.certificates" in outages:
            kept = certificates.model_copy(update={"outages": over})
            platforms[key] = platform.model_copy(update={"certificates": kept})
    return made.model_copy(update={"market": made.market.model_copy(update={"platforms": platforms})})


def _without(value: Any, gone: Outages, path: str) -> Any:
    """Return a value without outages; itself where it has none of them."""
    if isinstance(value, Mapping):
        parts = {name: _without(inside, gone, joined(path, str(name))) for name, inside in value.items()}
        return value if all(parts[name] is inside for name, inside in value.items()) else parts
    if not isinstance(value, Block):
        return value
    changed = {}
    for name in type(value).model_fields:
        before = getattr(value, name)
        if name == "outages" and path in gone:
            changed[name] = tuple(one for one in before if one not in gone[path])
        elif (after := _without(before, gone, joined(path, name))) is not before:
            changed[name] = after
    return value.model_copy(update=changed) if changed else value
