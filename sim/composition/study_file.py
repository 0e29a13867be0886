"""A study: scenarios that belong side by side, with the question that they answer together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.composition import folders, scenario, yaml_file
from sim.composition.harmless import harms
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, suggestion

STUDIES = "studies"
"""The folder of the studies, in that of the scenarios."""

KEYS = ("name", "question", "scenarios", "scenario", "sweep", "reference", "figures", "common")
"""What a study's file may say, below `study`."""


@dataclass(frozen=True)
class Study:
    """What a study's file says."""

    name: str
    question: str
    scenarios: tuple[str, ...] = ()
    """Names or files of scenarios, in order."""
    sweep: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    """Keys and the values that each is given in turn."""
    reference: str | None = None
    figures: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    """Words of a command line that all share."""


def names() -> list[str]:
    """Return the names of the studies."""
    return sorted(path.stem for path in (folders.scenarios() / STUDIES).glob("*.yaml"))


def table() -> list[tuple[str, str]]:
    """Return name and question of every study; raise BadInput where a file is not in order."""
    found, problems = [], list[Problem]()
    for name in names():
        try:
            found.append((name, load(name).question))
        except BadInput as bad:
            problems += [replace(one, path=f"scenarios/{STUDIES}/{name}.yaml: {one.path}") for one in bad.problems]
    if problems:
        raise BadInput(problems)
    return found


def load(asked: str) -> Study:
    """Read a study by name or by path; raise BadInput where there is none, or it says what it may not."""
    path = _find(asked)
    try:
        plain = yaml_file.load(path)
    except yaml_file.UnreadableError as error:
        raise BadInput([Problem("study", asked, f"cannot be read: {error}", "Mend the file.")]) from None
    said = plain.get("study") if isinstance(plain, dict) else None
    if not isinstance(said, dict):
        do = "Write `study:`, and below it name, question and scenarios."
        raise BadInput([Problem("study", asked, "must be a file with a block study", do)])
    found = [*harms(plain), *_unknown(plain, said)]
    found += [] if found else _wrong(said)
    if found:
        raise BadInput(found)
    sweep = said.get("sweep") or {}
    here = [said["scenario"]] if said.get("scenario") else said.get("scenarios") or []
    return Study(
        name=said["name"],
        question=said["question"],
        scenarios=tuple(_beside(each, path) for each in here),
        sweep=tuple((key, tuple(values)) for key, values in sweep.items()),
        reference=said.get("reference"),
        figures=tuple(said.get("figures") or ()),
        common=tuple(said.get("common") or ()),
    )


def _find(asked: str) -> Path:
    if not asked.endswith((".yaml", ".yml")) and "/" not in asked:
        if asked not in names():
            advice = suggestion(asked, names())
            do = f"{advice} A file of your own: study=./mine.yaml."
            if asked in scenario.names():
                do = f"{asked} is a scenario: write scenario=history,{asked}."
            raise BadInput([Problem("study", asked, "there is no such study", do.strip())])
        return folders.scenarios() / STUDIES / f"{asked}.yaml"
    try:
        path = Path(asked).expanduser()
        there = path.is_file()
    except (OSError, ValueError, RuntimeError):
        there = False
    if not there:
        raise BadInput([Problem("study", asked, "is no file", "Give its path from where you are.")])
    return path


def _beside(asked: str, study: Path) -> str:
    """Return the scenario that a study names: a file is looked for beside the study."""
    return str(study.parent / asked) if asked.endswith((".yaml", ".yml")) else asked


def _unknown(plain: dict[Any, Any], said: dict[Any, Any]) -> Iterator[Problem]:
    for key in plain:
        if key != "study":
            do = "A study says which scenarios there are; keys of the configs stand in scenarios."
            yield Problem(str(key), NOTHING, "is no key of a study's file", do)
    for key in said:
        if key not in KEYS:
            yield Problem(f"study.{key}", NOTHING, "is no key of a study", suggestion(str(key), KEYS))


def _wrong(said: dict[str, Any]) -> Iterator[Problem]:
    for key in ("name", "question"):
        if not isinstance(said.get(key), str) or not said[key].strip():
            yield Problem(f"study.{key}", said.get(key, NOTHING), "must be a text", "Write it.")
    if isinstance(said.get("name"), str) and not said["name"].replace("_", "").isalnum():
        yield Problem("study.name", said["name"], "must be of letters, digits and _", "It names the folder as well.")
    for key in ("scenarios", "figures", "common"):
        value = said.get(key)
        if value is not None and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            yield Problem(f"study.{key}", value, "must be a list of texts", "Write it as [one, another].")
    for key in ("reference", "scenario"):
        if said.get(key) is not None and not isinstance(said[key], str):
            yield Problem(f"study.{key}", said[key], "must be the name of a scenario", "Write its name.")
    sweep = said.get("sweep")
    if sweep is not None and not (
        isinstance(sweep, dict) and sweep and all(isinstance(each, list) and each for each in sweep.values())
    ):
        do = "Write it as {processing.rate: [200_000, 400_000]}."
        yield Problem("study.sweep", sweep, "must give keys, and a list of values for each", do)
    if said.get("scenario") is not None and said.get("scenarios") is not None:
        yield Problem("study.scenario", said["scenario"], "stands beside scenarios", "Leave one of the two out.")
    if sweep is None and not said.get("scenarios"):
        yield Problem("study.scenarios", NOTHING, "must name scenarios", "Or write scenario and sweep.")
