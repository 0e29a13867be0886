"""The commands `baseline` and `check`: record what a scenario's figures are, and hold later versions to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sim.command.options import Options, options
from sim.command.progress import clear, progress
from sim.command.screen import remark, say
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, Written
from sim.results.baselines.baseline import LEAST, MOST, REPLICATIONS, flat
from sim.results.baselines.file import FOLDER, names, path_of, read, write_whole, written

if TYPE_CHECKING:
    from sim.experiments.baselines import Asked
    from sim.results.baselines.baseline import Baseline
    from sim.results.baselines.checked import Checked

SCALE = "population.scale=0.004"
"""People of a baseline's runs, unless another scale is said: one in 250 is quick, and sure enough for its margins."""

OF_A_BASELINE = ("population.scale", "population.applicants", "run.seed", "engine")
"""Keys that may be said of a baseline: how it is run. What is asked stands in its scenario."""

REPLACE, ALL, SEAL = "--replace", "--all", "--seal"
JUNIT, MARKDOWN, ANNOTATIONS = "--junit", "--markdown", "--annotations"

RUNS = Path("results/runs")


def baseline(words: list[str]) -> int:
    """Record the baselines of some scenarios."""
    from sim.composition import scenario

    asked = options(words, flags=(REPLACE, ALL, SEAL))
    scenarios, keys, replications = _said(asked.words)
    there = names() if ALL in asked.flags else [name for name in names() if name in scenarios]
    if not scenarios and not there:
        do = f"Name one, such as prakerja baseline {scenario.names()[0]}; or {ALL} for those in {FOLDER}."
        raise BadInput([Problem("scenario", NOTHING, "of which scenario it is must be said", do)])
    if SEAL in asked.flags:
        _refuse_beside_a_seal([*sorted(asked.flags - {SEAL, ALL}), *keys], replications)
        return _seal(list(dict.fromkeys([*scenarios, *there])))
    _refuse_to_replace(there, asked)
    _ready()
    before = {name: _before(name) for name in there}
    wanted = [_as_before(name, old, keys, replications) for name, old in before.items()]
    wanted += [_as_asked(each, keys, replications, before) for each in scenarios if each not in there]
    _refuse_to_replace([name for name in before if name not in there], asked)
    return _record(wanted, before)


def _refuse_beside_a_seal(words: Sequence[str], replications: int | None) -> None:
    """Refuse what says how a baseline is recorded, where it is only accepted as it stands."""
    beside = [*words, *([f"replications={replications}"] if replications is not None else [])]
    if beside:
        do = f"Leave it out, or record the baseline anew with {REPLACE}."
        raise BadInput(Problem(word, NOTHING, f"has no use beside {SEAL}: nothing is simulated", do) for word in beside)


def _refuse_to_replace(there: Sequence[str], asked: Options) -> None:
    """Refuse to record over baselines that are there, unless that is asked."""
    if there and REPLACE not in asked.flags:
        do = f"Add {REPLACE} to record over it; what moves is printed."
        raise BadInput(Problem(Written(str(path_of(name))), NOTHING, "is there already", do) for name in there)


def _as_asked(
    scenario: str, keys: Sequence[str], replications: int | None, before: dict[str, Baseline | None]
) -> tuple[Asked, int]:
    """Return what is recorded of a scenario that is named by its file; `before` is added to where there is one of it.

    What is not said stays as it was there.
    """
    found = _at_its_scale([f"scenario={scenario}", *keys])
    if found.name in before or not path_of(found.name).exists():
        return found, replications or REPLICATIONS
    before[found.name] = old = _before(found.name)
    if old is None:
        return found, replications or REPLICATIONS
    words = [f"scenario={scenario}", *(word for word in old.words if not word.startswith("scenario="))]
    return composed(instead(words, keys)), replications or len(old.replications)


def _as_before(name: str, old: Baseline | None, keys: Sequence[str], replications: int | None) -> tuple[Asked, int]:
    """Return what is recorded again: the words and the number of replications that the baseline has."""
    if old is None:
        return _at_its_scale([f"scenario={name}", *keys]), replications or REPLICATIONS
    return composed(instead(old.words, keys)), replications or len(old.replications)


def _record(wanted: Sequence[tuple[Asked, int]], before: Mapping[str, Baseline | None]) -> int:
    from sim.experiments.baselines import against, record
    from sim.report.baselines.answer import recorded
    from sim.report.baselines.words import margins
    from sim.results.baselines.margins import with_those_set_by_hand

    tell = progress()
    try:
        made = record(wanted, tell)
    finally:
        clear()
    for (asked, _), new in zip(wanted, made, strict=True):
        old, path = before.get(new.name), path_of(new.name)
        kept = new if old is None else with_those_set_by_hand(new, old)
        write_whole(path, written(kept))
        say(f"{path}: {len(new.figures)} figures, {len(new.replications)} replications")
        for line in margins(kept):
            say(f"  {line}")
        if old is not None:
            say(recorded(against(old, new, asked)))
    return 0


def _before(name: str) -> Baseline | None:
    """Return the baseline that is recorded over; nothing where it cannot be read."""
    try:
        return read(path_of(name), sealed=False)
    except BadInput as bad:
        said = "; ".join(problem.allowed for problem in bad.problems)
        remark(f"{path_of(name)} {said}. It is recorded over all the same; what moves cannot be said.")
        return None


def _seal(scenarios: Sequence[str]) -> int:
    """Accept baselines that were changed by hand, such as a margin: their checksums are made again."""
    from sim.report.baselines.words import margins
    from sim.results.baselines.margins import by_hand

    for name, found in [(name, by_hand(read(path_of(name), sealed=False))) for name in scenarios]:
        write_whole(path_of(name), written(found))
        say(f"{path_of(name)}: accepted as it is. What was changed: git diff {path_of(name)}")
        for line in margins(found):
            say(f"  {line}")
    return 0


def check(words: list[str]) -> int:
    """Run baselines again and say what moved."""
    asked = options(words, flags=(ANNOTATIONS,), values=(JUNIT, MARKDOWN))
    scenarios, keys, _ = _said(asked.words, read_only=True)
    _refuse_what_cannot_be_written(asked)
    every = scenarios or names()
    if not every:
        do = "Record one: prakerja baseline rate_800k."
        raise BadInput([Problem(Written(str(FOLDER)), NOTHING, "has no baseline", do)])
    expected = _read_all(every)
    _ready()
    wanted = [(each, _now(each, keys)) for each in expected]
    from sim.experiments.baselines import check as checked

    try:
        found = checked(wanted, progress())
    finally:
        clear()
    return _told(found, asked, keys)


def _refuse_what_cannot_be_written(asked: Options) -> None:
    """Refuse a report's file that is a folder, or cannot be written, before minutes are spent."""
    problems = []
    for option, value in asked.values.items():
        path = Path(value)
        above = next(each for each in path.absolute().parents if each.exists())
        if path.is_dir():
            problems.append(Problem(option, Written(value), "is a folder", "Name a file."))
        elif not (above.is_dir() and os.access(above, os.W_OK)):
            problems.append(Problem(option, Written(value), f"cannot be written in {above}", "Name another file."))
    if problems:
        raise BadInput(problems)


def _now(old: Baseline, keys: Sequence[str]) -> Asked:
    """Return what a baseline asks for as it is composed now; raise BadInput where that is no longer its scenario."""
    path = Written(str(path_of(old.name)))
    try:
        found = composed(instead(old.words, keys))
    except BadInput as bad:
        if keys:
            raise
        why = "; ".join(one.text.rstrip(".") for one in bad.problems)
        asks = f"asks for what cannot be composed any more ({' '.join(old.words)}): {why}"
        raise BadInput([Problem(path, NOTHING, asks, f"Mend it, or remove {path}.")]) from None
    if found.name != old.name:
        do = f"Take it back (git checkout {path}), or record {found.name}."
        raise BadInput([Problem(path, NOTHING, f"asks for {found.name} ({' '.join(old.words)}), not {old.name}", do)])
    return found


def _told(found: Sequence[Checked], asked: Options, keys: Sequence[str]) -> int:
    from sim.report.baselines.answer import answer, markdown
    from sim.report.baselines.machines import for_github, junit
    from sim.results.baselines.checked import code_of

    say(answer(found, keys))
    if ANNOTATIONS in asked.flags:
        print("\n".join(for_github(found)))
    makers: dict[str, Callable[[Sequence[Checked]], str]] = {JUNIT: junit, MARKDOWN: markdown}
    for option, make in makers.items():
        if option in asked.values:
            write_whole(Path(asked.values[option]), make(found))
    _draw(found)
    sys.stdout.flush()
    return code_of([each.code for each in found])


def _draw(found: Sequence[Checked]) -> None:
    """Draw what changed, into a folder of its own beside the runs."""
    from sim.report.baselines.answer import markdown
    from sim.report.baselines.picture import draw
    from sim.results.baselines.judge import Verdict
    from sim.results.folder import FolderTakenError, whole_folder

    if not any(len(each.of(Verdict.IDENTICAL)) < len(each.judged) for each in found):
        return
    folder = RUNS / f"check-{datetime.now():%Y-%m-%d-%H%M%S}"  # noqa: DTZ005  (the planner's own clock)
    try:
        with whole_folder(folder, remark) as unfinished:
            (unfinished / "summary.md").write_text(markdown(found), encoding="utf-8")
            for each in found:
                draw(each, unfinished)
    except FolderTakenError as error:
        remark(f"{folder} {error}: no picture was drawn.")
        return
    say(f"Pictures and all that changed: {folder}")


def _read_all(every: Sequence[str]) -> list[Baseline]:
    """Return all baselines that are named; all that is wrong with any is told at once."""
    found, problems = [], list[Problem]()
    for name in every:
        try:
            found.append(read(path_of(name)))
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
    return found


def _said(words: Sequence[str], read_only: bool = False) -> tuple[list[str], list[str], int | None]:
    """Return the scenarios, the keys and the replications that words name."""
    scenarios, keys, replications, problems = list[str](), list[str](), None, list[Problem]()
    for word in words:
        key, sign, value = word.partition("=")
        if not sign:
            scenarios.append(word)
        elif key == "scenario":
            scenarios.append(value)
        elif key == "replications" and read_only:
            do = "Leave it out: a baseline says how many are run."
            problems.append(Problem(key, Written(value), "is not said of a check", do))
        elif key == "replications":
            if not (value.isascii() and value.isdecimal() and LEAST <= int(value[:9]) <= MOST):
                do = f"{REPLICATIONS} unless it is said; the fewer, the wider the margins."
                problems.append(Problem(key, Written(value), f"must be a whole number from {LEAST} to {MOST}", do))
            else:
                replications = int(value)
        elif key.lstrip("+") == "run.replication":
            do = "Leave it out: a baseline says which are run."
            problems.append(Problem(key, Written(value), "is not said of a baseline", do))
        elif read_only or key in OF_A_BASELINE:
            keys.append(word)
        else:
            do = f"Write a scenario of your own that says so; here only {', '.join(OF_A_BASELINE)} may be said."
            problems.append(Problem(word, NOTHING, "would make it the baseline of another question", do))
    if problems:
        raise BadInput(problems)
    return list(dict.fromkeys(scenarios)), keys, replications


def _at_its_scale(words: Sequence[str]) -> Asked:
    """Return a scenario at the scale that it says, or a word; at that of baselines where none does."""
    found = composed(words)
    said = any(word.startswith("population.scale=") for word in words) or found.parameters.population.scale != 1
    return found if said else composed([*words, SCALE])


def instead(words: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Return words with some keys said in the place of those that they have."""
    said = {word.partition("=")[0] for word in keys}
    return [*(word for word in words if word.partition("=")[0] not in said), *keys]


def composed(words: Sequence[str]) -> Asked:
    """Return a scenario as it is composed now."""
    import hashlib

    from sim.experiments.baselines import Asked
    from sim.library import asked
    from sim.results.manifest import parameters_hash

    question = asked(words)
    if question.worlds is not None:
        do = "Leave it out: luck alone moves a baseline."
        raise BadInput([Problem("worlds", NOTHING, "is not said of a baseline", do)])
    own, market = flat(question.config), question.parameters.market
    if market is not None and market.file is not None:
        own["market.file.sha256"] = hashlib.sha256(market.file.contents).hexdigest()
    name = question.parameters.scenario.name
    return Asked(name, tuple(words), question.parameters, own, parameters_hash(question.config))


def _ready() -> None:
    """Refuse what would change how it is computed, before anything is."""
    from sim.command.address_space import refuse_too_little
    from sim.command.ask import refuse_settings_of_others, sums_in_one_order

    refuse_settings_of_others()
    refuse_too_little()
    sums_in_one_order()
