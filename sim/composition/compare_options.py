"""The words of a comparison that are no keys of the configs: how often, in which worlds, how sure, and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sim.parameters import Problem
from sim.parameters.problems import Written

MOST_REPLICATIONS = 999
"""Worlds are numbered from 1, and their second lucks from 1,001."""

MOST_WORKERS = 10_000

PROCESSES, DASK = "processes", "dask"
"""Who does the runs: processes of this machine, or the workers of a cluster."""

IN_WORLDS, IN_BASE = "ensemble", "base"
"""Where replications are: in worlds of the ensemble, each with a luck; or in the base world, with lucks alone."""

SCHEDULER = re.compile(r"[a-z]+://[^\s/]+", re.ASCII)


@dataclass(frozen=True)
class Options:
    """How scenarios are compared; None where it was not said."""

    reference: str | None = None
    figures: tuple[str, ...] | None = None
    replications: int | None = None
    worlds: str | int | None = None
    """A number of worlds, or one of IN_WORLDS and IN_BASE."""
    precision: float | None = None
    max_replications: int | None = None
    plan: bool = False
    executor: str | None = None
    scheduler: str | None = None
    workers: int | None = None
    why: bool = False
    people: str | None = None

    @property
    def in_worlds(self) -> bool:
        """Return whether replications are worlds."""
        return self.worlds != IN_BASE


def options_of(said: Mapping[str, str]) -> tuple[Options, list[Problem]]:
    """Return the options that words say, by name as they are written, and what is wrong with some."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in said.items():
        read, allowed, do = READ[name]
        value = read(text.strip("'\""))
        if value is None:
            problems.append(Problem(name, Written(text), allowed, do))
        else:
            found[name] = value
    options = Options(**found)
    return options, problems or list(_beside(options))


def _beside(options: Options) -> Iterator[Problem]:
    """Find what does not go together."""
    leave = "Leave one of the two out."
    if isinstance(options.worlds, int) and options.replications not in (None, options.worlds):
        yield Problem("worlds", options.worlds, f"says another number than replications={options.replications}", leave)
    if options.max_replications is not None and options.precision is None:
        do = "Add one, such as precision=0.02, or write replications=."
        yield Problem("max_replications", options.max_replications, "has no effect without precision", do)
    first = options.replications or (options.worlds if isinstance(options.worlds, int) else None) or 2
    if options.precision is not None and first < 2:
        do = "Begin with 2 or more: one run does not say how far another would lie from it."
        yield Problem("replications", first, "is too few for a precision", do)
    if options.max_replications is not None and options.max_replications < first:
        do = "Allow as many as there are at first."
        yield Problem("max_replications", options.max_replications, f"must be at least {first}", do)
    if options.executor == DASK and options.scheduler is None:
        do = "Add scheduler=tcp://HOST:8786, as `dask scheduler` prints it."
        yield Problem("executor", DASK, "needs the address of a scheduler", do)
    if options.scheduler is not None and options.executor != DASK:
        do = f"Add executor={DASK}, or leave it out."
        yield Problem("scheduler", options.scheduler, f"has no effect without executor={DASK}", do)
    if options.executor == DASK and options.workers is not None:
        do = "Leave it out; start as many workers as you want beside the scheduler."
        yield Problem("workers", options.workers, "is what the cluster has", do)


def _whole(least: int, most: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        plain = text.replace("_", "")
        if not (plain.isascii() and plain.isdecimal() and len(plain) < 10):
            return None
        return int(plain) if least <= int(plain) <= most else None

    return read


def _share(text: str) -> float | None:
    if not re.fullmatch(r"0?\.\d{1,9}", text, re.ASCII):
        return None
    return float(text) or None


def _one_of(*names: str) -> Callable[[str], str | None]:
    return lambda text: text if text in names else None


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _worlds(text: str) -> str | int | None:
    return text if text in (IN_WORLDS, IN_BASE) else _whole(1, MOST_REPLICATIONS)(text)


def _text(text: str) -> str | None:
    return text or None


def _list(text: str) -> tuple[str, ...] | None:
    inside = text.removeprefix("[").removesuffix("]")
    each = tuple(one.strip(" '\"") for one in inside.split(","))
    return each if all(each) else None


def _address(text: str) -> str | None:
    return text if SCHEDULER.fullmatch(text) else None


NUMBER = f"must be a whole number from 1 to {MOST_REPLICATIONS}"
YES = "must be true or false"

READ: dict[str, tuple[Callable[[str], Any], str, str]] = {
    "reference": (_text, "must be the name of a scenario", "Write reference=NAME."),
    "figures": (_list, "must be names of key figures", "Write figures=[weeks_to_clear,peak_backlog]."),
    "replications": (_whole(1, MOST_REPLICATIONS), NUMBER, "Write replications=20."),
    "worlds": (
        _worlds,
        f"must be {IN_WORLDS}, {IN_BASE}, or a whole number from 1 to {MOST_REPLICATIONS}",
        f"Write worlds={IN_BASE} for the fitted values alone.",
    ),
    "precision": (_share, "must be a share between 0 and 1", "Write precision=0.02 for two per cent of the mean."),
    "max_replications": (_whole(1, MOST_REPLICATIONS), NUMBER, "Write max_replications=60."),
    "plan": (_truth, YES, "Write plan=true to see the plan alone."),
    "executor": (_one_of(PROCESSES, DASK), f"must be {PROCESSES} or {DASK}", f"Leave it out for {PROCESSES}."),
    "scheduler": (_address, "must be an address", "Write scheduler=tcp://HOST:8786."),
    "workers": (_whole(1, MOST_WORKERS), f"must be a whole number from 1 to {MOST_WORKERS:,}", "Write workers=2."),
    "why": (_truth, YES, "Write why=true for the causes of each difference, and shadow prices."),
    "people": (_one_of("none", "groups"), "must be none or groups", "Write people=none to leave them out."),
}
"""How each word is read, what is allowed, and what to do; it reads None where the text is none of these."""

assert set(READ) == {each.name for each in fields(Options)}
