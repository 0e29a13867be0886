"""The key figures of a comparison, by their names or by the end of these."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from sim.parameters import Problem
from sim.parameters.problems import cut

DEFAULT = (
    "processing.weeks_to_clear",
    "processing.peak_backlog",
    "wait.registered_to_award.median_days",
    "funnel.awarded",
    "funnel.paid_first_incentive",
    "money.paid",
)
"""What is told unless it is said which; those that there are."""

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
    return cut(f"Did you mean {', '.join(meant)}?", 600) if meant else "kpis.json of a run's folder names them all."
