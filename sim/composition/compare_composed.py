"""The scenarios of a comparison, each composed once and put into every world; what is wrong with any is told."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.composition import compare_words
from sim.composition.asked import BASE
from sim.composition.compare_options import Options
from sim.composition.compare_words import Swept
from sim.composition.comparison_file import Kept
from sim.composition.compose import Composition, composition
from sim.composition.ensemble import Worlds, worlds_of
from sim.composition.named import named_as
from sim.composition.words import quoted
from sim.parameters import BadInput, Problem, validate
from sim.parameters.named import Named
from sim.parameters.problems import shown
from sim.results.comparison import Compared

PLAIN_RUN = {"folder": None, "people": "none", "figures": "none", "without_outages": False}
"""What a run of a comparison writes itself: nothing."""


@dataclass(frozen=True)
class One:
    """A scenario to be composed: its words, and what is swept."""

    scenario: str
    swept: tuple[Swept, ...]
    common: tuple[str, ...] = ()
    kept: Kept | None = None
    """Where a comparison is made again: the scenario as its folder has it."""

    @property
    def words(self) -> list[str]:
        """Return the words that it is composed of."""
        if self.kept is not None:
            return [f"config={quoted(str(self.kept.config))}", *self.common]
        named = [] if self.scenario == BASE else [f"scenario={quoted(self.scenario)}"]
        return [*named, *self.common, *(each.word for each in self.swept)]

    @property
    def sweep(self) -> dict[str, Any]:
        """Return the keys that are swept, and their values."""
        if self.kept is not None:
            return self.kept.sweep
        return {each.key: each.value for each in self.swept}


def composed(ones: Sequence[One], options: Options, most: int | None) -> list[tuple[Composition, Worlds | None]]:
    """Compose every scenario, once, and put it into every world; tell what is wrong with any."""
    found, wrong = list[tuple[Composition, Worlds | None]](), list[tuple[One, Problem]]()
    count = most if most is not None else _members()
    for one in ones:
        in_worlds = [f"worlds={count}"] if options.in_worlds else []
        try:
            each = composition([*one.words, *in_worlds])
            if found:
                alike = [other for other, _ in found if other.asked.scenario == each.asked.scenario]
                each.take_over((alike or [found[0][0]])[0])
            named_as(each)
            found.append((each, worlds_of(each, found[0][1] if found else None) if options.in_worlds else None))
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


def _told(wrong: Sequence[tuple[One, Problem]], ones: Sequence[One]) -> Iterator[Problem]:
    """Yield the problems, each with the scenario that has it, where not all have it."""
    for one, problem in wrong:
        in_all = sum(other == problem for _, other in wrong) >= len(ones)
        alone = problem.path == "scenario" or problem.path in one.sweep or in_all
        yield problem if alone else replace(problem, path=f"{_name(one, one.scenario)}: {problem.path}")


def compared_of(ones: Sequence[One], found: Sequence[Composition]) -> tuple[Compared, ...]:
    """Return the scenarios as they are compared: what each is called, and a config that writes nothing itself."""
    several = len({one.scenario for one in ones}) > 1
    made = []
    for one, each in zip(ones, found, strict=True):
        config = copy.deepcopy(each.config)
        config["run"] |= PLAIN_RUN
        named = named_as(each)
        made.append(
            Compared(
                name=_name(one, named.name, several),
                label=_label(one, named, several) if one.kept is None else one.kept.label,
                question=each.parameters.scenario.question,
                config=config,
                parameters=validate(config),
                named=named,
                sweep=one.sweep,
            )
        )
    return tuple(made)


def _name(one: One, scenario_name: str, several: bool = True) -> str:
    if one.kept is not None:
        return one.kept.name
    swept = [f"{each.key}={_short(each.value)}" for each in one.swept]
    return " ".join([*([scenario_name] if several or not swept else []), *swept])


def _short(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _label(one: One, named: Named, several: bool) -> str:
    """Return what a scenario is called in a legend: its name, and the values that are swept."""
    swept = []
    for each in one.swept:
        value = f"{each.value:,}" if type(each.value) is int else _short(each.value)
        said = [saying.short.words for saying in named.differs if each.key in saying.paths]
        swept += said or [f"{each.key} {value}"]
    return ", ".join([*([named.name] if several or not swept else []), *swept])


def refuse_alike(compared: Sequence[Compared]) -> None:
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
