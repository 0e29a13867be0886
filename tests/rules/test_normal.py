"""The quantile of the normal distribution, against SciPy's."""

from __future__ import annotations

import numpy as np
from scipy import special

from sim.rules.normal import normal_quantile

LEAST = 2.0**-53


def test_normal_quantile_is_scipys() -> None:
    """Catches a digit lost in the three polynomials, or a wrong one chosen at their borders."""
    at = np.concatenate([np.geomspace(LEAST, 0.5, 4001), 1 - np.geomspace(LEAST, 0.5, 4001)])
    border = [0.075, 0.925, np.exp(-25.0), 1 - np.exp(-25.0)]
    near = [b * (1 + e) for b in border for e in (-1e-12, 0, 1e-12) if b * (1 + e) < 1]
    p = np.concatenate([at[at < 1], near])
    ours = np.array([normal_quantile(x) for x in p])
    np.testing.assert_allclose(ours, special.ndtri(p), rtol=1e-14, atol=1e-16)


def test_the_quantile_is_symmetric() -> None:
    """Catches a branch for small probabilities that differs from that for large ones; exact where 1 - p is."""
    for p in (0.5, 0.25, 0.0625, 2.0**-10, 2.0**-30, 2.0**-52):
        assert normal_quantile(p) == -normal_quantile(1 - p)
