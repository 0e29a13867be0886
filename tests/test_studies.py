"""Studies: their scenarios are there and differ as they declare, and their figures are figures of theirs."""

from __future__ import annotations

from functools import cache

import pytest

from sim.composition import scenario, study_file
from sim.composition.compose import load
from sim.experiments.tasks import Task, outcome
from sim.parameters import Parameters
from sim.parameters.differences import differences

ASKED = {"processing_rates", "intake", "payments", "training", "fairness", "waves"}
SMALL = ("population.scale=0.0001", "clock.end=2020-10-01T00:00", "run.threads=1")


@cache
def parameters(*words: str) -> Parameters:
    """Return the parameters of some words, composed once."""
    return load(words)[0]


@cache
def figures(name: str) -> frozenset[str]:
    """Return the names of the figures of a scenario; half a year of 8,000 people is enough to have them all."""
    return frozenset(outcome(Task(load([f"scenario={name}", *SMALL])[0])).figures)


def test_the_studies_that_were_promised_are_there() -> None:
    """Catches a study that was forgotten, and one that is called otherwise than its file."""
    assert {name for name, _ in study_file.table()} == set(study_file.names()) >= ASKED


@pytest.mark.parametrize("name", study_file.names())
def test_a_study_differs_only_in_what_its_scenarios_declare(name: str) -> None:
    """Catches scenarios that are not there, two that are the same, and what differs without being declared."""
    study = study_file.load(name)
    assert set(study.scenarios) <= set(scenario.names())
    first, *others = study.scenarios
    assert study.reference in (None, first)
    assert study.question.endswith("?")
    for other in others:
        declared = {key for each in (first, other) for key in scenario.load(each).keys["scenario"]["changes"]}
        one, two = (parameters(f"scenario={each}", *study.common) for each in (first, other))
        found = [each.path for each in differences(one, two)]
        assert found
        assert [path for path in found if not any(f"{path}.".startswith(f"{key}.") for key in declared)] == []


@pytest.mark.parametrize("name", study_file.names())
def test_the_figures_of_a_study_are_figures_of_its_reference(name: str) -> None:
    """Catches a figure that is misspelt, or of another question."""
    study = study_file.load(name)
    assert study.figures
    assert [each for each in study.figures if each not in figures(study.scenarios[0])] == []


def test_waves_have_equal_places_in_four_weeks() -> None:
    """Catches a study of the rhythm of waves that gives more places in one of them."""
    rules = [parameters(f"scenario={name}").waves.rule for name in ("waves_weekly", "waves_monthly")]
    assert [rule and (rule.places or 0) / rule.every_days for rule in rules] == [200_000 / 7] * 2
    patience = [parameters(f"scenario={name}").joining.patience_waves for name in ("waves_weekly", "waves_monthly")]
    assert [(each or 0) * (rule.every_days if rule else 0) for each, rule in zip(patience, rules, strict=True)] == [
        56
    ] * 2
