"""Command lines for the fuzzing: words in the grammar of overrides, mistyped ones, and words that no key asks for."""

from __future__ import annotations

import random
from typing import Any

from sim.composition import base
from sim.composition.scenario import names
from tests.campaigns.bases import based
from tests.campaigns.hostile import SIGNS, TEXTS, Place, drawn_value


def command_line(chance: random.Random) -> list[str]:
    """Return the words of a command; six in ten command lines are hostile."""
    hostile = chance.random() < 0.6
    scenario = chance.choice(names())
    config, known = based(scenario)
    words = [override(chance.choice(known), chance, hostile) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
    if config.get("market") and chance.random() < 0.8:  # elsewhere the keys of a market are none
        words.append(f"scenario={scenario}")
    elif chance.random() < 0.3:
        words.append(f"scenario={chance.choice(names())}")
    if chance.random() < 0.15:
        group, options = chance.choice(sorted(base.options().items()))
        words.append(f"{group}={chance.choice(options)}")
    if hostile:
        words = [_spoilt(word, chance) if chance.random() < 0.4 else word for word in words]
        if chance.random() < 0.3:
            words.append(_raw(chance))
    return words


def override(place: Place, chance: random.Random, hostile: bool) -> str:
    """Return a word that gives a key a drawn value, a hostile one perhaps with a sign before it."""
    sign = chance.choice(("", "", "", "", "+", "++", "~")) if hostile else ""
    value = in_grammar(drawn_value(place, chance, hostile))
    return f"{sign}{place.name}={value}"


def in_grammar(value: Any) -> str:
    """Return a value as Hydra's grammar writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {in_grammar(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_grammar, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(value)


def _key(key: Any) -> str:
    return str(key) or "''"


def _spoilt(word: str, chance: random.Random) -> str:
    """Return a word that was mistyped, cut, doubled, or had signs put into it."""
    at = chance.randrange(len(word) + 1)
    how = chance.randrange(8)
    if how == 0:
        return word[:at]
    if how == 1:
        return word[:at] + "".join(chance.choice(SIGNS) for _ in range(chance.randrange(1, 4))) + word[at:]
    if how == 2:
        return word[:at] + chance.choice(TEXTS) + word[at:]
    if how == 3:
        return word[:at] + word[at + 1 :]
    if how == 4:
        return word.replace("=", chance.choice(("==", "", ":", "= ", "@x=", "/y=", ".z=", "[0]=")), 1)
    if how == 5:
        return word + "," + word.partition("=")[2]
    if how == 6:
        return word.replace(".", chance.choice(("/", "..", ".0.", "")), 1)
    return word[:at] + word[:at] + word[at:]


def _raw(chance: random.Random) -> str:
    """Return a word of a kind that no key asks for."""
    many = chance.choice((1, 5, 19, 21, 100, 999, 1_001, 3_000))
    return chance.choice((
        "x=" + "[" * many + "]" * chance.choice((many, many - 1)),
        "x=" + "{a: " * many + "}" * many,
        "portal.rate=" + "str(" * many + "1" + ")" * many,
        "portal.outages=[" + "1," * many + "1]",
        "portal.rate=" + "9" * many,
        ".".join("a" * many) + "=1",
        "+portal." + ".".join("a" * min(many, 50)) + "=1",
        "run.folder=" + "${run.seed}" * many,
        "hydra.run.dir=" + "x" * many,
        "scenario=" + "../" * many + "etc/passwd",
        "scenario=/proc/self/environ", "scenario=/dev/zero", "scenario=~", "scenario=history,rate_800k",
        "+scenarios=chosen", "~scenarios", "~portal", "~run.seed", "waves=../../x", "waves@portal=weekly",
        "portal.rate=${oc.env:UNSEEN}", "portal.rate=${hydra:runtime.cwd}", "portal.rate=${portal.rate}",
        "run.seed=range(1,100000000)", "run.seed=choice(1,2)", "run.seed=glob(*)", "-m", "--cfg", "--", "=", "==",
        "+defaults=[/etc/passwd]", "".join(chance.choice(SIGNS) for _ in range(min(many, 50))), "x" * many,
    ))  # fmt: skip
