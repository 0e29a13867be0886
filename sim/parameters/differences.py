"""What differs between two sets of parameters: each key of the programme with its value in both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.parameters.block import Block
from sim.parameters.law import Law
from sim.parameters.parameters import Parameters
from sim.parameters.problems import joined

NOT_OF_THE_PROGRAMME = ("run", "engine", "scenario", "published", "service_levels", "results", "population.scale")
"""How a run is made and written, what it is called, and what it is held against: no difference of the programme."""


class _Absent:
    """Stand for a key that one of the two does not have."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


@dataclass(frozen=True)
class Difference:
    """One key of the programme and its validated value before and after; ABSENT where there is no such key."""

    path: str
    before: Any
    after: Any
    declared: Any = None
    """The type that the parameters declare of the key, from which its unit is read; None where keys are free."""

    def touches(self, other: Difference) -> bool:
        """Return whether both speak of one key, or one of a key inside the other's."""
        return self.path == other.path or inside(self.path, other.path) or inside(other.path, self.path)


def inside(path: str, above: str) -> bool:
    """Return whether a path leads into a block at another."""
    return path.startswith((f"{above}.", f"{above}["))


def differences(base: Parameters, other: Parameters) -> tuple[Difference, ...]:
    """Return what differs of the programme from a base, in the order of the keys; laws and lists are one value."""
    found = _between(base, other, "", None)
    return tuple(one for one in found if not any(one.path == key for key in NOT_OF_THE_PROGRAMME))


def levels(base: Parameters, other: Parameters) -> tuple[Difference, ...]:
    """Return which service levels differ from those of a base: no difference of the programme, yet of what is asked."""
    return tuple(_between(base.service_levels, other.service_levels, "service_levels", None))


def _between(before: Any, after: Any, path: str, declared: Any) -> Iterator[Difference]:
    if isinstance(before, Block) and isinstance(after, Block) and not isinstance(after, Law):
        for name, field in type(after).model_fields.items():
            key = joined(path, field.alias or name)
            if key not in NOT_OF_THE_PROGRAMME:
                kind = (field.annotation, *field.metadata)
                yield from _between(getattr(before, name), getattr(after, name), key, kind)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from _between(before.get(name, ABSENT), after.get(name, ABSENT), joined(path, str(name)), None)
    elif before != after:
        yield Difference(path, before, after, declared)


def plain(value: Any) -> Any:
    """Return a value as the configs write it: blocks as keys, times as texts; ABSENT as None."""
    if isinstance(value, Block):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, _Absent):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value
