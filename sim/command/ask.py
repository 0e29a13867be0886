"""The sub-commands: each takes the words after its name and returns the exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.command.address_space import refuse_too_little
from sim.command.folder import taken
from sim.command.progress import clear, progress
from sim.parameters import BadInput, Parameters, Problem
from sim.parameters.problems import NOTHING, printable

SCALE_OF_THE_FIT = "population.scale=0.01"
"""A fit runs history hundreds of times: a hundredth of the people is quick and sure enough."""

NUMBAS_SETTINGS, MATPLOTLIBS_SETTINGS = ".numba_config.yaml", "matplotlibrc"
"""Files that these libraries look for in the working folder."""

DIGITS = 12
"""Digits of a person's number: nobody has a longer one."""


def run(words: list[str]) -> int:
    """Simulate one scenario, write its folder, and print the answer."""
    from sim.command.compose import load
    from sim.command.named import named_as

    parameters, composed = load(words)
    named = named_as(words, parameters)
    _refuse_what_does_not_fit(parameters)
    with taken(parameters, _remark) as folder:
        from sim.experiments.run import run as simulate  # compiles and plots: only once the input is good

        _say_if_it_compiles(parameters)
        command = ["prakerja", "run", *words]
        try:
            answer = simulate(parameters, composed, named, command, folder.path, folder.unfinished, progress())
        finally:
            clear()
    try:
        _say(answer)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _remark(f"The answer could not be shown ({error.strerror}); the run is whole, in {folder.path}.")
        return 2
    return 0


def trace(words: list[str]) -> int:
    """Print one person's journey."""
    from sim.command.compose import load

    numbers = [word.removeprefix("person=") for word in words if word.startswith("person=")]
    found: list[Problem] = []
    parameters = None
    try:
        parameters, _ = load([word for word in words if not word.startswith("person=")])
    except BadInput as bad:
        found += bad.problems
    if len(numbers) != 1:
        do = "Add the number of one, such as person=42."
        found.append(Problem("person", numbers or NOTHING, "must be one person's number", do))
    elif parameters is not None or not numbers[0].isdecimal():
        found += _no_person(numbers[0], parameters)
    if found or parameters is None:
        raise BadInput(found)
    parameters = _refuse_what_does_not_fit(parameters, rows=False)
    from sim.experiments.run import trace as journey

    _say_if_it_compiles(parameters)
    try:
        told = journey(parameters, int(numbers[0]), progress())
    finally:
        clear()
    _say("\n".join(told))
    return 0


def scenarios(words: list[str]) -> int:
    """Print the questions there are."""
    from sim.command.scenario import table

    _nothing_more(words)
    rows = table()
    width = max(len(name) for name, _ in rows)
    _say("\n".join(f"{name:<{width}}  {question}" for name, question in rows))
    return 0


def assumptions(words: list[str]) -> int:
    """Print every number of the configs that is an assumption."""
    from sim.command.assumptions import table

    _nothing_more(words)
    _say("\n".join(table()))
    return 0


def calibrate(words: list[str]) -> int:
    """Fit the assumptions of the base, write them into the configs, and print what changed."""
    from sim.command import folders
    from sim.command.base import base_files
    from sim.command.compose import load

    swapped = [word for word in words if word.partition("=")[0] in ("scenario", *base_files())]
    if swapped:
        do = "Leave it out: the fit is of history, whose numbers it rewrites."
        raise BadInput([Problem(word, NOTHING, "cannot be exchanged here", do) for word in swapped])
    _refuse_settings_of_others()
    refuse_too_little()
    own = any(word.startswith("population.scale=") for word in words)
    _, composed = load(words if own else [SCALE_OF_THE_FIT, *words])
    from sim.experiments.calibrate import calibrate as fitted

    for line in fitted(composed, folders.configs(), base_files(), _remark):
        _say(line)
    return 0


def _say(text: str) -> None:
    """Print lines in which nothing hides, whatever names and questions they hold."""
    print("\n".join(map(printable, text.split("\n"))))


def _remark(text: str) -> None:
    print(printable(text), file=sys.stderr)


def _refuse_settings_of_others() -> None:
    """Refuse a working folder with settings that Numba would compile otherwise by, or Matplotlib could not read."""
    do = "Remove it, or run in another folder."
    if Path(NUMBAS_SETTINGS).exists():
        raise BadInput([Problem(NUMBAS_SETTINGS, NOTHING, "in this folder would change how code is compiled", do)])
    try:
        Path(MATPLOTLIBS_SETTINGS).read_text(encoding="utf-8")
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError):
        raise BadInput([Problem(MATPLOTLIBS_SETTINGS, NOTHING, "in this folder cannot be read", do)]) from None


def _refuse_what_does_not_fit(parameters: Parameters, rows: bool = True) -> Parameters:
    """Return the parameters, without the rows of people if they are not wanted; raise BadInput if they do not fit."""
    _refuse_settings_of_others()
    refuse_too_little()
    from sim.experiments.memory import needed_by, refuse_what_does_not_fit, without_rows

    if not rows:
        parameters = without_rows(parameters)
    refuse_what_does_not_fit(parameters)
    refuse_too_little(needed_by(parameters))
    return parameters


def _say_if_it_compiles(parameters: Parameters) -> None:
    from sim.rules.compiling import FOLDER, REMARK, compiles_first

    if REMARK:
        _remark(REMARK)
    if compiles_first(parameters.engine):
        first = "The first run" if FOLDER else "Each run"
        _remark(f"{first} compiles what moves the people: up to half a minute more.")


def _no_person(number: str, parameters: Parameters | None) -> list[Problem]:
    people = None if parameters is None else parameters.population.people
    if number.isdecimal() and number.isascii() and len(number) <= DIGITS and (people is None or int(number) < people):
        return []
    if people == 0:
        return [Problem("person", number, "nobody is simulated", "Set population.applicants.")]
    allowed = "must be a whole number from 0" + (f" to {people - 1:,}" if people else "")
    return [Problem("person", number, allowed, "People are numbered in the order they register.")]


def _nothing_more(words: list[str]) -> None:
    if words:
        raise BadInput([Problem(word, NOTHING, "has no use here", "Leave it out.") for word in words])
