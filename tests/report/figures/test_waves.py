"""Waves: which were full, and what was published of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.composition.compose import composition
from sim.experiments.calibration.figures import published_figures
from sim.report.figures import waves
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE
from tests.report.figures.runs import full, table


@pytest.mark.parametrize("name", ["history", "rate", "left_over"])
def test_the_waves_finding(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches waves counted as full that were not, waves without places, and who joined twice told as two people."""
    saved = runs(name)
    rows = [row for row in table(saved, "waves") if int(row["quota"])]
    taken = sum(row["places_unfilled"] == row["refused_by_budget"] == "0" for row in rows)
    people = {row["stage"]: row["people"] for row in table(saved, "funnel")}
    said = waves.finding(saved)
    if name == "left_over":
        assert taken < len(rows) / 2
        assert said.startswith(f"Places were left over in {len(rows) - taken} of {len(rows)} waves, ")
    else:
        assert f" {taken} of {len(rows)} waves" in said or f"each of {taken} waves" in said
    awarded, ever = (full(saved, people[stage]) for stage in ("awarded", "ever_joined"))
    assert said.endswith(f"; {awarded} of the {ever} who ever joined were awarded")
    with look(PAGE):
        told = waves.draw(saved, PAGE).says
    assert ("fewer eligible people had joined" in told) is (sum(int(row["places_unfilled"]) for row in rows) > 0)


def test_the_waves_finding_where_there_is_none(runs: Callable[[str], Saved]) -> None:
    """Catches a sentence of awards where nobody joined, or no wave was announced."""
    assert waves.finding(runs("nobody")) == "Nobody joined the 22 waves that were announced"
    assert waves.finding(runs("nobody_at_a_rate")) == "No wave was announced"


@pytest.mark.parametrize("name", ["history", "waves_moved", "rate_until"])
def test_published_figures_stand_on_their_own_waves(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches what was published of a wave on one of another date, by a rule or moved."""
    saved = runs(name)
    with look(PAGE):
        drawn = waves.draw(saved, PAGE)
    joined, selected = (
        {int(wave) for line in axes.get_lines() if line.get_marker() == "D" for wave in line.get_xdata()}  # type: ignore[union-attr]
        for axes in drawn.figure.axes
    )
    of_rule = name == "rate_until"
    moved = {18} if name == "waves_moved" else set[int]()
    assert joined == (set() if of_rule else {1, *range(4, 10), 18} - moved)
    assert selected == (set() if of_rule else {*range(1, 23)} - moved)
    assert ("Diamonds" in drawn.says) is not of_rule
    rows = table(saved, "published")
    of_waves = {"joined", "selected", "revoked", "eligible_share"}
    assert {row["figure"] for row in rows if row["scope"]} & of_waves == (set() if of_rule else of_waves)
    roles = {row["role"] for row in rows if row["figure"] == "awarded" and row["published"]}
    assert ("input" in roles) is not of_rule
    assert {row["role"] for row in rows if row["figure"] == "eligible_share"} == (set() if of_rule else {"input"})
    fitted = {(row["figure"], row["scope"], row["at"][:10]) for row in rows if row["role"] == "fitted"}
    assert ("incentive_rupiah", "", "2020-09-15") in fitted
    # Each says again what another does: 300,000 first incentives, and those who had ever joined.
    assert not fitted & {("incentive_rupiah", "", "2020-05-19"), ("joined", "1", "2020-04-20")}
    if name == "history":
        used, _ = published_figures(composition([]).parameters)
        assert fitted == {(each.what, each.scope, f"{each.at:%Y-%m-%d}") for each in used if not each.bound}
