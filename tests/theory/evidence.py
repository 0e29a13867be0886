"""Whether replications, counts and samples agree with theory, at the error rate ALPHA of each question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from tests.building import ALPHA

REPLICATIONS = 200


def replicate(what: Callable[[np.random.Generator], Any], replications: int = REPLICATIONS) -> Any:
    """Return the figures of independent replications [replication, figure]."""
    return np.array([what(np.random.default_rng([2020, 4, 11, k])) for k in range(replications)])


def agrees(figures: Any, theory: float) -> bool:
    """Return whether the mean of replications is theory's value; wrongly no with the chance ALPHA.

    By Student's t: replications are means of thousands of customers, normal enough.
    """
    error = figures.std(ddof=1) / np.sqrt(figures.size)
    return bool(abs(figures.mean() - theory) <= stats.t.isf(ALPHA / 2, figures.size - 1) * error)


def varies(figures: Any, theory: float) -> bool:
    """Return whether the variance of normal figures is theory's; wrongly no with the chance ALPHA."""
    ratio = figures.var(ddof=1) / theory * (figures.size - 1)
    law = stats.chi2(figures.size - 1)
    return bool(law.isf(1 - ALPHA / 2) <= ratio <= law.isf(ALPHA / 2))


def is_share(count: int, of: int, theory: float) -> bool:
    """Return whether a count is what independent draws of a share give; wrongly no with the chance ALPHA."""
    return bool(stats.binomtest(int(count), int(of), theory).pvalue > ALPHA)


def fits(counts: Any, shares: Any) -> bool:
    """Return whether counts are independent draws of cells with these shares, by chi-squared; wrongly no: ALPHA.

    Cells of fewer than ten expected are taken together with their neighbours.
    """
    expected = np.asarray(shares, dtype=float) * np.sum(counts)
    cells, found, wanted = [], 0.0, 0.0
    for count, each in zip(counts, expected, strict=True):
        found, wanted = found + count, wanted + each
        if wanted >= 10:
            cells.append((found, wanted))
            found = wanted = 0.0
    last = cells.pop()
    cells.append((last[0] + found, last[1] + wanted))
    observed, theory = np.array(cells).T
    assert len(cells) > 1, "too few to tell anything"
    return bool(stats.chisquare(observed, theory * observed.sum() / theory.sum()).pvalue > ALPHA)


def follows(samples: Any, law: Any) -> bool:
    """Return whether independent samples follow a continuous law, by Kolmogorov's test; wrongly no: ALPHA."""
    return bool(stats.kstest(samples, law.cdf).pvalue > ALPHA)


def is_drawn_from(found: Any, people: Any, group: Any, places: Any) -> bool:
    """Return whether the numbers of a group among the drawn, by draw, are hypergeometric; wrongly no: ALPHA.

    The sum over the draws is held against the normal law of its mean and variance.
    """
    laws = stats.hypergeom(np.asarray(people), np.asarray(group), np.asarray(places))
    error = np.sqrt(laws.var().sum())
    return bool(abs(np.sum(found) - laws.mean().sum()) <= stats.norm.isf(ALPHA / 2) * error + 0.5)
