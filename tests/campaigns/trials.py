"""The trials of the fuzzing: command lines, files, composed configs and markets, each drawn by its number alone."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sim.composition import base
from sim.composition.compose import compose
from sim.composition.scenario import names
from tests.campaigns.hostile import SIGNS, TEXTS, Config, Path, Place, bad, good, places
from tests.campaigns.market_files import market_file

KINDS = ("words", "file", "config", "market")
SHARES = (0.35, 0.3, 0.2, 0.15)


@dataclass(frozen=True)
class Trial:
    """Hold the words of a command, the files that they may name, and the config that is tried instead.

    The words name a scenario's file as `FILE` and a file of courses as `COURSES`.
    """

    number: int
    kind: str
    words: list[str] = field(default_factory=list)
    file: bytes | None = None
    courses: bytes | None = None
    config: Config | None = None


def trial(seed: int, number: int) -> Trial:
    """Return the trial of a number; the same seed and number give the same one."""
    chance = random.Random(f"{seed}-{number}")  # noqa: S311
    kind = chance.choices(KINDS, SHARES)[0]
    if kind == "words":
        return Trial(number, kind, _words(chance))
    if kind == "file":
        extra = _words(chance)[:1] if chance.random() < 0.2 else []
        return Trial(number, kind, ["scenario=FILE", *extra], _file(chance))
    if kind == "market":
        return _with_courses(number, chance)
    return Trial(number, kind, config=_config(chance))


@cache
def _based(scenario: str) -> tuple[Config, list[Place]]:
    config = compose([f"scenario={scenario}"])
    return config, places(config)


def _some(chance: random.Random) -> tuple[Config, list[Place]]:
    return _based(chance.choice(names()))


def _value(place: Place, chance: random.Random, hostile: bool) -> Any:
    value = bad(place, chance) if hostile and chance.random() < 0.6 else good(place, chance)
    return copy.deepcopy(value)  # a later place may lie below this one, and the base must stay as it is


# Words


def _words(chance: random.Random) -> list[str]:
    hostile = chance.random() < 0.6
    scenario = chance.choice(names())
    config, known = _based(scenario)
    words = [_word(chance.choice(known), chance, hostile) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
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


def _word(place: Place, chance: random.Random, hostile: bool) -> str:
    sign = chance.choice(("", "", "", "", "+", "++", "~")) if hostile else ""
    value = in_grammar(_value(place, chance, hostile))
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


# Markets


def _with_courses(number: int, chance: random.Random) -> Trial:
    """Return a market with a file of courses, and keys of the market beside it."""
    hostile = chance.random() < 0.65
    config, known = _based("history")
    of_market = [place for place in known if place.path[0] == "market" and place.path[1:] not in ((), ("file",))]
    some = [_word(place, chance, hostile) for place in chance.sample(of_market, chance.choice((0, 0, 1, 2, 4)))]
    contents = market_file(list(config["market"]["platforms"]), chance, hostile)
    if hostile and chance.random() < 0.15:
        contents = _bytes(contents, chance)
    return Trial(number, "market", ["market=institutions", "market.file=COURSES", *some], courses=contents)


# Files


def _file(chance: random.Random) -> bytes:
    hostile = chance.random() < 0.65
    config, known = _some(chance)
    delta: Config = {"scenario": {"name": "tried", "question": "What is tried here?"}}
    for place in chance.sample(known, chance.choice((1, 2, 3, 6))):
        _put_in(delta, place.path, _value(place, chance, hostile), config)
    if chance.random() < 0.2:
        delta = {"defaults": _defaults(chance, hostile), **delta}
    text = _yaml(delta)
    if hostile and chance.random() < 0.5:
        for _ in range(chance.choice((1, 1, 2, 4))):
            text = _torn(text, chance)
    contents = text.encode("utf-8", "surrogatepass")
    if hostile and chance.random() < 0.15:
        contents = _bytes(contents, chance)
    return contents


def _put_in(delta: Config, path: Path, value: Any, config: Config) -> None:
    """Put a value at a path, with whole lists where the path leads into one."""
    at: Any = delta
    there: Any = config
    for index, key in enumerate(path):
        there = there[key] if not isinstance(there, list) or isinstance(key, int) else None
        last = index == len(path) - 1
        if not isinstance(at, dict):
            return
        if last or isinstance(there, list):
            at[key] = value if last else _with(there, path[index + 1 :], value)
            return
        at = at.setdefault(key, {})


def _with(there: list[Any], path: Path, value: Any) -> list[Any]:
    changed = copy.deepcopy(there)
    at: Any = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


def _defaults(chance: random.Random, hostile: bool) -> Any:
    group, options = chance.choice(sorted(base.options().items()))
    entries: list[Any] = [{f"override /{group}": chance.choice(options)}, "_self_"]
    if hostile:
        entries.append(chance.choice((
            "../../etc/passwd", "/etc/passwd", "//etc/passwd", "chosen", "rate_800k", {"../x": "y"},
            {"/waves": "weekly"},
            {"override /waves": "../x"}, {"override /waves": "${oc.env:UNSEEN}"}, {"override hydra/launcher": "basic"},
            {"optional /x": "y"}, None, 5, [], {}, {"a": 1, "b": 2}, "${portal.rate}", "_self_",
        )))  # fmt: skip
        chance.shuffle(entries)
        if chance.random() < 0.1:
            return chance.choice(("_self_", 5, {}, None, entries[0]))
    return entries


def _yaml(value: Any) -> str:
    """Return a config as YAML in flow style below its first keys, numbers of any size and odd texts in it."""
    return "".join(f"{json.dumps(key)}: {_flow(inner)}\n" for key, inner in value.items())


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float) and value != value:
        return ".nan"
    if isinstance(value, float) and abs(value) == float("inf"):
        return ".inf" if value > 0 else "-.inf"
    return json.dumps(value)


def _torn(text: str, chance: random.Random) -> str:
    """Return a text from which something was taken, or into which something was put that YAML gives a meaning."""
    at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    to = min(to, at + chance.choice((1, 3, 20, 400)))
    many = chance.choice((2, 19, 21, 300, 3_000))
    put = chance.choice((
        "", text[at:to] * 2, "&a ", "*a", "&a [*a]", "<<: *a", "<<: {a: 1}", "!!str ", "!x ",
        "!!python/name:os.system ", "? ", "- ", ": ", "\t", "\n", "\n---\n", "\n...\n", "%YAML 9.9\n", "# ", "|\n",
        ">\n  a\n", "'", '"', "\\", "@", "`",
        "[" * many, "{a: " * many, "]" * many, "9" * many, "x" * many, "\n" * many, " " * many, "${portal.rate}",
        "${oc.env:UNSEEN}", '"???"', "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n",
        "".join(f"k{k}: 1\n" for k in range(many)), chance.choice(SIGNS),
    ))  # fmt: skip
    return text[:at] + put + text[to:]


def _bytes(contents: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(contents) + 1)
    return chance.choice((
        contents[:at] + bytes([chance.randrange(256)]) + contents[at:],
        contents[:at] + b"\0" + contents[at:],
        contents[:at],
        b"\xef\xbb\xbf" + contents,
        contents.decode("utf-8", "replace").encode("utf-16"),
        contents.decode("utf-8", "replace").encode("latin-1", "replace"),
        contents * 50,
        chance.randbytes(200),
        b"",
    ))  # fmt: skip


# Composed configs


def _config(chance: random.Random) -> Config:
    hostile = chance.random() < 0.5
    config, known = _some(chance)
    changed = copy.deepcopy(config)
    for place in chance.sample(known, chance.choice((1, 2, 3, 8))):
        at: Any = changed
        try:
            for key in place.path[:-1]:
                at = at[key]
            how = chance.random()
            if hostile and how < 0.1:
                del at[place.path[-1]]
            elif hostile and how < 0.15 and isinstance(at, dict):
                at[chance.choice(("", "x", 5, None, "rate ", place.path[-1]))] = _value(place, chance, hostile)
            else:
                at[place.path[-1]] = _value(place, chance, hostile)
        except (LookupError, TypeError):  # what stands above was changed before
            continue
    return changed
