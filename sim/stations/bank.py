"""A bank: many instances of one station, taken through one compiled call a batch.

The instance is a column of the arrivals, the state an array with a row an instance. The call splits the batch by
instance, runs the kernel of one instance on each slice, inlined, and puts the results back where the arrivals stood.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import kernel
from sim.stations.plan import Ints

K = TypeVar("K")


class Laid(NamedTuple):
    """Tables of the instances laid end to end: columns, and bounds [instance; first row, row after the last]."""

    columns: tuple[NDArray[Any], ...]
    bounds: Ints


def lay(keys: Sequence[K], table: Callable[[K], tuple[NDArray[Any], ...]]) -> Laid:
    """Return the tables (equally long columns) of the instances end to end; those of one object share its rows."""
    bounds: dict[int, tuple[int, int]] = {}
    tables, rows = [], 0
    for key in keys:
        if id(key) not in bounds:
            tables.append(table(key))
            bounds[id(key)] = rows, rows + tables[-1][0].size
            rows += tables[-1][0].size
    columns = tuple(np.concatenate(column) for column in zip(*tables, strict=True))
    return Laid(columns, np.array([bounds[id(key)] for key in keys], dtype=np.int64))


@kernel
def by_instance(instance: Ints, instances: int) -> tuple[Ints, Ints]:
    """Return the arrivals in order of instance, each instance's as they came, and where each instance's end."""
    ends = np.zeros(instances, dtype=np.int64)
    for i in range(instance.size):
        ends[instance[i]] += 1
    place = np.zeros(instances, dtype=np.int64)
    for k in range(1, instances):
        place[k] = ends[k - 1]
        ends[k] += ends[k - 1]
    order = np.empty(instance.size, dtype=np.int64)
    for i in range(instance.size):
        order[place[instance[i]]] = i
        place[instance[i]] += 1
    return order, ends


@kernel
def take(column: NDArray[Any], order: Ints) -> NDArray[Any]:
    """Return a column in another order; an empty one stays empty."""
    taken = np.empty(min(column.size, order.size), dtype=column.dtype)
    for i in range(taken.size):
        taken[i] = column[order[i]]
    return taken


@kernel
def put_back(taken: Ints, order: Ints, column: Ints) -> None:
    """Fill a column from what was taken in another order."""
    for i in range(taken.size):
        column[order[i]] = taken[i]
