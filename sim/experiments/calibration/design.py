"""Many runs of a config, side by side: each kept as a small file by what it computes, so that a fit can go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.calibration.inputs import FURTHEST, Config, Values
from sim.experiments.jobs.doing import do_all
from sim.experiments.jobs.executors import Here, Processes, cores
from sim.experiments.jobs.job import MODEL, Job, keep, kept, plain, sources_hash

Seen = dict[str, Any]
Tell = Callable[[str], None]

OF_THE_FIT = ("results/tables/published.py", "experiments/calibration/figures.py")
"""The sources of the figures that are fitted."""


def spread_out(count: int, inputs: int, seed: int) -> Values:
    """Return points that fill the standard normal law of each input evenly: a Latin hypercube, a row a point.

    Sobol numbers of so many dimensions fill some pairs of them along a line only, as few points as there are.
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    uniform = qmc.LatinHypercube(inputs, rng=np.random.default_rng(seed)).random(count)
    found: Values = np.clip(ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)), -FURTHEST, FURTHEST)
    return found


def model_hash(figures: Sequence[str] = OF_THE_FIT) -> str:
    """Return a hash of the sources that a run's figures come from: the model, and folders or files of figures."""
    return sources_hash((*MODEL, *figures))


def read(file: Path) -> Seen | None:
    """Return what is in a file; nothing where it is not there or not whole."""
    found: Seen | None = kept(file, plain)
    return found


def write(file: Path, found: Seen) -> None:
    """Write what a run says, whole or not at all."""
    keep(json.dumps(found, sort_keys=True).encode(), file)


@dataclass(frozen=True)
class _AsJson:
    """Do what a function does, and say it as JSON."""

    job: Callable[[Config], Seen]

    def __call__(self, config: Config) -> bytes:
        return json.dumps(self.job(config), sort_keys=True).encode()


def run_all(
    configs: Sequence[Config],
    job: Callable[[Config], Seen],
    folder: Path,
    tell: Tell = lambda so_far: None,
    workers: int | None = None,
) -> list[Seen]:
    """Return what a job says of each config, in their order; what is in the folder is not computed again.

    `job` is a function of a module: it runs in other processes, each in an interpreter of its own, or in this one with
    no workers. Raises what ends a job: a broken promise, or MemoryError where it ended its process twice.
    """
    named = f"{job.__module__}.{job.__qualname__}"
    jobs = [Job(_AsJson(job), config, (*MODEL, *OF_THE_FIT), named=named) for config in configs]
    if workers == 0:
        failed = do_all(jobs, folder, Here(), tell)
    else:
        with Processes(min(workers or cores(), max(len(jobs), 1))) as processes:
            failed = do_all(jobs, folder, processes, tell)
    for error in failed.values():
        raise error
    found = [read(folder / each.file) for each in jobs]
    assert all(each is not None for each in found)
    return [each for each in found if each is not None]
