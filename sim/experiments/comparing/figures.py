"""The key figures of a comparison, by their names or by the end of these."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from sim.parameters import BadInput, Parameters, Problem
from sim.parameters.problems import cut
from sim.results.meaning import declared

DEFAULT = (
    "processing.weeks_to_clear",
    "processing.peak_backlog",
    "wait.registered_to_award.median_days_got_it",
    "funnel.awarded",
    "funnel.paid_first_incentive",
    "money.paid",
)
"""What is told unless it is said which; those that there are."""


def refuse_what_no_run_has(asked: Sequence[str], scenarios: Sequence[Parameters]) -> None:
    """Raise BadInput where a name can be that of no key figure of any of the scenarios, before any is run."""
    names = list(dict.fromkeys(name for each in scenarios for name in declared(each)))
    patterns = [name for name in names if "*" in name]
    plain = [name for name in names if "*" not in name]
    ends = {end for name in plain for end in _ends(name)}
    tails = [tail for pattern in patterns for tail in _ends(pattern) if tail.strip("*.")]
    wrong = [name for name in asked if name not in ends and not any(fnmatchcase(name, tail) for tail in tails)]
    if wrong:
        allowed = "is no key figure of these scenarios"
        raise BadInput([Problem("figures", name, allowed, _meant(name, plain)) for name in wrong])


def _ends(name: str) -> list[str]:
    """Return a name from each of its points on, the whole one first."""
    parts = name.split(".")
    return [".".join(parts[place:]) for place in range(len(parts))]


MOST_SAID = 12
"""Names that a message suggests."""


def named(asked: Sequence[str], known: Collection[str]) -> tuple[dict[str, str], list[Problem]]:
    """Return the whole name of each figure that was asked for, as far as known, and what is wrong with the others.

    A name may be given from any of its points on: `weeks_to_clear` is `processing.weeks_to_clear`, if no other is.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for name in asked:
        ends = [name] if name in known else [each for each in known if each.endswith(f".{name}")]
        if len(ends) == 1:
            found[name] = ends[0]
        elif ends:
            do = f"Write one of {', '.join(sorted(ends)[:MOST_SAID])}."
            problems.append(Problem("figures", name, f"may be any of {len(ends)} figures", do))
        else:
            problems.append(Problem("figures", name, "is no key figure of these scenarios", _meant(name, known)))
    return found, problems


def _meant(name: str, known: Collection[str]) -> str:
    last = {each.rpartition(".")[2]: each for each in known}
    close = difflib.get_close_matches(name, [*known, *last], n=3, cutoff=0.5)
    within = [each for each in known if name.rpartition(".")[2].split("_")[0] in each]
    meant = list(dict.fromkeys([*(last.get(each, each) for each in close), *within]))[:MOST_SAID]
    if meant:
        return cut(f"Did you mean {', '.join(meant)}?", 600)
    return f"There are {', '.join(DEFAULT[:3])}, for example; kpis.json of a run's folder names them all."
