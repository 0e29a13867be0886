"""Draw the uncertain numbers of a config from uniform numbers, by the laws that their comments declare."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sim.parameters.kinds import Factor, Follows, Number, Range

Values = NDArray[np.float64]

Z_OF_90_PERCENT = float(ndtri(0.95))
"""Standard deviations between the middle of a normal law and either end of its middle 90 %."""


def quantile(law: Factor | Range, value: float, uniform: ArrayLike) -> Values:
    """Return the quantiles of the law of a number at uniform numbers from 0 to 1, in their shape.

    A factor's logarithm is normal; what lies beyond twice its 90 % range, the factor's square, is put at that end.
    Parts are not yet scaled back to their sum.
    """
    at: Values = np.asarray(uniform, dtype=np.float64)
    found: Values
    if isinstance(law, Range) and law.whole:
        found = np.minimum(law.least + np.floor(at * (law.most - law.least + 1)), law.most)
    elif isinstance(law, Range):
        found = law.least + (law.most - law.least) * at
    else:
        value = law.middle(value)
        multiple = law.factor ** np.clip(ndtri(at) / Z_OF_90_PERCENT, -2, 2)
        if law.word == "odds":
            odds = multiple * (value / (1 - value))
            found = odds / (1 + odds)
        else:
            found = np.rint(multiple * value) if law.whole else multiple * value
    return found


def drawn(numbers: Mapping[str, Number], uniforms: Mapping[str, ArrayLike]) -> dict[str, Values]:
    """Return the values of all uncertain numbers by key, from a uniform number or an array of them for each.

    Arrays have one shape. A number that follows another needs none; where its leader is not uncertain here, because
    the question sets it, neither is it, and it is left out.
    """
    found = {
        key: quantile(law, number.value, uniforms[key])
        for key, number in numbers.items()
        if isinstance(law := number.declared.law, Factor | Range)
    }
    _rescale_parts(numbers, found)
    for key, number in numbers.items():
        law = number.declared.law
        if isinstance(law, Follows) and law.leader in found:
            found[key] = number.value * (found[law.leader] / numbers[law.leader].value)
    return found


def block_of(key: str) -> str:
    """Return the block whose parts keep their sum: the first two names of the key, such as `payment.partners`."""
    return ".".join(key.replace("[", ".").split(".")[:2])


def _rescale_parts(numbers: Mapping[str, Number], found: dict[str, Values]) -> None:
    blocks: dict[str, list[str]] = {}
    for key in found:
        law = numbers[key].declared.law
        if isinstance(law, Factor) and law.word == "parts":
            blocks.setdefault(block_of(key), []).append(key)
    for keys in blocks.values():
        scale = sum(numbers[key].value for key in keys) / np.sum([found[key] for key in keys], axis=0)
        for key in keys:
            found[key] = found[key] * scale
