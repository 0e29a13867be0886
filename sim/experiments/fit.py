"""The fit of the assumptions to the published figures of 2020; it can be run again, and rewrites the configs.

Weighted least squares (Levenberg-Marquardt within bounds, SciPy) over the mean of some replications. A
residual is the logarithm of simulated over published, divided by what it may be off: a model's error and
the chance of a count. The same luck in every evaluation keeps differences between them smooth.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiments.run import Result, evaluate
from sim.parameters import validate

Config = dict[str, Any]
Path = tuple[str | int, ...]

MODEL_ERROR = 0.03
"""What the model may be off beside chance, as a share; sets how figures of many and of few people weigh."""

SET_ERROR = 0.005
"""What a share that an assumption is set by may be off, as a share."""


@dataclass(frozen=True)
class Assumption:
    """An assumption that the fit may move, within bounds; `follows` are keys set to a multiple of it."""

    path: Path
    least: float
    most: float
    follows: tuple[tuple[Path, float], ...] = ()


NEWCOMERS: Path = ("joining", "newcomers")
LOSERS: Path = ("joining", "losers")

FITTED = (
    Assumption(("processing", "email", "retry", "share"), 0.01, 0.9),
    Assumption(("processing", "test", "delay", "mean"), 0.5, 96),
    Assumption(("joining", "delay", "mean"), 0.5, 96),
    # The losers' propensity is not told apart by what was published: half of the newcomers'.
    Assumption((*NEWCOMERS, 1, "share"), 0.02, 0.9, (((*LOSERS, 1, "share"), 0.5),)),
    Assumption((*NEWCOMERS, 2, "share"), 0.02, 0.9, (((*LOSERS, 2, "share"), 0.5),)),
    Assumption(("selection", "eligible", 0, "share"), 0.5, 0.99),
    Assumption(("purchase", "waves", 0, "buys"), 0.7, 0.99, ((("purchase", "waves", 1, "buys"), 1.0),)),
    Assumption(("purchase", "waves", 2, "buys"), 0.8, 0.995),
    Assumption(("purchase", "waves", 3, "buys"), 0.8, 0.995),
    Assumption(("purchase", "waves", 0, "delay", "mean"), 1, 20),
    Assumption(
        ("purchase", "waves", 1, "delay", "mean"),
        1,
        20,
        ((("purchase", "waves", 2, "delay", "mean"), 1.0), (("purchase", "waves", 3, "delay", "mean"), 1.0)),
    ),
    # The open market, which is not fitted, keeps courses as long as those of the market.
    Assumption(("market", "catalogue", "duration", "mean"), 2, 40, ((("training", "duration", "mean"), 1.0),)),
    Assumption(("training", "review", "mean"), 0.1, 20),
    Assumption(("account", "delay", "mean"), 0.1, 20),
    Assumption(("population", "disability"), 0.005, 0.2),
    Assumption(("selection", "shares", "regional"), 0.0, 0.05),
)
"""What the figures up to `published.fit_until` tell."""

FITTED_LATER = (Assumption(("selection", "eligible", 1, "share"), 0.3, 0.95),)
"""The share eligible in 2021, which the design sets by wave 18; nothing else later than 2020 is fitted."""


@dataclass(frozen=True)
class Residual:
    """A published figure: what was simulated, what was published, and how far off in units of what may be."""

    figure: str
    simulated: float
    published: float
    residual: float


def get(config: Config, path: Path) -> float:
    """Return the value at a path."""
    at: Any = config
    for key in path:
        at = at[key]
    return float(at)


def put(config: Config, path: Path, value: float) -> None:
    """Set the value at a path."""
    at: Any = config
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value


def changed(config: Config, assumptions: Sequence[Assumption], values: Sequence[float]) -> Config:
    """Return a config with the assumptions set, and those that follow them."""
    new = copy.deepcopy(config)
    for assumption, value in zip(assumptions, values, strict=True):
        put(new, assumption.path, float(value))
        for path, factor in assumption.follows:
            put(new, path, float(value) * factor)
    return new


def residuals_of_2020(result: Result) -> list[Residual]:
    """Return the residuals of all figures that the fit may use."""
    found = []
    for row in result.tables["published"].rows:
        if row["role"] == "fitted" and not (row["figure"] == "eligible_share" and row["scope"] == "18"):
            name = f"{row['figure']} {row['scope'] or ''} {row['at']:%Y-%m-%d}"
            if row["figure"] == "incentive_rupiah":
                continue  # the payments of first incentives say the same
            if row["figure"] == "eligible_share":
                found.append(_set(name, row["full_population"], row["published"]))
            else:
                found.append(_residual(name, row["full_population"], row["published"], int(row["simulated"] or 0)))
    for row in result.tables["groups"].rows:
        if row["group"] in ("disability", "lagging") and row["value"] == "yes":
            share, published = row["share_of_awarded_2020"], row["published_share_of_2020"]
            found.append(_residual(f"recipients {row['group']}", share, published, int(row["awarded_2020"] or 0)))
    return found


def residuals_of_wave_18(result: Result) -> list[Residual]:
    """Return the residual of the share eligible of those who joined wave 18."""
    row = next(
        row for row in result.tables["published"].rows if row["figure"] == "eligible_share" and row["scope"] == "18"
    )
    return [_set("eligible share 18", row["full_population"], row["published"])]


def _residual(name: str, simulated: Any, published: Any, people: int) -> Residual:
    off = math.log(max(float(simulated), 1e-9) / float(published))
    return Residual(name, float(simulated), float(published), off / math.hypot(MODEL_ERROR, 1 / math.sqrt(people + 1)))


def _set(name: str, simulated: Any, published: Any) -> Residual:
    """Return the residual of a share that the assumptions are there to bring out."""
    off = math.log(max(float(simulated), 1e-9) / float(published))
    return Residual(name, float(simulated), float(published), off / SET_ERROR)


def _evaluate(job: tuple[Config, Callable[[Result], list[Residual]]]) -> list[Residual]:
    config, residuals = job
    return residuals(evaluate(validate(config)))


def fit(
    config: Config,
    assumptions: Sequence[Assumption],
    residuals: Callable[[Result], list[Residual]],
    replications: int,
    pool: Executor,
    tell: Callable[[str], None],
) -> tuple[list[float], list[Residual]]:
    """Return the values of the assumptions that come nearest to the published figures, and what is left."""
    from scipy.optimize import least_squares

    bounds = np.array([(a.least, a.most) for a in assumptions]).T
    widths = bounds[1] - bounds[0]

    def many(points: Sequence[Any]) -> list[list[Residual]]:
        jobs = []
        for values in points:
            for replication in range(replications):
                new = changed(config, assumptions, values)
                new["run"]["replication"] = replication
                jobs.append((new, residuals))
        done = list(pool.map(_evaluate, jobs))
        return [_mean(done[k : k + replications]) for k in range(0, len(done), replications)]

    def at(unit: Any) -> Any:
        rows = many([bounds[0] + widths * unit])[0]
        off = np.array([row.residual for row in rows])
        tell(f"sum of squares {float(off @ off):.1f}")
        return off

    def slopes(unit: Any) -> Any:
        step = np.where(unit < 0.5, 0.03, -0.03)
        points = [unit, *(unit + step[k] * np.eye(unit.size)[k] for k in range(unit.size))]
        off = [np.array([r.residual for r in rows]) for rows in many([bounds[0] + widths * p for p in points])]
        return np.array([(off[k + 1] - off[0]) / step[k] for k in range(unit.size)]).T

    start = (np.array([get(config, a.path) for a in assumptions]) - bounds[0]) / widths
    start = np.clip(start, 1e-3, 1 - 1e-3)
    best = least_squares(at, start, jac=slopes, bounds=(0, 1), xtol=2e-3, ftol=3e-3, max_nfev=10)
    values = [float(f"{value:.4g}") for value in bounds[0] + widths * best.x]
    return values, many([values])[0]


def _mean(replicated: list[list[Residual]]) -> list[Residual]:
    return [
        Residual(
            rows[0].figure,
            float(np.mean([row.simulated for row in rows])),
            rows[0].published,
            float(np.mean([row.residual for row in rows])),
        )
        for rows in zip(*replicated, strict=True)
    ]
