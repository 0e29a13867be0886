"""What was asked for on the command line, read with Hydra's own grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from sim.composition import scenario
from sim.composition.base import no_option
from sim.composition.harmless import harms
from sim.composition.limits import DEEPEST, LONGEST_KEY, LONGEST_LINE, LONGEST_WORD, MOST_IN_WORDS, MOST_WORDS
from sim.parameters.problems import NOTHING, Problem, Written, cut, suggestion
from sim.parameters.quantities import separated

KEYS = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)
"""A key, or the path of one: what Hydra makes of other signs (a group, a package) is no part of our configs."""

ENTRY = re.compile(r"[+~]{0,2}([\w-]{1,60}(?:\.[\w-]{1,60}){0,9})\[\d{1,9}\][\w.\[\]-]{0,99}(?==|$)", re.ASCII)
"""A key as answers name it, of one entry of a list; its first part is the list."""

BARE = re.compile(r"[\w./][\w./-]*", re.ASCII)
"""A word that changes nothing: it must be the name of a scenario, or a file."""

REPLAYED = "config"
"""The word that names the config of a run that was made before."""

WORLDS, ONE_WORLD = "worlds", "base"
"""The word that asks for a run in many worlds, and what asks for the fitted values alone, as is done unless asked."""

NO_NUMBER_OF_WORLDS = (
    "must be a whole number from 1",
    f"Write {WORLDS}=40, or {WORLDS}={ONE_WORLD} for the fitted values alone.",
)
"""What the number of worlds must be, and what to do where it is not."""

NAMED = {
    "scenario": "scenario=NAME or scenario=FILE",
    REPLAYED: f"{REPLAYED}=FILE",
    WORLDS: f"{WORLDS}=NUMBER or {WORLDS}={ONE_WORLD}",
}
"""Words that are no keys, and how each is written."""

SCENARIOS = "scenarios"
"""The group under which Hydra knows the scenario, which is no key."""


BASE = "history"
"""The scenario that is the base."""


@dataclass
class Asked:
    """Hold the scenario, the parts and the keys that were asked for, and what is wrong with them."""

    scenario: str = BASE
    replayed: str | None = None
    """The file of a whole config, in place of the base and a scenario."""
    parts: dict[str, str] = field(default_factory=dict)
    keys: list[Override] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    worlds: int | None = field(default=None, compare=False)
    """In how many worlds it is asked, which changes nothing of what is composed; 0: in the base; None: not said."""


def read(words: Sequence[str], options: dict[str, list[str]]) -> Asked:
    """Read the overrides that follow a command, all of them, whatever is wrong with some.

    `options` are the groups of the configs, and the names of the files that each can be.
    """
    asked, parser, scenarios, replayed = Asked(), OverridesParser.create(), [], []
    worlds: list[Override] = []
    asked.problems += _too_much(words)
    if asked.problems:
        return asked
    for word in words:
        if BARE.fullmatch(word):
            if word in scenario.names() or word.endswith((".yaml", ".yml")):
                scenarios.append(word)
            else:
                advice = suggestion(word, scenario.names()).replace("Known here", "There are")
                do = f"{advice} Write key=value to change a key."
                asked.problems.append(Problem(word, NOTHING, "is no scenario", do))
            continue
        override, problems = _override(word, parser)
        if override is None or problems:
            asked.problems += problems
        elif override.key_or_group == "scenario":
            scenarios.append(str(override.value()))
        elif override.key_or_group == REPLAYED:
            replayed.append(str(override.value()))
        elif override.key_or_group == WORLDS:
            worlds.append(override)
        elif override.key_or_group in options:
            asked.problems += _exchanged(override, options, asked.parts)
        else:
            asked.keys.append(override)
    given = [override.key_or_group for override in asked.keys]
    for key in sorted({key for key in given if given.count(key) > 1}):
        asked.problems.append(Problem(key, NOTHING, "is given more than once", "Leave one of the two out."))
    if len(scenarios) > 1:
        asked.problems.append(Problem("scenario", scenarios, "is given more than once", "Ask one at a time."))
    asked.scenario = scenarios[0] if scenarios else BASE
    asked.problems += _in_worlds(worlds, asked)
    if replayed:
        asked.replayed = replayed[0]
        asked.problems += _beside_a_replay(scenarios, replayed, asked.parts)
    return asked


def _in_worlds(worlds: list[Override], asked: Asked) -> Iterator[Problem]:
    """Note in how many worlds it is asked, or find what is wrong with the word."""
    values = [override.value() for override in worlds]
    if len(values) > 1:
        yield Problem(WORLDS, values, "is given more than once", "Leave one of the two out.")
    elif values and values[0] == ONE_WORLD:
        asked.worlds = 0
    elif values and isinstance(values[0], int) and not isinstance(values[0], bool) and values[0] > 0:
        asked.worlds = values[0]
    elif values:
        yield Problem(WORLDS, values[0], *NO_NUMBER_OF_WORLDS)


def _beside_a_replay(scenarios: list[str], replayed: list[str], parts: dict[str, str]) -> Iterator[Problem]:
    """Find what cannot stand beside a whole config: it has its scenario and its parts."""
    do = "Leave it out; a key of the config can be changed as key=value."
    if len(replayed) > 1:
        yield Problem(REPLAYED, replayed, "is given more than once", "Run one at a time.")
    if scenarios:
        yield Problem("scenario", scenarios[0], f"cannot be asked beside {REPLAYED}=, which has its own", do)
    for group, option in parts.items():
        yield Problem(group, option, f"cannot be exchanged beside {REPLAYED}=, which is whole", do)


def _too_much(words: Sequence[str]) -> Iterator[Problem]:
    """Find what is too much to be read, by sizes that are known before anything is."""
    do = "Put what is to be changed in a scenario of your own."
    if len(words) > MOST_WORDS:
        yield Problem(f"{len(words):,} words", NOTHING, f"must be at most {MOST_WORDS:,}", do)
        return
    signs = 0
    for word in words:
        if len(word) > LONGEST_WORD:
            yield Problem(word, NOTHING, f"has {len(word):,} characters, a word may have {LONGEST_WORD:,}", do)
        signs += sum(map(word.count, ",[{("))
    if signs > MOST_IN_WORDS:
        yield Problem("the words", NOTHING, f"must hold no more than {MOST_IN_WORDS:,} values", do)
    if sum(map(len, words)) > LONGEST_LINE:
        yield Problem("the words", NOTHING, f"must have no more than {LONGEST_LINE:,} characters in all", do)


def _override(word: str, parser: OverridesParser) -> tuple[Override | None, list[Problem]]:
    """Return what a word asks for, or what is wrong with it."""
    try:
        override = parser.parse_override(word)
        return override, list(_refused(override, word))
    except RecursionError:
        do = "Take some brackets out."
        return None, [Problem(word, NOTHING, f"must not be nested more than {DEEPEST} deep", do)]
    except (HydraException, ValueError):
        if entry := ENTRY.match(word):
            allowed = "is of one entry of a list, which cannot be set alone"
            do = f"Write the whole list, {entry[1]}=[...], with the entry changed; `prakerja config` shows what it has."
            return None, [Problem(entry[0], NOTHING, allowed, do)]
        do = "Write key=value; a value with signs needs quotes inside quotes: key='\"a, b\"'."
        return None, [Problem(word or '""', NOTHING, "cannot be read", do)]


def _refused(override: Override, word: str) -> Iterator[Problem]:
    key = override.key_or_group
    if override.is_sweep_override():
        written = word.partition("=")[2]
        if key == WORLDS:
            yield Problem(WORLDS, Written(written), *NO_NUMBER_OF_WORLDS)
            return
        meant = separated(written)
        if meant:
            allowed = "asks for several values, since a comma separates them; a run takes one"
            yield Problem(key, Written(written), allowed, meant)
            return
        do = "Give each value a command of its own; comparing several at once comes later."
        yield Problem(word, NOTHING, "asks for several values, a run takes one", do)
        return
    if key.split(".")[0].split("/")[0] == "hydra":
        yield Problem(key, override.value(), "belongs to Hydra, not to the programme", "Leave it out.")
    elif override.package is not None or not KEYS.fullmatch(key) or len(key) > LONGEST_KEY or key == SCENARIOS:
        yield Problem(
            word, NOTHING, f"{cut(key, 40) or 'nothing'} is no key", "Write the key as it stands in configs/."
        )
    elif key.count(".") >= DEEPEST:
        yield Problem(word, NOTHING, f"has more than {DEEPEST} keys in its path", "Write a key of configs/.")
    elif key in NAMED and (override.is_add() or override.is_force_add() or override.is_delete()):
        named = NAMED[key]
        yield Problem(word, NOTHING, f"must be {named}", "Leave the sign before it out.")
    else:
        yield from harms({key: override.value()})


def _exchanged(override: Override, options: dict[str, list[str]], parts: dict[str, str]) -> list[Problem]:
    """Note the part that a word exchanges, or return what is wrong with it."""
    group = override.key_or_group
    if override.is_add() or override.is_force_add() or override.is_delete():
        do = f"Write {group}=NAME."
        said = override.input_line or group
        return [Problem(said, NOTHING, "a part can be exchanged, not added or removed", do)]
    if group in parts:
        return [Problem(group, override.value(), "is given more than once", "Leave one of the two out.")]
    wrong = no_option(group, group, override.value(), options)
    if not wrong:
        parts[group] = str(override.value())
    return wrong
