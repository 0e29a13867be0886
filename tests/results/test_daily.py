"""The days: a queue and what was served or paid, for every station and every payment partner."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sim.experiments.run import evaluate
from sim.journey.journey import JOURNEY
from sim.parameters import BadInput, validate
from tests.building import PARTNERS, SMALL, Engine, composed, on_both, parameters

SHORT: dict[str, Any] = {f"payment.partners.{partner}.cap": 20_000 for partner in PARTNERS}


@on_both
def test_partners_add_up_to_all_payments_and_stations_to_all_who_were_served(engine: Engine) -> None:
    """Catch a partner or a station that has no column, and one that is counted in another's."""
    evaluated = evaluate(parameters(SMALL, f"engine={engine}", changes=SHORT))
    table, stations = evaluated.tables["daily"], evaluated.tables["stations"]
    for row in table.rows:
        waiting = [row[f"queue_{partner}"] for partner in PARTNERS]
        assert row["queue_payments"] == (None if None in waiting else sum(waiting))
        assert row["payments_paid"] == sum(row[f"paid_{partner}"] for partner in PARTNERS)
    assert max(row["queue_payments"] or 0 for row in table.rows) > 0
    for station in stations.rows:
        name = station["station"]
        served = sum(table.column(f"paid_{name}" if name in PARTNERS else f"served_{name}"))
        assert served == station["served"], name
        assert max(cell or 0 for cell in table.column(f"queue_{name}")) == station["peak_queue"], name
    assert {f"served_{name}" for name in JOURNEY.names} <= set(table.columns)


def test_a_partner_is_not_named_as_a_column_that_is_there() -> None:
    """Catch a partner whose queue would take the place of a station's, or of all partners'."""
    for name in ("portal", "email_retry", "payments", "first_incentive"):
        config = copy.deepcopy(composed())
        config["payment"]["partners"][name] = config["payment"]["partners"].pop("dana")
        with pytest.raises(BadInput, match=f"payment.partners.{name}: is the name of something else"):
            validate(config)
