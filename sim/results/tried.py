"""What was run to say why: a scenario with one thing changed, in the replications of the comparison."""

from __future__ import annotations

from dataclasses import dataclass

from sim.results.outcome import Outcome


@dataclass(frozen=True)
class Tried:
    """A variant and its runs."""

    of: str
    """The scenario that it speaks of."""
    name: str
    """What is changed, stable name: "waves", or "payment_partners" that are faster."""
    words: str
    runs: dict[int, Outcome]
    """By replication, as the scenario's."""

    def value(self, replication: int, figure: str) -> float | None:
        """Return a figure of a replication as a number; None where it has no value, or is no number."""
        return number_of(self.runs.get(replication), figure)


def number_of(run: Outcome | None, figure: str) -> float | None:
    """Return a figure of a run as a number; None where it has no value, or is no number."""
    found = None if run is None or figure not in run.figures else run.figures[figure].value
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
