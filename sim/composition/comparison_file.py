"""A comparison that was made before, read from its folder to be made again: the same scenarios in the same worlds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.composition import yaml_file
from sim.composition.harmless import harms
from sim.parameters import BadInput, Problem

FILE = "comparison.yaml"
"""The file of a comparison's folder."""

DO = f"Give the folder of a comparison as it was written, or its {FILE}."

CONFIG = re.compile(r"scenarios/[\w.=-]+/config\.yaml", re.ASCII)


@dataclass(frozen=True)
class Kept:
    """A scenario as the folder has it: its worlds stand beside its config."""

    config: Path
    name: str
    label: str
    sweep: dict[str, Any]


@dataclass(frozen=True)
class Again:
    """A comparison that is to be made again."""

    study: str | None
    question: str | None
    scenarios: tuple[Kept, ...]
    words: tuple[str, ...]
    """The words by which it was asked how often, in which worlds, and what is shown."""


def load(asked: str) -> Again:
    """Read a comparison's folder, or the file in it; raise BadInput where it is none."""
    try:
        path = Path(asked).expanduser()
        path = path / FILE if path.is_dir() else path
        plain = yaml_file.load(path)
    except (yaml_file.UnreadableError, OSError, ValueError, RuntimeError) as error:
        raise BadInput([Problem("config", asked, f"cannot be read as a comparison: {error}", DO)]) from None
    said = plain.get("comparison") if isinstance(plain, dict) and len(plain) == 1 else None
    found = list(_wrong(said)) if isinstance(said, dict) else [_problem("comparison", said, "must be a block of keys")]
    found += [] if found else harms(plain)
    if found or not isinstance(said, dict):
        raise BadInput(found)
    scenarios = (
        Kept(path.parent / each["config"], each["name"], each["label"], each["sweep"]) for each in said["scenarios"]
    )
    return Again(said["study"], said["question"], tuple(scenarios), tuple(said["words"]))


def _wrong(said: dict[str, Any]) -> Iterator[Problem]:
    if set(said) != {"study", "question", "scenarios", "words"}:
        yield _problem("comparison", list(said), "must say study, question, scenarios and words")
        return
    for key in ("study", "question"):
        if said[key] is not None and not isinstance(said[key], str):
            yield _problem(f"comparison.{key}", said[key], "must be a text")
    words, scenarios = said["words"], said["scenarios"]
    if not isinstance(words, list) or not all(isinstance(each, str) for each in words):
        yield _problem("comparison.words", words, "must be a list of texts")
    if not isinstance(scenarios, list) or not all(map(_is_kept, scenarios)):
        allowed = "must be a list of config (scenarios/NAME/config.yaml), name, label and sweep"
        yield _problem("comparison.scenarios", scenarios, allowed)


def _is_kept(said: Any) -> bool:
    return (
        isinstance(said, dict)
        and set(said) == {"config", "name", "label", "sweep"}
        and all(isinstance(said[key], str) for key in ("config", "name", "label"))
        and isinstance(said["sweep"], dict)
        and bool(CONFIG.fullmatch(said["config"]))
    )


def _problem(path: str, value: Any, allowed: str) -> Problem:
    return Problem(path, value, allowed, DO)
