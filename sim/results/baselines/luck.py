"""What luck a version deals: a hash of some draws of each decision, by which a changed luck is recognised.

Two runs are held against each other seed by seed only where all decisions draw what they drew before. A decision that
has another key, that is new or that is gone shows here by its name.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

import sim.rules
from sim.rules.luck import BLOCKS, Block, deal, key

SEED, REPLICATION = 1, 2
OCCURRENCES = (0, 1, 7)
PEOPLE = np.array([0, 1, 2, 1 << 20], dtype=np.uint32)
"""Whose luck is looked at, and when: any will do."""

LEAST_ALIKE = 0.5
"""Correlation of a figure's replications, then and now, below which the middle figure says that luck is dealt anew."""

LEAST_FIGURES, LEAST_RUNS = 20, 5
"""Figures and replications from which that is asked."""


def probe() -> dict[str, str]:
    """Return, for each decision, a hash of what it draws, and from which words."""
    for module in pkgutil.iter_modules(sim.rules.__path__):
        importlib.import_module(f"sim.rules.{module.name}")
    return {block.name: _drawn(block) for block in sorted(BLOCKS.values(), key=lambda block: block.name)}


def _drawn(block: Block) -> str:
    found = hashlib.blake2b(digest_size=4)
    lanes = sorted((decision, sorted(words)) for decision, words in block.lanes.items())
    found.update(f"{block.occurrence} {lanes}".encode())
    words = np.zeros((4, PEOPLE.size), dtype=np.uint32)
    for occurrence in OCCURRENCES:
        deal(key(SEED, REPLICATION), block.number, PEOPLE, occurrence, words)
        found.update(words.tobytes())
    return found.hexdigest()


def what_changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the decisions whose luck is another, in words."""
    said = [f'"{name}" is new' for name in now if name not in before]
    said += [f'"{name}" is gone' for name in before if name not in now]
    return said + [f'"{name}" draws otherwise' for name in before if name in now and before[name] != now[name]]


def dealt_anew(before: Sequence[NDArray[np.float64]], now: Sequence[NDArray[np.float64]]) -> bool:
    """Return whether figures have nothing to do, seed by seed, with what they were: their middle correlation is low.

    So a key that changed where no decision shows it is recognised. Each element is a figure, by replication.
    """
    pairs = [(one, two) for one, two in zip(before, now, strict=True) if one.std() > 0 and two.std() > 0]
    if len(pairs) < LEAST_FIGURES or pairs[0][0].size < LEAST_RUNS:
        return False
    return float(np.median([np.corrcoef(one, two)[0, 1] for one, two in pairs])) < LEAST_ALIKE
