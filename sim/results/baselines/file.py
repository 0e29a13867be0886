"""The file of a baseline: sorted, a line a figure, sealed by a checksum, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, Written
from sim.results.baselines.baseline import SCHEMA, Baseline, Expected, Margin
from sim.results.baselines.margins import REASONS
from sim.results.figure import Value
from sim.results.meaning import Better

FOLDER = Path("results/baselines")
ENDING = ".json"
LARGEST = 20_000_000
"""Bytes of a file that is read: none is a hundredth of it."""

CHECKSUM, RECORDED = "checksum", "recorded"
"""Seals: of all, and of all but the margins, which alone may be changed by hand."""

MARGIN = ("margin", "of_mean", "why")
"""What a figure has of its margin."""

BLOCKS = ("figures", "luck", "made_by", "margins", "parameters")
"""Keys that have a line for each of theirs."""


def path_of(name: str, folder: Path = FOLDER) -> Path:
    """Return where the baseline of a scenario is."""
    return folder / f"{name}{ENDING}"


def names(folder: Path = FOLDER) -> list[str]:
    """Return the names of the baselines there are."""
    return sorted(path.stem for path in folder.glob(f"[!.]*{ENDING}"))


# Written


def written(baseline: Baseline) -> str:
    """Return a baseline as the text of its file."""
    content = {
        "engine": baseline.engine,
        "figures": {name: _figure(one) for name, one in baseline.figures.items()},
        "first": baseline.first,
        "luck": dict(baseline.luck),
        "made_by": dict(baseline.made_by),
        "margins": REASONS,
        "parameters": dict(baseline.parameters),
        "parameters_sha256": baseline.parameters_sha256,
        "replications": list(baseline.replications),
        "scenario": baseline.name,
        "schema": SCHEMA,
        "words": list(baseline.words),
    }
    content[RECORDED] = _recorded(content)
    return _text({**content, CHECKSUM: _checksum(content)})


def _figure(one: Expected) -> dict[str, Any]:
    found: dict[str, Any] = {"better": one.better.value, "unit": one.unit}
    if one.margin is not None:
        found |= {"margin": one.margin.size, "of_mean": one.margin.relative, "why": one.margin.why}
    first, same = one.values[0], len({json.dumps(value) for value in one.values}) == 1
    return found | ({"always": first} if same else {"values": list(one.values)})


def _text(content: Mapping[str, Any]) -> str:
    lines = []
    for key, value in sorted(content.items()):
        if key in BLOCKS and isinstance(value, Mapping):
            inner = ",\n".join(f"    {json.dumps(name)}: {_line(one)}" for name, one in sorted(value.items()))
            lines.append(f"  {json.dumps(key)}: {{\n{inner}\n  }}")
        else:
            lines.append(f"  {json.dumps(key)}: {_line(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(_line({key: value for key, value in content.items() if key != CHECKSUM}).encode()).hexdigest()


def _recorded(content: Mapping[str, Any]) -> str:
    """Return a hash of all that was recorded: all but margins, and what they mean."""
    figures = {
        name: {key: value for key, value in one.items() if key not in MARGIN}
        for name, one in content["figures"].items()
    }
    return _checksum({**content, "figures": figures, "margins": {}, RECORDED: ""})


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside it, then in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.unfinished")
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


# Read


def read(path: Path, sealed: bool = True) -> Baseline:
    """Return the baseline of a file; raise BadInput where it is none, or was changed by hand.

    Without `sealed` a change by hand is accepted.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _bad(path, "is not there", f"{_there(path)}Record it: prakerja baseline {path.stem}.") from None
    except OSError as error:
        raise _bad(path, f"cannot be read ({error.strerror})", "") from None
    content = _parsed(path, text)
    schema = content.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        allowed = f"has the form {schema} of a later version; this one reads {SCHEMA}"
        raise _bad(path, allowed, "Use the version that wrote it, or a later one.")
    if schema != SCHEMA:
        raise _bad(path, f"has no form that is known (schema: {json.dumps(schema)[:40]})", _anew(path))
    if sealed and content.get(CHECKSUM) != _checksum(content):
        do = f"Take it back (git checkout {path}); or accept it as it is: prakerja baseline {path.stem} --seal."
        raise _bad(path, "was changed by hand: its checksum does not fit", do)
    try:
        found, as_recorded = _baseline(content), content[RECORDED] == _recorded(content)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        at = f"{type(error).__name__}: {error}"
        raise _bad(path, f"is not as a baseline is written ({at[:120]})", _anew(path)) from None
    if not as_recorded:
        do = f"Take it back (git checkout {path}); only margins may be set by hand."
        raise _bad(path, "was changed by hand in more than its margins", do)
    if found.name != path.stem:
        raise _bad(path, f"is the baseline of {found.name}", f"Call it {found.name}{ENDING}.")
    return found


def _parsed(path: Path, text: bytes) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise _bad(path, f"is larger than {LARGEST:,} bytes", _anew(path))
    try:
        content = json.loads(
            text.decode("utf-8"), parse_constant=_refused, parse_float=_finite, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        raise _bad(path, f"is damaged, or was cut off ({str(error)[:120]})", _anew(path)) from None
    if not isinstance(content, dict):
        raise _bad(path, "is no baseline", _anew(path))
    return content


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word} is too large a number")
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _baseline(content: Mapping[str, Any]) -> Baseline:
    replications = tuple(map(_whole, content["replications"]))
    if not replications or len(set(replications)) < len(replications):
        raise ValueError("replications must be some, each once")
    if not content["figures"]:
        raise ValueError("figures must be some")
    first = _whole(content["first"])
    if not 1 <= first <= len(replications):
        raise ValueError("first must be 1 to the number of replications")
    parameters = dict(content["parameters"])
    if parameters["engine"] != content["engine"]:
        raise ValueError("engine is not that of the parameters")
    return Baseline(
        name=_word(content["scenario"]),
        words=tuple(map(_word, content["words"])),
        parameters=parameters,
        parameters_sha256=_word(content["parameters_sha256"]),
        replications=replications,
        first=first,
        luck={_word(name): _word(drawn) for name, drawn in content["luck"].items()},
        figures={name: _expected(one, len(replications)) for name, one in content["figures"].items()},
        made_by={_word(name): str(said) for name, said in content["made_by"].items()},
    )


def _expected(one: Mapping[str, Any], count: int) -> Expected:
    values = tuple(map(_value, [one["always"]] * count if "always" in one else one["values"]))
    if len(values) != count:
        raise ValueError(f"{len(values)} values of {count} replications")
    margin = None
    if "margin" in one:
        size = float(one["margin"])
        if not size >= 0 or not isinstance(one["of_mean"], bool) or one["why"] not in REASONS:
            raise ValueError(f"a margin must be 0 or more, with of_mean and why, one of {', '.join(REASONS)}")
        margin = Margin(size, one["of_mean"], one["why"])
    return Expected(_word(one["unit"]), Better(one["better"]), margin, values)


def _value(value: Any) -> Value:
    if value is not None and not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no value")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is no whole number")
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _anew(path: Path) -> str:
    """Say how to record a baseline again."""
    return f"Take it back (git checkout {path}), or record it anew: prakerja baseline {path.stem} --replace."


def _there(path: Path) -> str:
    known = names(path.parent)
    return f"There are {', '.join(known)}. " if known else ""


def _bad(path: Path, allowed: str, do: str) -> BadInput:
    return BadInput([Problem(Written(str(path)), NOTHING, allowed, do)])
