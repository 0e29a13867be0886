"""The base: the files of the configs, and which of them make it up."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.composition import folders, yaml_file
from sim.composition.harmless import harms
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, suggestion

ITSELF = "_self_"
"""Where a file's own keys come among the parts that it names."""


def options() -> dict[str, list[str]]:
    """Return the groups of the configs, and the names of the files that each can be."""
    home = folders.configs()
    groups = sorted(path for path in home.iterdir() if path.is_dir())
    named = {group.name: sorted(file.stem for file in group.glob("*.yaml")) for group in groups}
    return {group: files for group, files in named.items() if files}


def base() -> dict[str, Any]:
    """Return what the base says itself."""
    return read(folders.configs() / "base.yaml")


def parts() -> dict[str, str]:
    """Return the file that each group is in the base."""
    found: dict[str, str] = {}
    there, problems = options(), []
    for entry in base().get("defaults") or []:
        ((group, option),) = entry.items() if isinstance(entry, dict) and len(entry) == 1 else [(entry, None)]
        if group == ITSELF and option is None:
            continue
        problems += no_option(f"configs/base.yaml: {group}", group, option, there)
        found[str(group)] = str(option)
    if problems:
        raise BadInput(problems)
    return found


def part(group: str, option: str) -> dict[str, Any]:
    """Return what a file of a group says; it has no parts of its own."""
    said = read(folders.configs() / group / f"{option}.yaml")
    if "defaults" in said:
        do = "Only base.yaml and a scenario may name parts."
        raise BadInput([Problem(f"configs/{group}/{option}.yaml: defaults", said["defaults"], "is not a key here", do)])
    return said


def base_files() -> dict[str, str]:
    """Return, for each part of the base, the file that it comes from, relative to the configs."""
    return {group: f"{group}/{option}.yaml" for group, option in parts().items()}


def no_option(path: str, group: Any, option: Any, there: dict[str, list[str]]) -> list[Problem]:
    """Return what is wrong with a choice of a file for a group: nothing but the name of one that is there will do."""
    if not isinstance(group, str) or group not in there:
        return [Problem(path, NOTHING, "is no part of the configs", suggestion(str(group), there))]
    if not isinstance(option, str) or option not in there[group]:
        allowed = f"must name a file in configs/{group}/"
        return [Problem(path, option, allowed, suggestion(str(option), there[group]))]
    return []


def read(file: Path) -> dict[str, Any]:
    """Return what a file of the configs says, if it is nothing that a config may not say."""
    said = f"configs/{file.relative_to(folders.configs())}"
    try:
        contents, found = _parsed(file, _stamp(file))
    except (yaml_file.UnreadableError, OSError) as error:
        raise BadInput([Problem(said, NOTHING, f"cannot be read: {error}", "Mend the file.")]) from None
    if not isinstance(contents, dict):
        raise BadInput([Problem(said, NOTHING, "must be a file of keys", "Mend the file.")])
    if found:
        raise BadInput([replace(problem, path=f"{said}: {problem.path}") for problem in found])
    return contents


def _stamp(file: Path) -> tuple[int, int, int]:
    """Return what changes when a file does."""
    found = file.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=64)
def _parsed(file: Path, stamp: tuple[int, int, int]) -> tuple[Any, list[Problem]]:
    """Return the contents of a file, and what of them no config may say; read them, do not write in them."""
    contents = yaml_file.load(file)
    return contents, list(harms(contents))
