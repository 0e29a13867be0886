"""Fit the assumptions and write them into the configs, each number in its place, comments kept."""

from __future__ import annotations

import copy
import multiprocessing
import os
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path as File
from typing import Any

from sim.experiments.fit import (
    FITTED,
    FITTED_LATER,
    Assumption,
    Config,
    Residual,
    changed,
    fit,
    get,
    residuals_of_2020,
    residuals_of_wave_18,
)
from sim.report.text import block

Numbers = list[tuple[tuple[str | int, ...], float]]
"""Key paths in a file, and the number of each."""

REPLICATIONS = 1
"""Draws of luck over which the fit takes the mean."""


def calibrate(composed: Config, configs: File, files: dict[str, str], tell: Callable[[str], None]) -> list[str]:
    """Fit, rewrite the configs, and return what was fitted and what is left as lines.

    `files` maps each group of the composed config to the file that it came from, relative to `configs`.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        early = copy.deepcopy(composed)
        early["clock"]["end"] = "2020-10-16T00:00"
        values, left = fit(early, FITTED, residuals_of_2020, REPLICATIONS, pool, tell)
        fitted = changed(composed, FITTED, values)
        later = copy.deepcopy(fitted)
        later["clock"]["end"] = "2021-08-25T00:00"
        later_values, left_later = fit(later, FITTED_LATER, residuals_of_wave_18, 1, pool, tell)
        fitted = changed(fitted, FITTED_LATER, later_values)
    numbers: dict[File, Numbers] = {}
    for assumption in (*FITTED, *FITTED_LATER):
        for path in (assumption.path, *(path for path, _ in assumption.follows)):
            numbers.setdefault(configs / files[str(path[0])], []).append((path[1:], get(fitted, path)))
    write_numbers(numbers)
    return [*_values((*FITTED, *FITTED_LATER), composed, fitted), "", *_left([*left, *left_later])]


def _values(assumptions: tuple[Assumption, ...], before: Config, after: Config) -> list[str]:
    rows = [
        (".".join(map(str, a.path)), f"{get(before, a.path):.4g}", f"{get(after, a.path):.4g}") for a in assumptions
    ]
    return block(("Assumption", "before", "fitted"), rows)


def _left(residuals: list[Residual]) -> list[str]:
    rows = [
        (
            r.figure,
            f"{r.simulated:,.4g}",
            f"{r.published:,.4g}",
            f"{100 * (r.simulated / r.published - 1):+.1f} %",
        )
        for r in residuals
    ]
    return block(("Figure", "simulated", "published", "difference"), rows)


def write_numbers(numbers: dict[File, Numbers]) -> None:
    """Replace numbers in YAML files, leaving every other character as it is; all files, or none."""
    aside = {file: file.with_suffix(".unfinished") for file in numbers}
    try:
        for file, of_file in numbers.items():
            text = file.read_text(encoding="utf-8")
            for path, value in of_file:
                text = _with_number(text, path, value)
            aside[file].write_text(text, encoding="utf-8")
    except BaseException:
        for each in aside.values():
            each.unlink(missing_ok=True)
        raise
    for file, each in aside.items():
        each.replace(file)


def _with_number(text: str, path: tuple[str | int, ...], value: float) -> str:
    """Return a YAML text with another number at a key path."""
    from ruamel.yaml import YAML

    at: Any = YAML().load(text)
    for key in path[:-1]:
        at = at[key]
    line, column = at.lc.value(path[-1])
    lines = text.split("\n")
    lines[line] = lines[line][:column] + re.sub(r"^[^,}\s]+", f"{value:.4g}", lines[line][column:])
    return "\n".join(lines)
