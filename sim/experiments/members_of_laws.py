"""Members drawn from the declared laws of the uncertain numbers alone, before anything is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

import numpy as np

from sim.experiments.draws import drawn
from sim.experiments.members import Members, columns_of
from sim.parameters.kinds import Number
from sim.results.manifest import versions

LAWS = "laws"
"""What the table says of how such members were made."""

MADE_BY = ("python", "numpy", "prakerja")
"""Whose versions the table says."""


def members_of_laws(numbers: Mapping[str, Number], members: int, seed: int) -> Members:
    """Return so many members, each number independent of the others: a Latin hypercube.

    The range of each number is cut into as many parts of equal chance as there are members, and each part is drawn
    from once. The order of the parts is keyed by the number, so that a number more or less moves no other.
    """
    columns = columns_of(numbers)
    uniforms = {}
    for key in columns:
        luck = np.random.default_rng([seed, crc32(key.encode())])
        uniforms[key] = (luck.permutation(members) + luck.random(members)) / members
    found = drawn(numbers, uniforms)
    rows = tuple({key: float(found[key][row]) for key in columns} for row in range(members))
    kept = {name: version for name, version in versions().items() if name in MADE_BY}
    return Members(LAWS, seed, {"design": "Latin hypercube", "members": members}, kept, rows)
