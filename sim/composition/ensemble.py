"""The worlds that a question is asked in: members of the ensemble, put over what was composed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.composition import folders, yaml_file
from sim.composition.asked import WORLDS
from sim.composition.compose import Composition
from sim.composition.kinds import uncertain
from sim.composition.limits import MOST_COMPOSED, MOST_COMPOSED_BYTES
from sim.experiments.members import AGAIN, FILE, Members, read_members, write_members
from sim.experiments.worlds import Unmoved, World, run_twice, unmoved, validated, with_luck, world_of
from sim.experiments.worlds_again import COPY, laws_of, numbers_of, read_worlds, text_of
from sim.parameters import BadInput, Problem
from sim.parameters.kinds import Follows, Number

DISCREPANCY, MOST_OFF = "discrepancy", 1.0
"""The setting of the table of members that says how far the model is off, and the most that may be."""


@dataclass(frozen=True)
class Worlds:
    """The worlds of a question, and what they do not move."""

    worlds: tuple[World, ...]
    numbers: dict[str, Number]
    """What the worlds move, and what of it follows what the config does not have."""
    rows: tuple[dict[str, float], ...]
    """The members' values of those numbers that follow no other."""
    made: str
    """How the members were made: "laws" or "fit"."""
    members: int
    """Of how many members they are the first."""
    unmoved: Unmoved
    discrepancy: tuple[float, ...] = ()
    """What the model is off by the fit, up to the award and after it (standard deviations of logarithms), if known."""
    ensemble: Members | None = None
    """The table of which they are, where it was read."""

    @property
    def costs(self) -> str:
        """Return how many runs they are, in words."""
        worlds, twice = len(self.worlds), run_twice(len(self.worlds))
        each = f"{worlds} worlds, {twice} of them twice" if worlds > 1 else "one world, twice"
        return f"Simulates {1 + worlds + twice} runs: the base, and {each}."

    @property
    def text(self) -> str:
        """Return their values as CSV, by which the same run is made again."""
        return text_of(self.numbers, self.rows)

    def block(self) -> dict[str, Any]:
        """Return what config.yaml says of them."""
        return {
            "worlds": len(self.worlds),
            "made": self.made,
            "members": self.members,
            "laws": laws_of(self.numbers),
            "held": self.unmoved.held,
            "absent": list(self.unmoved.absent),
            "unknown": list(self.unmoved.unknown),
            "discrepancy": list(self.discrepancy),
        }


def draw_members(members: int, seed: int) -> None:
    """Write a table of so many members drawn from the declared laws of the base."""
    from sim.composition.compose import composition
    from sim.experiments.members_of_laws import members_of_laws

    base = composition([])
    numbers = uncertain(base)
    write_members(members_of_laws(numbers, members, seed), numbers, base.config, folders.configs() / FILE)


def worlds_of(found: Composition, beside: Worlds | None = None) -> Worlds | None:
    """Return the worlds that are asked for, each of them in order over what was composed; None: the base alone.

    A run that is made again from its folder is in the worlds that are kept there, unless it is asked otherwise.
    `beside` are the worlds of another composition of the same base, whose table is not read again.
    """
    if found.asked.worlds == 0:
        return None
    kept = _kept(found)
    if kept is None and found.asked.worlds is None:
        return None
    worlds = _again(found, kept) if kept is not None else _of_the_ensemble(found, found.asked.worlds, beside)
    validated((world, with_luck(found.config, world, 1)) for world in worlds.worlds)
    return worlds


def all_members(found: Composition) -> Worlds:
    """Return every member of the ensemble as a world of what was composed."""
    return _of_the_ensemble(found, None)


def _of_the_ensemble(found: Composition, count: int | None, beside: Worlds | None = None) -> Worlds:
    here, base = uncertain(found), uncertain(found.base)
    members = None if beside is None else beside.ensemble
    if members is None:
        members = read_members(folders.configs() / FILE, base, found.base.config)
    _refuse_more_than(len(members), count or 0)
    worlds = _over(found, here, members.rows[:count], base, made=members.made, members=len(members))
    named = f"configs/{FILE.parent.name}/{FILE.name}, settings: {DISCREPANCY}"
    off = _discrepancy(members.settings.get(DISCREPANCY, []), named, AGAIN)
    return replace(worlds, discrepancy=off, ensemble=members)


def _discrepancy(given: Any, named: str, do: str) -> tuple[float, ...]:
    """Return the model's discrepancy up to the award and after it, nothing where it is not known; raise BadInput."""
    if given == []:
        return ()
    sizes = given if isinstance(given, list) else [given]
    if len(sizes) != 2 or any(type(size) not in (int, float) or not 0 <= size <= MOST_OFF for size in sizes):
        allowed = f"must be two numbers from 0 to {MOST_OFF:g}, up to the award and after it"
        raise BadInput([Problem(named, given, allowed, do)])
    return tuple(map(float, sizes))


def _over(
    found: Composition,
    here: Mapping[str, Number],
    rows: Sequence[Mapping[str, float]],
    base: Iterable[str],
    *,
    made: str,
    members: int,
) -> Worlds:
    """Return rows of values as worlds of what was composed; `base` are the keys of all that may be moved."""
    worlds = [world_of(number, row, here, found.config) for number, row in enumerate(rows, 1)]
    moved = worlds[0].values
    leaders = {law.leader for key in moved if isinstance(law := here[key].declared.law, Follows)}
    numbers = {key: number for key, number in here.items() if key in moved or key in leaders}
    own = tuple({key: row[key] for key in numbers if key in row} for row in rows)
    return Worlds(tuple(worlds), numbers, own, made, members, unmoved(worlds, base, here, found.config))


def _refuse_more_than(there: int, asked: int) -> None:
    if asked > there:
        raise BadInput([Problem(WORLDS, asked, f"must be at most {there}, as many as there are", "Ask for fewer.")])


def _kept(found: Composition) -> dict[str, Any] | None:
    """Return what the config of a run that is made again says of its worlds; None where it says nothing."""
    if found.asked.replayed is None:
        return None
    path = Path(found.asked.replayed).expanduser()
    block = yaml_file.load(path, yaml_file.Limits(MOST_COMPOSED_BYTES, MOST_COMPOSED)).get(WORLDS)
    if block is None:
        return None
    if isinstance(block, dict):
        block = {DISCREPANCY: []} | block  # folders of earlier versions do not say it
    if not isinstance(block, dict) or set(block) != set(KEPT) or any(type(block[key]) is not KEPT[key] for key in KEPT):
        do = "Give the config.yaml of a run's folder as it was written."
        raise BadInput([Problem(WORLDS, block, f"must say {', '.join(KEPT)}", do)])
    return block


KEPT: dict[str, type] = {
    "worlds": int,
    "made": str,
    "members": int,
    "laws": dict,
    "held": dict,
    "absent": list,
    "unknown": list,
    "discrepancy": list,
}


def _again(found: Composition, kept: Mapping[str, Any]) -> Worlds:
    """Return the worlds of a run's folder; what a word of the command line sets is held."""
    assert found.asked.replayed is not None
    base, rows = read_worlds(Path(found.asked.replayed).expanduser().with_name(COPY))
    count = found.asked.worlds or kept["worlds"]
    _refuse_more_than(len(rows), count)
    given = [override.key_or_group for override in found.asked.keys]
    laws = {str(key): law for key, law in kept["laws"].items()}
    here = {
        key: number
        for key, number in numbers_of(laws, base, found.config).items()
        if not any(_is_below(above, key) for above in given)
    }
    keys = [*(str(key) for key in (*kept["held"], *kept["absent"])), *laws]
    again = _over(found, here, rows[:count], keys, made=kept["made"], members=kept["members"])
    do = "Give the config.yaml of a run's folder as it was written."
    return replace(
        again,
        unmoved=replace(again.unmoved, unknown=tuple(map(str, kept["unknown"]))),
        discrepancy=_discrepancy(kept[DISCREPANCY], f"{WORLDS}.{DISCREPANCY}", do),
    )


def _is_below(above: str, key: str) -> bool:
    return key == above or key.startswith((f"{above}.", f"{above}["))
