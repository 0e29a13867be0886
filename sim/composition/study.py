"""What is compared: the scenarios of a study, a list or a sweep, each composed once and in order in every world."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from sim.composition import compare_words, scenario, study_file
from sim.composition.asked import BASE
from sim.composition.compare_options import Options, options_of
from sim.composition.compare_words import MOST_COMPARED, Swept, Words
from sim.composition.compose import Composition, composition
from sim.composition.ensemble import Worlds, worlds_of
from sim.composition.named import named_as
from sim.composition.understood import remarks
from sim.composition.words import quoted, word
from sim.experiments.comparing.design import Design
from sim.experiments.worlds import World
from sim.parameters import BadInput, Problem, validate
from sim.parameters.named import Named
from sim.parameters.problems import NOTHING, shown
from sim.results.comparison import Compared

SCALE = "population.scale"
A_HUNDREDTH = f"{SCALE}=0.01"
"""What is compared unless another scale is asked for: one person in a hundred."""

REPLICATIONS = 20
"""Replications unless it is said how many."""

MOST_IN_BASE = 200
"""Replications that a precision is given in the base world, unless it is said how many."""

PLAIN_RUN = {"folder": None, "people": "none", "figures": "none", "without_outages": False}
"""What a run of a comparison writes itself: nothing."""


@dataclass(frozen=True)
class Request:
    """A comparison that is in order, and how it is to be made."""

    design: Design
    options: Options
    made: str | None
    """How the members of the ensemble were made; None in the base world."""
    words: tuple[str, ...]
    folder: str | None
    draws: bool
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _One:
    """A scenario to be composed: its words, and what is swept."""

    scenario: str
    swept: tuple[Swept, ...]
    common: tuple[str, ...] = field(default=())

    @property
    def words(self) -> list[str]:
        named = [] if self.scenario == BASE else [f"scenario={quoted(self.scenario)}"]
        return [*named, *self.common, *(each.word for each in self.swept)]

    @property
    def sweep(self) -> dict[str, Any]:
        return {each.key: each.value for each in self.swept}


def asked(words: Sequence[str]) -> Request:
    """Return what the words after `prakerja compare` ask for; nothing is simulated.

    Raises BadInput, which tells all that is wrong at once: of the words, and of every scenario in every world.
    """
    said = compare_words.read(words)
    problems = list(said.problems)
    study = None
    try:
        study = None if said.study is None else study_file.load(said.study)
        problems += _beside_a_study(said)
        said = said if study is None else _with_study(study, said)
    except BadInput as bad:
        problems += bad.problems
    options, wrong = options_of(said.options)
    problems += [*wrong, *(said.problems if study is not None else [])]
    ones = list(_ones(said))
    if not problems:
        problems += _too_few_or_many(ones, said)
    if problems:
        raise BadInput(problems)
    most = _most(options)
    found = _composed(ones, options, most)
    compared = _compared(ones, [each for each, _ in found])
    _refuse_alike(compared)
    in_worlds = found[0][1]
    design = Design(
        study=None if study is None else study.name,
        question=None if study is None else study.question,
        scenarios=compared,
        worlds=tuple(_worlds(each, most) for _, each in found),
        reference=_reference(options.reference or (study.reference if study else None), compared),
        figures=options.figures or (study.figures if study else ()),
        in_worlds=options.in_worlds,
        replications=_first(options, len(_worlds(in_worlds, most))),
        precision=options.precision,
        with_people=options.people != "none",
        why=options.why,
    )
    return Request(
        design=design,
        options=options,
        made=None if in_worlds is None else in_worlds.made,
        words=tuple(words),
        folder=said.folder.get("run.folder", "").strip("'\"") or None,
        draws=said.folder.get("run.figures", "all").strip("'\"") != "none",
        remarks=tuple(dict.fromkeys(line for each, _ in found for line in remarks(each))),
    )


def _beside_a_study(said: Words) -> Iterator[Problem]:
    if said.study is not None and said.scenarios:
        do = "Leave one of the two out; a study of your own is a file: study=./mine.yaml."
        yield Problem("scenario", list(said.scenarios), "cannot be asked beside a study, which has its own", do)


def _with_study(study: study_file.Study, said: Words) -> Words:
    """Return the words with those of the study; what is said beside it wins."""
    own = compare_words.read(study.common)
    keys = {each.partition("=")[0] for each in said.common} | {each[0].key for each in said.sweeps}
    own.problems = [replace(each, path=f"study.common: {each.path}") for each in own.problems]
    if own.scenarios or own.study is not None:
        do = "Name them under scenarios."
        own.problems.append(Problem("study.common", list(study.common), "names scenarios", do))
    own.common = [each for each in own.common if each.partition("=")[0] not in keys] + said.common
    own.sweeps += [
        [Swept(key, value, word(key, value)) for value in values] for key, values in study.sweep if key not in keys
    ] + said.sweeps
    own.options |= said.options
    own.folder |= said.folder
    own.study, own.scenarios = said.study, list(study.scenarios)
    return own


def _ones(said: Words) -> Iterator[_One]:
    """Yield every scenario with every value of what is swept, the first key's values slowest."""
    chosen = said.scenarios or ([BASE] if said.sweeps else [])
    common = said.common if any(_key(each) == SCALE for each in said.common) else [A_HUNDREDTH, *said.common]
    count = len(chosen)
    for values in said.sweeps:
        count *= len(values)
    if count > MOST_COMPARED:
        said.problems.append(
            Problem("scenarios", count, f"must be at most {MOST_COMPARED}, crossed", "Compare fewer at once.")
        )
        return
    for name, swept in product(chosen, product(*said.sweeps)):
        yield _One(name, swept, tuple(common))


def _key(said: str) -> str:
    return said.partition("=")[0].lstrip("+")


def _too_few_or_many(ones: Sequence[_One], said: Words) -> Iterator[Problem]:
    yield from (each for each in said.problems if each.path == "scenarios")
    if ones or said.problems:
        if len(ones) == 1:
            do = f"Name another, such as scenario={BASE},{ones[0].scenario}; or sweep a key: processing.rate=1,2."
            do = do.replace(f"{BASE},{BASE}", f"{BASE},rate_800k")
            yield Problem("scenario", ones[0].scenario, "is one scenario, a comparison has two or more", do)
        return
    studies = ", ".join(study_file.names()) or "none yet"
    do = f"Write study=NAME (there are: {studies}), or scenario=NAME,NAME."
    yield Problem("prakerja compare", NOTHING, "does not say what is compared", do)


def _most(options: Options) -> int | None:
    """Return how many replications there may be; None: as many as there are worlds."""
    first = options.replications or (options.worlds if isinstance(options.worlds, int) else None)
    if options.precision is None:
        return first or REPLICATIONS
    return options.max_replications or (None if options.in_worlds else MOST_IN_BASE)


def _first(options: Options, most: int) -> int:
    first = options.replications or (options.worlds if isinstance(options.worlds, int) else None)
    return min(first or REPLICATIONS, most)


def _worlds(found: Worlds | None, most: int | None) -> tuple[World, ...]:
    """Return the world of each replication; in the base there is none that moves anything."""
    if found is not None:
        return found.worlds
    return tuple(World(number, {}) for number in range(1, (most or MOST_IN_BASE) + 1))


def _composed(ones: Sequence[_One], options: Options, most: int | None) -> list[tuple[Composition, Worlds | None]]:
    """Compose every scenario, once, and put it into every world; tell what is wrong with any."""
    found, wrong = list[tuple[Composition, Worlds | None]](), list[tuple[_One, Problem]]()
    count = most if most is not None else _members()
    for one in ones:
        in_worlds = [f"worlds={count}"] if options.in_worlds else []
        try:
            each = composition([*one.words, *in_worlds])
            if found:
                alike = [other for other, _ in found if other.asked.scenario == each.asked.scenario]
                each.take_over((alike or [found[0][0]])[0])
            named_as(each)
            found.append((each, worlds_of(each) if options.in_worlds else None))
        except BadInput as bad:
            wrong += [(one, _of_replications(problem)) for problem in bad.problems]
    if wrong:
        raise BadInput(_told(wrong, ones))
    return found


def _members() -> int:
    """Return how many members the ensemble has."""
    found = worlds_of(composition(["worlds=1"]))
    assert found is not None
    return found.members


def _of_replications(problem: Problem) -> Problem:
    if problem.path != "worlds":
        return problem
    return replace(problem, path="replications", do="Ask for fewer, or write worlds=base for luck alone.")


def _told(wrong: Sequence[tuple[_One, Problem]], ones: Sequence[_One]) -> Iterator[Problem]:
    """Yield the problems, each with the scenario that has it, where not all have it."""
    for one, problem in wrong:
        in_all = sum(other == problem for _, other in wrong) >= len(ones)
        alone = problem.path == "scenario" or problem.path in one.sweep or in_all
        yield problem if alone else replace(problem, path=f"{_name(one, one.scenario)}: {problem.path}")


def _compared(ones: Sequence[_One], found: Sequence[Composition]) -> tuple[Compared, ...]:
    several = len({one.scenario for one in ones}) > 1
    made = []
    for one, each in zip(ones, found, strict=True):
        config = copy.deepcopy(each.config)
        config["run"] |= PLAIN_RUN
        named = named_as(each)
        made.append(
            Compared(
                name=_name(one, named.name, several),
                label=_label(one, named, several),
                question=each.parameters.scenario.question,
                config=config,
                parameters=validate(config),
                named=named,
                sweep=one.sweep,
            )
        )
    return tuple(made)


def _name(one: _One, scenario_name: str, several: bool = True) -> str:
    swept = [f"{each.key}={_short(each.value)}" for each in one.swept]
    return " ".join([*([scenario_name] if several or not swept else []), *swept])


def _short(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _label(one: _One, named: Named, several: bool) -> str:
    """Return what a scenario is called in a legend: its name, and the values that are swept."""
    swept = []
    for each in one.swept:
        value = f"{each.value:,}" if type(each.value) is int else _short(each.value)
        said = [saying.short.words for saying in named.differs if each.key in saying.paths]
        swept += said or [f"{each.key} {value}"]
    return ", ".join([*([named.name] if several or not swept else []), *swept])


def _refuse_alike(compared: Sequence[Compared]) -> None:
    """Raise BadInput where two are called the same, are the same, or differ in what all have to share."""
    problems: list[Problem] = []
    first = compared[0]
    for number, each in enumerate(compared):
        for other in compared[:number]:
            if _computed(each) == _computed(other):
                do = "Leave one of the two out."
                problems.append(Problem("scenario", each.name, f"is the same as {other.name}", do))
            elif each.name == other.name:
                do = "Give one of them another scenario.name."
                problems.append(Problem("scenario", each.name, "is the name of two of them", do))
        for key in compare_words.SAME_IN_ALL:
            block, name = key.split(".")
            here, there = each.config[block][name], first.config[block][name]
            if here != there:
                allowed = f"must be {shown(there)}, as in {first.name}: all share it"
                problems.append(Problem(f"{each.name}: {key}", here, allowed, f"Write {key}= for all."))
    if problems:
        raise BadInput(problems)


def _computed(compared: Compared) -> dict[str, Any]:
    """Return the config without what it is called."""
    return {key: value for key, value in compared.config.items() if key != "scenario"}


def _reference(asked_for: str | None, compared: Sequence[Compared]) -> int:
    if asked_for is None:
        return 0
    for number, each in enumerate(compared):
        if _bare(each.name) == _bare(asked_for):
            return number
    named = ", ".join(each.name for each in compared)
    do = f"Write one of {named}."
    if asked_for in scenario.names():
        do = f"Add it to the scenarios, or write one of {named}."
    raise BadInput([Problem("reference", asked_for, "is none of the scenarios that are compared", do)])


def _bare(name: str) -> str:
    return name.replace("_", "").replace(" ", "")
