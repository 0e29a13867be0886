"""Why a scenario differs from the reference: each of its differences alone, added to the reference.

The effect of each alone is a run of the reference with that difference; the rest of the whole difference is their
interaction. So k differences take k runs in each replication, and one difference takes none: it is the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.experiments.comparing.variants import Variant, with_values_of
from sim.parameters import problems, validate
from sim.parameters.differences import differences
from sim.parameters.sayings import CAPACITY, LEVER, OUTAGES, sayings
from sim.results.comparison import Compared

WHOLE_PARTS = ("waves", "joining", "budget", "clock", "demand")
"""Parts of the programme that are one decision each: whatever differs in one of them is one difference."""

MOST = 8
"""Differences that are tried one by one: more are told as one."""


@dataclass(frozen=True)
class Cause:
    """Something in which a scenario differs from the reference."""

    name: str
    words: str
    paths: tuple[str, ...]


def causes_of(reference: Compared, other: Compared) -> list[Cause]:
    """Return in what a scenario differs from the reference, each valid alone.

    One that is no valid programme alone is joined to one that it needs, which its words say.
    """
    base, here = reference.parameters, other.parameters
    found: dict[str, list[str]] = {}
    told = differences(base, here)
    for one in told:
        found.setdefault(_thing(one.path), []).append(one.path)
    causes = []
    for name, paths in found.items():
        some = sayings([one for one in told if one.path in paths], base, here)
        causes.append(Cause(name, "; ".join(saying.words for saying in some), tuple(paths)))
    causes = _valid(causes, reference.config, other.config)
    return causes if len(causes) <= MOST else [_together(causes)]


def variants_of_causes(reference: Compared, other: Compared) -> list[Variant]:
    """Return the reference with each difference of another scenario alone; the other itself where there is one."""
    causes = causes_of(reference, other)
    if len(causes) == 1:
        one = causes[0]
        return [Variant(other.name, one.name, one.words, other.config, other.parameters, taken=one.paths)]
    return [_variant(each, reference, other) for each in causes]


def _variant(cause: Cause, reference: Compared, other: Compared) -> Variant:
    config = with_values_of(reference.config, other.config, cause.paths)
    return Variant(other.name, cause.name, cause.words, config, validate(config), taken=cause.paths)


def _thing(path: str) -> str:
    """Return what a key belongs to: a part that is one decision, a block of alike things, or what takes how much."""
    part, *rest = path.split(".")
    if part in WHOLE_PARTS or not rest:
        return part
    if len(rest) > 1 and rest[0] in ("partners", "platforms", "catalogue", "shares"):
        return f"{part}.{rest[0]}"
    if rest[-1] in (*CAPACITY, OUTAGES, LEVER):
        return path.rpartition(".")[0]
    return path


def _valid(causes: list[Cause], reference: dict[str, Any], other: dict[str, Any]) -> list[Cause]:
    """Join what is no valid programme alone to the first other with which it is one, or to all others."""

    def wrong(cause: Cause) -> bool:
        return bool(problems(with_values_of(reference, other, cause.paths)))

    left = list(causes)
    while len(left) > 1:
        alone = next((each for each in left if wrong(each)), None)
        if alone is None:
            break
        pairs = [_together([alone, each]) for each in left if each is not alone]
        joined = next((pair for pair in pairs if not wrong(pair)), None)
        if joined is None:
            return [_together(left)]
        left = [each for each in left if not set(each.paths) <= set(joined.paths)] + [joined]
    return left


def _together(causes: list[Cause]) -> Cause:
    words = " together with ".join(each.words for each in causes)
    return Cause("+".join(each.name for each in causes), words, tuple(path for each in causes for path in each.paths))
