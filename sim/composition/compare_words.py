"""The words of `prakerja compare`, read with Hydra's own grammar: scenarios, sweeps, and what all share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, Override, QuotedString, Transformer
from hydra.errors import HydraException

from sim.composition import scenario, study_file
from sim.composition.asked import BARE, REPLAYED
from sim.composition.base import options
from sim.composition.compare_options import READ
from sim.composition.comparison_file import Kept
from sim.parameters import Parameters, Problem
from sim.parameters.problems import NOTHING, Written

MOST_COMPARED = 40
"""Scenarios of one comparison."""

SAME_IN_ALL = {
    "population.scale": "is the same in every scenario, since they are held beside one another",
    "run.seed": "is the luck, which is the same in every scenario, so that differences are theirs",
    "run.replication": "is the luck, which is the same in every scenario; replications= says how many there are",
}
"""Keys that cannot be swept, and why."""

NO_USE = {
    "run.people": "Leave it out; `prakerja run` writes rows of people.",
    "run.without_outages": "Compare a scenario that has the outage with one that has none.",
}
"""Keys that have no use in a comparison, and what to do."""

OF_THE_FOLDER = ("run.folder", "run.figures")
"""Keys that are said of the comparison, not of its runs."""


@dataclass(frozen=True)
class Swept:
    """One value of a sweep: the word that sets it."""

    key: str
    value: Any
    word: str


@dataclass
class Words:
    """Hold what the words of a comparison say, and what is wrong with them."""

    scenarios: list[str] = field(default_factory=list)
    study: str | None = None
    again: str | None = None
    """The folder of a comparison that is to be made again."""
    again_of: tuple[Kept, ...] = ()
    """The scenarios that are in it."""
    sweeps: list[list[Swept]] = field(default_factory=list)
    """Of each swept key its values, in order."""
    common: list[str] = field(default_factory=list)
    """Words that all scenarios share, as they are written."""
    options: dict[str, str] = field(default_factory=dict)
    """Words that are no keys, by name, as they are written."""
    folder: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(words: Sequence[str]) -> Words:
    """Read the words that follow `prakerja compare`; what is shared is read when it is composed."""
    found, parser = Words(), OverridesParser.create()
    for word in words:
        key, equals, text = word.partition("=")
        if BARE.fullmatch(word) and not equals:
            _bare(word, found)
        elif key in ("study", REPLAYED) or key in READ or key in OF_THE_FOLDER:
            _own(key, text, found)
        elif key in NO_USE:
            found.problems.append(Problem(key, Written(text), "has no use in a comparison", NO_USE[key]))
        elif (meant := _meant(key)) is not None:
            found.problems.append(Problem(key, Written(text), "is no word of a comparison", f"Did you mean {meant}?"))
        else:
            _key(word, found, parser)
    return found


def _meant(key: str) -> str | None:
    """Return the word of a comparison that a key is a slip of, where it is no key of the configs."""
    if key.lstrip("+~") in Parameters.model_fields or not key.isidentifier():
        return None
    return next(iter(get_close_matches(key, [*READ, "study", "scenario"], n=1, cutoff=0.75)), None)


def _open(text: str) -> bool:
    """Return whether a bracket is opened that is not closed."""
    return any(text.count(one) > text.count(other) for one, other in ("()", "[]", "{}"))


def _bare(word: str, found: Words) -> None:
    if word in study_file.names() and word not in scenario.names():
        _own("study", word, found)
    else:
        found.scenarios.append(word)


def _own(key: str, text: str, found: Words) -> None:
    said = found.options if key in READ else found.folder
    given = {"study": found.study, REPLAYED: found.again}
    if given.get(key) is not None or key in said:
        found.problems.append(Problem(key, Written(text), "is given more than once", "Leave one of the two out."))
    elif key == "study":
        found.study = text.strip("'\"")
    elif key == REPLAYED:
        found.again = text.strip("'\"")
    else:
        said[key] = text


def _nothing_of(override: Override) -> tuple[str, str]:
    """Return why a sweep has no value, and what to do."""
    if isinstance(override.value(), Glob):
        return "is the name of none", "`prakerja scenarios` lists them."
    return "has no value: it ends before it begins", "Write range(FIRST,LAST,STEP), LAST left out."


def _key(word: str, found: Words, parser: OverridesParser) -> None:
    try:
        override = parser.parse_override(word)
    except (HydraException, RecursionError, ValueError):
        key, _, text = word.partition("=")
        if _open(text):
            do = f"Write {key}=range(FIRST,LAST,STEP), for example."
            found.problems.append(Problem(key, Written(text), "has a bracket that is not closed", do))
            return
        found.common.append(word)  # what composes says why it cannot be read
        return
    if not override.is_sweep_override():
        if override.key_or_group == "scenario":
            found.scenarios.append(str(override.value()))
        else:
            found.common.append(word)
        return
    key = override.key_or_group
    problem = _refused(override, word)
    if problem is not None:
        found.problems.append(problem)
        return
    each = list(islice(_values(override), MOST_COMPARED + 1))
    if len(each) > MOST_COMPARED:
        allowed = f"asks for more than {MOST_COMPARED} values"
        found.problems.append(Problem(word, NOTHING, allowed, "Compare fewer at once."))
    elif not each:
        found.problems.append(Problem(word, NOTHING, *_nothing_of(override)))
    elif key == "scenario":
        found.scenarios += [str(one.value) for one in each]
    elif any(one.key == key for one, *_ in found.sweeps):
        found.problems.append(Problem(key, NOTHING, "is given more than once", "Leave one of the two out."))
    else:
        found.sweeps.append(each)


def _refused(override: Override, word: str) -> Problem | None:
    """Return what is wrong with a sweep before its values are looked at."""
    key, value = override.key_or_group, override.value()
    written = word.partition("=")[2]
    if override.is_delete() or (override.is_add() and key == "scenario"):
        return Problem(word, NOTHING, "cannot be swept", "Write key=value,value.")
    if key in SAME_IN_ALL:
        return Problem(key, Written(written), SAME_IN_ALL[key], "Give it one value.")
    if override.is_interval_sweep():
        do = f"Write the values, or {key}=range(FIRST,LAST,STEP)."
        return Problem(key, Written(written), "is an interval, which does not say which of its values are meant", do)
    if getattr(value, "shuffle", False):
        do = "Leave shuffle out: the first is the reference."
        return Problem(key, Written(written), "has no order that stays the same", do)
    if isinstance(value, ChoiceSweep) and not value.simple_form:
        do = f"Write {key}=" + ",".join(_texts(override)) + "."
        return Problem(key, Written(written), "chooses, where a comparison takes every value", do)
    if isinstance(value, Glob) and key != "scenario" and key not in options():
        do = "Write the values. Names of scenarios and of files in configs/ can be found by glob(...)."
        return Problem(key, Written(written), "finds names, and the key has numbers", do)
    return None


def _texts(override: Override) -> Iterator[str]:
    return iter(list(islice(override.sweep_string_iterator(), MOST_COMPARED + 1)))


def _values(override: Override) -> Iterator[Swept]:
    """Yield the values of a sweep in order, each with its word."""
    key, value = override.key_or_group, override.value()
    sign = str(override.input_line).partition(key)[0]  # +key adds one
    if isinstance(value, Glob):
        there = scenario.names() if key == "scenario" else options()[key]
        for name in value.filter(there):
            yield Swept(key, name, f"{key}={name}")
        return
    for one in override.sweep_iterator(transformer=lambda each: each):
        plain: Any = one.text if isinstance(one, QuotedString) else one
        if override.is_range_sweep() and isinstance(plain, float):
            plain = float(f"{plain:.12g}")  # 0.3, where adding up the steps gives 0.30000000000000004
        text = str(plain) if isinstance(plain, float) else Transformer.encode(one)
        yield Swept(key, plain, f"{sign}{key}={text}")
