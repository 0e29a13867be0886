"""The kind of every number: a lever, an uncertainty or a constant, read from the comments of configs and scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from sim.composition import base, folders
from sim.composition.comments import Leaf, numbers
from sim.composition.compose import Composition
from sim.composition.origins import Origin, origins
from sim.parameters import BadInput, Problem
from sim.parameters.kinds import HOW, Declared, Follows, Kind, Number, declarations, led_by_nobody
from sim.parameters.problems import NOTHING, Fault, joined

LEVER = Declared(Kind.LEVER)
"""What a question sets, whatever it is in the base."""


def of_file(file: Path) -> dict[str, Declared]:
    """Return what each number of a file is declared to be, by its key there; raise all that is wrong, line by line.

    A number of the configs must say its kind; one of a scenario that says none is a lever.
    """
    found: dict[str, Declared] = {}
    problems: list[Problem] = []
    for _, each in groupby(numbers(file), key=lambda leaf: leaf.line):
        line = list(each)
        try:
            found |= _of_line(line)
        except Fault as fault:
            problems += [replace(problem, path=f"{_at(line[0])}: {problem.path}") for problem in fault.problems]
    if problems:
        raise BadInput([replace(problem, path=problem.path.removesuffix(": ")) for problem in problems])
    return found


def _of_line(line: list[Leaf]) -> dict[str, Declared]:
    text = line[0].kinds
    if text is None and folders.configs() in line[0].file.parents:
        raise Fault([Problem("", NOTHING, "says no kind of number", HOW)])
    if text is None:
        return {leaf.key: LEVER for leaf in line}
    return declarations(text, {leaf.key: leaf.value for leaf in line})


def _at(leaf: Leaf) -> str:
    """Return file and line as they are told."""
    home = folders.configs()
    path = leaf.file.relative_to(home.parent) if home in leaf.file.parents else leaf.file
    return f"{path.as_posix()}:{leaf.line}"


def of_configs() -> list[tuple[str, Leaf, Number]]:
    """Return every number of all files of the configs, with its file's path and its line."""
    return _checked([each for file in sorted(folders.configs().rglob("*.yaml")) for each in _numbers_of(file)])


def _numbers_of(file: Path) -> Iterator[tuple[str, Leaf, Number]]:
    base.read(file)  # within limits; what follows reads it for its comments
    home, declared = file.relative_to(folders.configs()), of_file(file)
    for leaf in numbers(file):
        key = leaf.key if home.parent.name == "" else joined(home.parent.name, leaf.key)
        yield f"configs/{home.as_posix()}", leaf, Number(key, leaf.value, declared[leaf.key])


def _checked(found: list[tuple[str, Leaf, Number]]) -> list[tuple[str, Leaf, Number]]:
    """Return the numbers of the configs, if each that follows another follows one of the base that has a law."""
    of_base = {f"configs/{file}" for file in base.base_files().values()}
    leaders = {number.key: number for file, _, number in found if file in of_base}
    problems = [
        Problem(f"{_at(leaf)}: {key}", NOTHING, f"{number.declared.law.text}, which has no law of its own", HOW)
        for _, leaf, number in found
        if isinstance(number.declared.law, Follows)
        for key in led_by_nobody(leaders | {number.key: number})
        if key == number.key
    ]
    if problems:
        raise BadInput(problems)
    return found


def of_composition(found: Composition) -> list[tuple[Origin, Number]]:
    """Return every number of a composed config with where it comes from.

    What the command line sets is a lever. Where a run is made again from its config, which has no comments, a number
    that is as its scenario has it is what it is there.
    """
    files: dict[Path, dict[str, Declared]] = {}
    before: dict[str, Number] = {}
    if found.asked.replayed is not None:
        before = {number.key: number for _, number in of_composition(found.alone or found.base)}
    each = []
    for origin in origins(found):
        if isinstance(origin.value, int | float) and not isinstance(origin.value, bool):
            declared = LEVER
            if origin.leaf is not None:
                file = origin.leaf.file
                declared = files.setdefault(file, files.get(file) or of_file(file))[origin.leaf.key]
            elif origin.source == found.asked.replayed and origin.key in before:
                known = before[origin.key]
                declared = known.declared if known.value == origin.value else LEVER
            each.append((origin, Number(origin.key, origin.value, declared)))
    return each


def uncertain(found: Composition) -> dict[str, Number]:
    """Return the uncertain numbers of a composed config by key, and those of the base that they follow."""
    each = {number.key: number for _, number in of_composition(found)}
    led = [number.declared.law.leader for number in each.values() if isinstance(number.declared.law, Follows)]
    missing = set(led) - set(each)
    if missing:
        of_base = {number.key: number for _, number in of_composition(found.base)}
        each |= {key: of_base[key] for key in sorted(missing)}
    return {key: number for key, number in each.items() if number.declared.kind is Kind.UNCERTAIN}
