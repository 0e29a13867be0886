"""The sub-commands: each takes the words after its name and returns the exit code."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from sim.experiments.calibration.learning import Problem as ToFit

SCALE_OF_THE_FIT = "population.scale=0.01"
"""A fit runs history hundreds of times: a hundredth of the people is quick and sure enough."""

OF_A_FIT, REHEARSAL = ("population.scale", "run.seed"), "rehearse"
"""What may be said beside `calibrate` and `validate`."""

WORK_OF_A_FIT = ".calibration"
"""The folder beside the configs in which the runs of a fit are kept, so that it may be stopped and goes on."""

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


def calibrate(words: list[str]) -> int:
    """Fit the uncertain numbers of the base, write them and the members into the configs, and print what is known."""
    from sim.composition import folders
    from sim.composition.base import base_files

    problem, rehearsed = fit_of(words)
    from sim.experiments.calibrate import write
    from sim.experiments.calibration.fit import fit
    from sim.experiments.calibration.said import said_of, why_not_relied_on

    then = "Then draws are run and weighed, and the members are taken."
    took = "On two cores all of it took 29 minutes with one person in 100."
    remark(_what_a_fit_takes(problem, rehearsed, then, took))
    try:
        found = fit(problem)
    finally:
        clear()
    for line in said_of(found):
        say(line)
    if rehearsed:
        remark("A rehearsal: nothing is written, and whether the chains agree is not judged.")
        return 0
    if why := why_not_relied_on(found.chains, found.weighed):
        remark(f"Nothing is written: {why}, so that what they say cannot be relied on.")
        return 1
    write(found, folders.configs(), base_files())
    return 0


def validate(words: list[str]) -> int:
    """Leave the figures of each date out, fit without them, predict them, and print how well."""
    problem, rehearsed = fit_of(words)
    from sim.experiments.calibration.learning import learn_first, learn_nearer
    from sim.experiments.calibration.leaving_out import (
        EFFORT,
        left_out_in_turn,
        said_of_chains,
        said_of_predictions,
        why_not_relied_on,
    )

    then = "Then each date with figures is left out in turn and predicted."
    took = "On two cores that took 25 minutes with the runs that a fit had kept; without them they are made first."
    remark(_what_a_fit_takes(problem, rehearsed, then, took))
    try:
        learned, _ = learn_nearer(problem, learn_first(problem))
        effort = problem.settings.effort if rehearsed else EFFORT
        found, agreed = left_out_in_turn(learned, problem.tell, effort)
    finally:
        clear()
    if rehearsed:
        say(
            "A rehearsal: little was run, so nothing below may be believed, and whether the chains agree is not judged."
        )
    for line in (*said_of_predictions(found), "", *said_of_chains(agreed)):
        say(line)
    if rehearsed:
        return 0
    if why := why_not_relied_on(agreed):
        remark(f"The predictions cannot be relied on: {why}.")
        return 1
    return 0


def _what_a_fit_takes(problem: ToFit, rehearsed: bool, then: str, took: str) -> str:
    """Return what a fit begins with, and about how long all of it takes."""
    settings = problem.settings
    runs = settings.points + settings.nearer * settings.rounds
    people = f"one person in {1 / problem.config['population']['scale']:,.6g}"
    return (
        f"Learns to tell {len(problem.figures)} published figures from {runs:,} runs of {people}. {then} "
        f"{'' if rehearsed else f'{took} '}"
        f"Interrupted, it goes on from the runs kept in {WORK_OF_A_FIT}/."
    )


def fit_of(words: list[str]) -> tuple[ToFit, bool]:
    """Return what is to be fitted, and whether in a rehearsal only."""
    others = [word for word in words if word != REHEARSAL and word.partition("=")[0] not in OF_A_FIT]
    if others:
        raise BadInput([Problem(word, NOTHING, "cannot be said here", _instead_of(word)) for word in others])
    refuse_settings_of_others()
    refuse_too_little()
    _sums_in_one_order()
    from sim.composition import folders
    from sim.composition.compose import composition
    from sim.composition.kinds import uncertain
    from sim.experiments.calibration.inputs import Inputs
    from sim.experiments.calibration.learning import REHEARSED, Settings
    from sim.experiments.calibration.learning import Problem as ToFit

    rehearsed = REHEARSAL in words
    keys = [word for word in words if word != REHEARSAL]
    own = any(word.startswith("population.scale=") for word in keys)
    found = composition(keys if own else [SCALE_OF_THE_FIT, *keys])
    folder = folders.configs().parent / WORK_OF_A_FIT
    numbers = Inputs(uncertain(composition([])))
    settings = REHEARSED if rehearsed else Settings()
    return ToFit.of(found.parameters, found.config, numbers, folder, settings, progress()), rehearsed


def _instead_of(word: str) -> str:
    """Return what to say to a fit in place of a word that it does not take."""
    near = get_close_matches(word.partition("=")[0], [REHEARSAL, *OF_A_FIT], n=1)
    meant = f"Did you mean {near[0]}? " if near else "Leave it out. "
    return f"{meant}The fit is of history as it is; only {', '.join(OF_A_FIT)} and {REHEARSAL} may be said."


def drivers(words: list[str]) -> int:
    """Print which uncertainties drive some figures, then write tables and a picture of it."""
    _refuse_worlds(words)
    _sums_in_one_order()
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


def _sums_in_one_order() -> None:
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
