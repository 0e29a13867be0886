"""The tables of a run: each made when it is asked for, and called as it is called where it is written."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.run import evaluate
from sim.results.table import TableOfColumns
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


def test_who_was_done_before_the_article_counts_by_it() -> None:
    """Catches participants that are not told, since nothing was left to do some hours before the article's date."""
    few = ("scenario=intake_800k", SMALL, "run.replication=2")
    figures = evaluate(parameters(*few)).figures
    assert str(figures["end"].value) < "2022-02-09T20:18"
    assert figures["participants.by_2022_02_09"].value == figures["funnel.bought_first"].value
    assert figures["processing.processed_by_2022_02_09"].value == figures["funnel.processed"].value
    broken_off = evaluate(parameters(*few, changes={"clock.end": "2022-02-01T00:00"})).figures
    assert broken_off["participants.by_2022_02_09"].value is None


def test_a_table_of_columns_is_refused_where_they_do_not_fit() -> None:
    """Catches a column under another's name, and rows that would be lost or fail only when they are asked for."""
    found = TableOfColumns("one", {"a": "", "b": ""}, {"a": [1, None], "b": np.array([3, 4])})
    assert found.rows == [{"a": 1, "b": 3}, {"a": None, "b": 4}]
    assert np.isnan(found.floats("a")).tolist() == [False, True]
    for values in ({"b": [1], "a": [2]}, {"a": [1, 2], "b": [3]}):
        with pytest.raises(ValueError, match="one"):
            TableOfColumns("one", {"a": "", "b": ""}, values)
