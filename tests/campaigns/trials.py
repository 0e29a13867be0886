"""The trials of the fuzzing: command lines, files, composed configs and markets, each drawn by its number alone."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.campaigns.bases import based, drawn_base
from tests.campaigns.command_lines import command_line, override
from tests.campaigns.hostile import Config, drawn_value
from tests.campaigns.market_files import market_file
from tests.campaigns.scenario_files import scenario_file
from tests.campaigns.torn_files import torn_bytes

KINDS = ("words", "file", "config", "market")
SHARES = (0.35, 0.3, 0.2, 0.15)
"""How often each kind is drawn."""

GIVEN = ("mine.yaml", "courses.csv")
"""The files that words may name: a scenario's, and that of courses."""

FINE = ("refused", "accepted", "simulated", "done", "told")
"""Outcomes of which nothing is wrong: the last two are of commands."""

SLOW = 60.0
"""Seconds that a trial may take; more is a hang."""

PEOPLE = 200
"""People of a simulation."""


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

    def words_in(self, folder: Path) -> list[str]:
        """Write the files into a folder, and return the words with the paths of these files."""
        file, courses = (folder / name for name in GIVEN)
        if self.file is not None:
            file.write_bytes(self.file)
        if self.courses is not None:
            courses.write_bytes(self.courses)
        return [word.replace("=FILE", f"={file}").replace("=COURSES", f"={courses}") for word in self.words]


def trial(seed: int, number: int) -> Trial:
    """Return the trial of a number; the same seed and number give the same one."""
    chance = random.Random(f"{seed}-{number}")  # noqa: S311
    kind = chance.choices(KINDS, SHARES)[0]
    if kind == "words":
        return Trial(number, kind, command_line(chance))
    if kind == "file":
        extra = command_line(chance)[:1] if chance.random() < 0.2 else []
        return Trial(number, kind, ["scenario=FILE", *extra], scenario_file(chance))
    if kind == "market":
        return _with_courses(number, chance)
    return Trial(number, kind, config=_config(chance))


def _with_courses(number: int, chance: random.Random) -> Trial:
    """Return a market with a file of courses, and keys of the market beside it."""
    hostile = chance.random() < 0.65
    config, known = based("history")
    of_market = [place for place in known if place.path[0] == "market" and place.path[1:] not in ((), ("file",))]
    some = [override(place, chance, hostile) for place in chance.sample(of_market, chance.choice((0, 0, 1, 2, 4)))]
    contents = market_file(list(config["market"]["platforms"]), chance, hostile)
    if hostile and chance.random() < 0.15:
        contents = torn_bytes(contents, chance)
    return Trial(number, "market", ["market=institutions", "market.file=COURSES", *some], courses=contents)


def _config(chance: random.Random) -> Config:
    """Return a composed config in which some keys were changed, left out or added."""
    hostile = chance.random() < 0.5
    config, known = drawn_base(chance)
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
                at[chance.choice(("", "x", 5, None, "rate ", place.path[-1]))] = drawn_value(place, chance, hostile)
            else:
                at[place.path[-1]] = drawn_value(place, chance, hostile)
        except (LookupError, TypeError):  # what stands above was changed before
            continue
    return changed
