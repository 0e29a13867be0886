"""The commands `calibrate` and `validate`: fit history, and predict the dates that were left out of a fit."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from sim.command.address_space import refuse_too_little
from sim.command.ask import refuse_settings_of_others, sums_in_one_order
from sim.command.progress import clear, progress
from sim.command.screen import remark, say
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING

if TYPE_CHECKING:
    from sim.experiments.calibration.learning import Problem as ToFit

SCALE_OF_THE_FIT = "population.scale=0.01"
"""A fit runs history hundreds of times: a hundredth of the people is quick and sure enough."""

OF_A_FIT, REHEARSAL = ("population.scale", "run.seed"), "rehearse"
"""What may be said beside `calibrate` and `validate`."""

WORK_OF_A_FIT = ".calibration"
"""The folder beside the configs in which the runs of a fit are kept, so that it may be stopped and goes on."""


def calibrate(words: list[str]) -> int:
    """Fit the uncertain numbers of the base, write them and the members into the configs, and print what is known."""
    from sim.composition import folders
    from sim.composition.base import base_files

    problem, rehearsed = fit_of(words)
    from sim.experiments.calibrate import write
    from sim.experiments.calibration.fit import fit
    from sim.experiments.calibration.said import said_of, why_not_relied_on

    then = "Then draws are run and weighed, and the members are taken."
    took = "On two cores all of it took 22 minutes with one person in 100."
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
    took = (
        "On two cores, busy besides, that took 56 minutes with the runs that a fit had kept; "
        "without them they are made first."
    )
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
    sums_in_one_order()
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
