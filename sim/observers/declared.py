"""Counters by declared names: another name is an error at once, not a column of zeros."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Declared(dict[K, V]):
    """A counter for each declared name, made when it is first used; KeyError for another name."""

    def __init__(self, what: str, names: Iterable[K], make: Callable[[], V]) -> None:
        super().__init__()
        self.what = what
        self.names = tuple(names)
        self._known = frozenset(self.names)
        self._make = make

    def __missing__(self, name: K) -> V:
        self.check(name)
        made = self[name] = self._make()
        return made

    def used(self, name: K) -> V | None:
        """Return the counter of a name, None where nothing has used it."""
        self.check(name)
        return self.get(name)

    def check(self, name: K) -> None:
        """Raise KeyError unless the name is declared; the message says which are."""
        if name not in self._known:
            raise KeyError(f"{name!r} is no declared {self.what}; declared are {', '.join(map(str, self.names))}")
