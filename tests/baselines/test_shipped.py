"""The baselines that ship: those that are promised, as they were written."""

from __future__ import annotations

from pathlib import Path

from sim.command.baselines import REPLICATIONS
from sim.results.baselines.file import names, path_of, read, written
from tests.campaigns.baselines import SCENARIOS

FOLDER = Path(__file__).resolve().parents[2] / "results/baselines"


def test_they_are_those_that_are_promised_and_read_as_they_were_written() -> None:
    """Catches a baseline that is missing, was edited, or that a change of the form has made unreadable."""
    assert names(FOLDER) == sorted(SCENARIOS)
    for name in SCENARIOS:
        path = path_of(name, FOLDER)
        found = read(path)
        assert written(found) == path.read_text(encoding="utf-8")
        assert (found.name, len(found.replications)) == (name, REPLICATIONS)
        numbers = [one for one in found.figures.values() if one.margin is not None]
        assert len(numbers) > 400
        assert len(found.figures) - len(numbers) < 6
