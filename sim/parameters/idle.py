"""Keys without effect beside others: those of an open market where there is a training market, and the like."""

from __future__ import annotations

from collections.abc import Iterator

from sim.parameters.differences import inside
from sim.parameters.parameters import Parameters


def idle(parameters: Parameters, path: str) -> str | None:
    """Return why a key has no effect, and which have in its place; None where it has one."""
    return next((why for block, why in _idle(parameters) if path == block or inside(path, block)), None)


def _idle(parameters: Parameters) -> Iterator[tuple[str, str]]:
    """Yield each block without effect, and why it has none."""
    market = parameters.market
    if market is None:
        return
    of_file = market.file is not None
    for block, key, column in (
        ("purchase.price", "price", "price"),
        ("training.duration", "duration", "duration"),
        ("training.completes", "completion", "completion"),
    ):
        stands = f"the column {column} of market.file" if of_file else f"market.catalogue.{key}"
        yield block, f"it is of an open market (market=open), and {stands} stands in its place"
    if of_file:
        yield "market.catalogue", "the courses are those of market.file"
