"""The tables of a run: each made when it is asked for, and called as it is called where it is written."""

from __future__ import annotations

import pytest

from sim.experiments.run import evaluate
from tests.building import INSTITUTIONS, OPEN, SMALL, parameters


@pytest.mark.parametrize("market", [OPEN, INSTITUTIONS])
def test_tables_are_called_by_their_names_and_made_once(market: str) -> None:
    """Catch a table under another's name, one that is made twice, and tables of a market that is not simulated."""
    result = evaluate(parameters(market, SMALL))
    found, of_market = result.tables, {"market", "sales", "providers", "courses", "seats"}
    assert [found[name].name for name in found] == list(found)
    assert len(found) == len(set(found))
    assert of_market & found.keys() == (set() if result.observations.market is None else of_market)
    assert all(found[name] is found[name] for name in found)
    with pytest.raises(KeyError):
        found["nothing"]
