"""The sub-commands: each takes the words after its name and returns the exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sim.command.address_space import refuse_too_little
from sim.command.edge import silence
from sim.command.folder import called, taken
from sim.command.progress import clear, progress
from sim.command.screen import remark, say
from sim.parameters import BadInput, Parameters, Problem
from sim.parameters.kinds import Kind
from sim.parameters.outages import Outages
from sim.parameters.problems import NOTHING, Written, printable
from sim.report.text import wrapped

NUMBAS_SETTINGS, MATPLOTLIBS_SETTINGS = ".numba_config.yaml", "matplotlibrc"
"""Files that these libraries look for in the working folder."""

WORLDS = "worlds"
"""The word that asks for many worlds, which one command takes."""

DIGITS = 12
"""Digits of a person's number: nobody has a longer one."""


def run(words: list[str]) -> int:
    """Simulate one scenario, print the answer, then write its folder."""
    from sim.library import asked
    from sim.library import run as simulate

    question = asked(words)
    for line in question.remarks:
        remark(line)
    _refuse_what_does_not_fit(question.parameters)
    if question.outages:
        remark(_what_leaving_out_costs(question.parameters, question.outages))
    worlds = 0 if question.worlds is None else len(question.worlds.worlds)
    if question.worlds is not None:
        from sim.experiments.duration import of_worlds

        remark(f"{question.worlds.costs} {of_worlds(question.parameters, worlds, bool(question.outages))}")
    unshown: OSError | None = None
    with taken(question.parameters.run.folder, called(question.named, worlds), remark) as folder:
        _say_if_it_compiles(question.parameters)
        try:
            result = simulate(question, progress())
            clear()
            unshown = _shown(result.answer)
            result.write_into(folder.unfinished)
        finally:
            clear()
    return _ended(unshown or _shown(f"\nTables, figures and the manifest: {folder.path}"), folder.path)


def _ended(unshown: OSError | None, path: Path) -> int:
    """Return the exit code of a run that is whole; say so where its answer could not be shown."""
    if unshown:
        remark(f"The answer could not be shown ({unshown.strerror}); the run is whole, in {path}.")
        return 2
    return 0


def _shown(text: str) -> OSError | None:
    """Print lines at once, and return the error if they cannot be; who reads no more, such as `head`, misses none."""
    try:
        say(text)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    except OSError as error:
        return error
    return None


def compare(words: list[str]) -> int:
    """Compare scenarios, print the answer, then write its folder."""
    refuse_settings_of_others()
    refuse_too_little()
    from sim.command.compare import compare as compared

    return compared(words)


def trace(words: list[str]) -> int:
    """Print one person's journey."""
    from sim.composition.compose import composition
    from sim.composition.understood import remarks

    _refuse_worlds(words)
    numbers = [word.removeprefix("person=") for word in words if word.startswith("person=")]
    found: list[Problem] = []
    parameters, understood = None, list[str]()
    try:
        composed = composition([word for word in words if not word.startswith("person=")])
        parameters, understood = composed.parameters, remarks(composed)
    except BadInput as bad:
        found += bad.problems
    if len(numbers) != 1:
        do = "Add the number of one, such as person=42."
        found.append(Problem("person", numbers or NOTHING, "must be one person's number", do))
    elif parameters is not None or not numbers[0].isdecimal():
        found += _no_person(numbers[0], parameters)
    if found or parameters is None:
        raise BadInput(found)
    for line in understood:
        remark(line)
    parameters = _refuse_what_does_not_fit(parameters, rows=False)
    from sim.experiments.run import trace as journey

    _say_if_it_compiles(parameters)
    try:
        told = journey(parameters, int(numbers[0]), progress())
    finally:
        clear()
    say("\n".join(told))
    return 0


def scenarios(words: list[str]) -> int:
    """Print the questions there are: the scenarios, and behind them the studies that compare some."""
    from sim.composition import scenario, study_file

    _nothing_more(words)
    rows = [*scenario.table(), *((f"study={name}", question) for name, question in study_file.table())]
    width = max(len(name) for name, _ in rows) + 2
    for name, question in rows:
        say("\n".join(wrapped(question, f"{name:<{width}}", " " * width)))
    return 0


def config(words: list[str]) -> int:
    """Print what is composed, each value with where it comes from."""
    from sim.command.composed import config_csv, config_lines
    from sim.composition.compose import composition
    from sim.composition.understood import remarks

    _refuse_worlds(words)
    as_table, words = _csv_wanted(words)
    found = composition(words)
    for line in remarks(found):
        remark(line)
    _say_as_it_is([config_csv(found)] if as_table else config_lines(found))
    return 0


def assumptions(words: list[str]) -> int:
    """Print what is assumed of the configs, or of one composition; or every number of a kind."""
    from sim.command.assumptions import csv, lines, listed
    from sim.composition.compose import composition

    _refuse_worlds(words)
    as_table, words = _csv_wanted(words)
    kind, words = _kind_wanted(words)
    found = listed(composition(words) if words else None, kind)
    _say_as_it_is([csv(found)] if as_table else lines(found))
    return 0


def _kind_wanted(words: list[str]) -> tuple[Kind | None, list[str]]:
    """Return the kind of number that some words ask for, and the others."""
    asked = [word.removeprefix("kind=") for word in words if word.startswith("kind=")]
    wrong = [name for name in asked if name not in list(Kind)]
    if wrong or len(asked) > 1:
        raise BadInput([Problem("kind", Written(", ".join(wrong or asked)), f"must be one of {', '.join(Kind)}", "")])
    return Kind(asked[0]) if asked else None, [word for word in words if not word.startswith("kind=")]


def _csv_wanted(words: list[str]) -> tuple[bool, list[str]]:
    """Return whether the word `csv` is among some, and the others."""
    return "csv" in words, [word for word in words if word != "csv"]


def drivers(words: list[str]) -> int:
    """Print which uncertainties drive some figures, then write tables and a picture of it."""
    _refuse_worlds(words)
    sums_in_one_order()
    from sim.command.driven import asked_of, costs
    from sim.library import asked, of_drivers, refuse_figures
    from sim.library import drivers as drive

    wanted, rest = asked_of(words)
    question = asked(of_drivers(rest))
    refuse_figures(question, wanted.figures)
    for line in (*question.remarks, *costs(wanted.points, question.parameters, rest)):
        remark(line)
    _refuse_what_does_not_fit(question.parameters, rows=False)
    with taken(question.parameters.run.folder, f"drivers-of-{called(question.named)}", remark) as folder:
        _say_if_it_compiles(question.parameters)
        try:
            found = drive(question, wanted.figures, wanted.points, progress())
            clear()
            unshown = _shown(found.answer)
            found.write_into(folder.unfinished, ["prakerja", "drivers", *words])
        finally:
            clear()
    return _ended(unshown or _shown(f"\nTables, the picture and the manifest: {folder.path}"), folder.path)


def sums_in_one_order() -> None:
    """Have sums of arrays made on one thread, so in one order on any machine; before NumPy is loaded."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _say_as_it_is(lines: list[str]) -> None:
    """Print lines that fit already, or are for a program."""
    print("\n".join(map(printable, "\n".join(lines).split("\n"))))


def refuse_settings_of_others() -> None:
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
    refuse_settings_of_others()
    refuse_too_little()
    from sim.experiments.memory import needed_by, refuse_what_does_not_fit, without_rows

    if not rows:
        parameters = without_rows(parameters)
    refuse_what_does_not_fit(parameters)
    refuse_too_little(needed_by(parameters))
    return parameters


def _what_leaving_out_costs(parameters: Parameters, outages: Outages) -> str:
    from sim.experiments.memory import needed_by
    from sim.parameters.sayings import closed

    return (
        f"Then the same is simulated again without {closed(outages, parameters)}: twice the time, and about "
        f"{needed_by(parameters) / 1e9:.1f} GB of memory in all."
    )


def _say_if_it_compiles(parameters: Parameters) -> None:
    from sim.rules.compiling import FOLDER, REMARK, compiles_first

    if REMARK:
        remark(REMARK)
    if compiles_first(parameters.engine):
        first = "The first run" if FOLDER else "Each run"
        remark(f"{first} compiles what moves the people: up to half a minute more.")


def _no_person(number: str, parameters: Parameters | None) -> list[Problem]:
    people = None if parameters is None else parameters.population.people
    if number.isdecimal() and number.isascii() and len(number) <= DIGITS and (people is None or int(number) < people):
        return []
    if people == 0:
        return [Problem("person", number, "nobody is simulated", "Set population.applicants.")]
    allowed = "must be a whole number from 0" + (f" to {people - 1:,}" if people else "")
    return [Problem("person", number, allowed, "People are numbered in the order they register.")]


def _refuse_worlds(words: list[str]) -> None:
    asked = [word for word in words if word.startswith(f"{WORLDS}=")]
    if asked:
        do = f"Leave it out; `prakerja run {asked[0]}` runs in many worlds."
        raise BadInput([Problem(word, NOTHING, "has no use here", do) for word in asked])


def _nothing_more(words: list[str]) -> None:
    if words:
        raise BadInput([Problem(word, NOTHING, "has no use here", "Leave it out.") for word in words])
