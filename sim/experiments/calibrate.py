"""Write what was fitted into the configs: the values of the base, each number in its place, and the members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as File
from typing import Any

from sim.experiments.calibration.fit import Fit
from sim.experiments.calibration.inputs import Path, path_of
from sim.experiments.members import FILE, Members, columns_of, text_of
from sim.parameters.kinds import Number
from sim.results.manifest import versions

Numbers = list[tuple[Path, float]]
"""Key paths in a file, and the number of each."""

MADE_BY = ("python", "numpy", "scipy", "prakerja")
"""Whose versions the table of members says."""


def members_of(found: Fit, numbers: Mapping[str, Number]) -> Members:
    """Return the members as their table takes them."""
    problem = found.learned.problem
    settings = problem.settings
    values = found.target.inputs.values(found.member_inputs)
    rows = tuple({key: float(values[key][row]) for key in columns_of(numbers)} for row in range(len(found.members)))
    said = {
        "points": settings.points,
        "nearer": settings.nearer,
        "rounds": settings.rounds,
        "repeated": settings.repeated,
        "tried": settings.tried,
        "members": settings.members,
        "chains": [settings.effort.chains, settings.effort.rounds, settings.effort.steps, settings.effort.kept],
        "scale": problem.config["population"]["scale"],
        "noise": found.weighed.noise,
        "effective": round(found.weighed.effective, 1),
        "different": len(set(found.members.tolist())),
        "discrepancy": [round(size, 4) for size in found.discrepancies],
    }
    kept = {name: version for name, version in versions().items() if name in MADE_BY}
    return Members("fit", settings.seed, said, kept, rows)


def write(found: Fit, configs: File, files: Mapping[str, str]) -> None:
    """Write the fitted values and the table of members, all or nothing.

    `files` maps each group of the composed config to the file that it came from, relative to `configs`.
    """
    values = found.base
    numbers: dict[File, Numbers] = {}
    for key, value in values.items():
        group, *rest = path_of(key)
        numbers.setdefault(configs / files[str(group)], []).append((tuple(rest), value))
    after = {
        key: replace(number, value=values.get(key, number.value)) for key, number in found.target.inputs.numbers.items()
    }
    (configs / FILE).parent.mkdir(exist_ok=True)
    write_numbers(numbers, {configs / FILE: text_of(members_of(found, after), after)})


def write_numbers(numbers: Mapping[File, Numbers], whole: Mapping[File, str] | None = None) -> None:
    """Replace numbers in YAML files, leaving every other character as it is, and whole files; all of them, or none."""
    texts = dict(whole or {})
    for file, of_file in numbers.items():
        text = file.read_text(encoding="utf-8")
        for path, value in of_file:
            text = _with_number(text, path, value)
        texts[file] = text
    aside = {file: file.with_suffix(".unfinished") for file in texts}
    try:
        for file, text in texts.items():
            aside[file].write_text(text, encoding="utf-8")
    except BaseException:
        for each in aside.values():
            each.unlink(missing_ok=True)
        raise
    for file, each in aside.items():
        each.replace(file)


def _with_number(text: str, path: Path, value: float) -> str:
    """Return a YAML text with another number at a key path."""
    from ruamel.yaml import YAML

    at: Any = YAML().load(text)
    for key in path[:-1]:
        at = at[key]
    line, column = at.lc.value(path[-1])
    lines = text.split("\n")
    lines[line] = lines[line][:column] + re.sub(r"^[^,}\s]+", f"{value:.10g}", lines[line][column:])
    return "\n".join(lines)
