"""Many runs of a config, side by side: each kept as a small file by what it computes, so that a fit can go on."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.experiments.calibration.inputs import FURTHEST, Config, Values

Seen = dict[str, Any]
Tell = Callable[[str], None]

MODEL = ("calendar", "engines", "journey", "observers", "parameters", "programme", "rules", "stations")
"""The parts of the package that a run's figures come from."""

MOST_BREAKS = 3
"""Times in a row that a worker may die with nothing done in between."""


def spread_out(count: int, inputs: int, seed: int) -> Values:
    """Return points that fill the standard normal law of each input evenly: a Latin hypercube, a row a point.

    Sobol numbers of so many dimensions fill some pairs of them along a line only, as few points as there are.
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    uniform = qmc.LatinHypercube(inputs, rng=np.random.default_rng(seed)).random(count)
    found: Values = np.clip(ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)), -FURTHEST, FURTHEST)
    return found


OF_THE_FIT = ("results/tables/published.py", "experiments/calibration/figures.py")
"""The sources of the figures that are fitted."""


def model_hash(figures: Sequence[str] = OF_THE_FIT) -> str:
    """Return a hash of the sources that a run's figures come from: the model, and folders or files of figures."""
    home, found = Path(sim.__file__).parent, hashlib.sha256()
    for part in (*MODEL, *figures):
        for file in sorted((home / part).rglob("*.py")) if "." not in part else [home / part]:
            found.update(file.relative_to(home).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def name_of(config: Config, model: str) -> str:
    """Return the name of what is computed: equal for the same config and the same model, and for no others."""
    text = json.dumps([config, model], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def run_all(
    configs: Sequence[Config],
    job: Callable[[Config], Seen],
    folder: Path,
    tell: Tell = lambda so_far: None,
    workers: int | None = None,
) -> list[Seen]:
    """Return what a job says of each config, in their order; what is in the folder is not computed again.

    `job` is a function of a module: it runs in other processes, each in an interpreter of its own; a process that ends
    is replaced, and what it may have ended of is then tried alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = model_hash()
    files = [folder / f"{name_of(config, f'{model} {job.__module__}.{job.__qualname__}')}.json" for config in configs]
    missing = {file: config for file, config in zip(files, configs, strict=True) if read(file) is None}
    breaks, alone = 0, False
    while missing:
        before = len(missing)
        try:
            _some(missing, job, tell, len(files), 1 if alone else workers)
        except BrokenProcessPool:
            breaks = breaks + 1 if len(missing) == before else 0
            alone = breaks > 0
            if breaks >= MOST_BREAKS:
                raise
    found = [read(file) for file in files]
    assert all(each is not None for each in found)
    return [each for each in found if each is not None]


def _some(
    missing: dict[Path, Config], job: Callable[[Config], Seen], tell: Tell, whole: int, workers: int | None
) -> None:
    """Compute what is missing and take it out of the list as it is done; with no workers in this process."""
    if workers == 0:
        for file in list(missing):
            write(file, job(missing[file]))
            del missing[file]
            tell(f"run {whole - len(missing)} of {whole}")
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers or os.cpu_count() or 1, len(missing)), mp_context=context)
    try:
        asked = {pool.submit(job, config): file for file, config in missing.items()}
        for done in as_completed(asked):
            write(asked[done], done.result())
            del missing[asked[done]]
            tell(f"run {whole - len(missing)} of {whole}")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def read(file: Path) -> Seen | None:
    """Return what is in a file; nothing where it is not there or not whole."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write(file: Path, found: Seen) -> None:
    """Write what a run says, whole or not at all."""
    aside = file.with_suffix(f".{os.getpid()}.unfinished")
    try:
        aside.write_text(json.dumps(found, sort_keys=True), encoding="utf-8")
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
