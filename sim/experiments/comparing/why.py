"""The runs that say why: variants of the scenarios of a design, in the same worlds with the same luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.experiments.comparing.causes import variants_of_causes
from sim.experiments.comparing.design import Design
from sim.experiments.comparing.shadow_prices import variants_of_shadow_prices
from sim.experiments.comparing.variants import Variant
from sim.experiments.worlds import World
from sim.results.comparison import Compared
from sim.results.outcome import Outcome
from sim.results.tried import Tried


def causes(design: Design) -> list[Variant]:
    """Return every difference of every scenario alone, added to the reference."""
    reference = design.scenarios[design.reference]
    others = [each for each in design.scenarios if each is not reference]
    return [variant for other in others for variant in variants_of_causes(reference, other)]


def shadow_prices(design: Design) -> list[Variant]:
    """Return every scenario with a tenth more of each thing in turn."""
    return [variant for each in design.scenarios for variant in variants_of_shadow_prices(each)]


def more_runs(design: Design, variants: Sequence[Variant]) -> int:
    """Return how many runs variants take beside those of the design: a single difference is the scenario itself."""
    configs = [each.config for each in design.scenarios]
    return sum(each.config not in configs for each in variants) * design.most


def runs(
    design: Design, variants: Sequence[Variant], replications: Sequence[int]
) -> Iterator[tuple[Variant, Compared, World]]:
    """Yield each variant as a scenario, in the world of every replication, the first replication of all first.

    What is taken of the other scenario has the values that the world has there. A single difference is that scenario.
    """
    places = {each.name: place for place, each in enumerate(design.scenarios)}
    reference = design.scenarios[design.reference]
    for replication in replications:
        for each in variants:
            place = places[each.of]
            other, its = design.scenarios[place], design.worlds[place][replication - 1]
            if each.config == other.config:
                yield each, other, its
            elif each.factors:
                yield each, each.compared(other), each.world(its, its)
            else:
                own = design.worlds[design.reference][replication - 1]
                yield each, each.compared(reference), each.world(own, its)


def tried(variants: Sequence[Variant], outcomes: Mapping[str, Mapping[int, Outcome]]) -> list[Tried]:
    """Return variants with their runs, as tables read them; `outcomes` are by `Variant.key` and replication."""
    return [Tried(each.of, each.name, each.words, dict(outcomes.get(each.key, {}))) for each in variants]
