"""Every parameter at its limits: what the declarations accept and refuse; both engines run what is accepted."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from sim.parameters import BadInput, Parameters, validate
from sim.parameters.quantities import Several
from sim.programme.compiling import compile_programme
from tests.equality.same import assert_same, run_both
from tests.limits.declared import ENORMOUS, Config, Leaf, leaves, with_value
from tests.limits.reach import Reached, accepts, reach
from tests.limits.tiny import PEOPLE, tiny

SAMPLE = 40
"""Of so many cases one is tried in the default run, all in `-m exhaustive`; the campaign of engines draws several."""

BY_VALIDATION_ONLY = {
    "population.applicants": {1},  # 134 million people
    "clock.holidays.every_year[4]": {0},  # a day that is listed already
    "payment.partners.bni.kind": {1},  # there would be no bank, which `population` has people of
    # Each law has keys of its own, which do not stand there: random programmes draw all laws.
    "processing.screening.service.law": {0, 1, 3},
    "purchase.waves[1].delay.law": {0, 1, 3},
    "training.duration.law": {0, 1, 3},
    "processing.email.retry.delay.unit": {0, 1},  # a retry would come back within a window
    "processing.registry.retry.delay.unit": {0, 1},
    "processing.third_layer.retry.delay.unit": {0, 1},
}
"""Limits that no tiny programme reaches, by name of the parameter: which of its accepted values."""


@cache
def base(by_rule: bool) -> Config:
    """Return the config of a tiny programme; read it, do not write in it."""
    return tiny(by_rule=by_rule)


@cache
def parameters_of(by_rule: bool) -> dict[str, Leaf]:
    """Return the parameters of a tiny programme by name; those of a calendar are told with its own."""
    return {leaf.name: leaf for leaf in leaves(base(by_rule)) if by_rule or leaf.name.startswith("waves.calendar")}


@cache
def everything() -> dict[str, tuple[Config, Leaf]]:
    """Return every parameter by name, with the config that it stands in."""
    return {name: (base(by_rule), leaf) for by_rule in (False, True) for name, leaf in parameters_of(by_rule).items()}


BLOCKS = sorted({name.split(".")[0] for name in everything()})


@pytest.mark.parametrize("block", BLOCKS)
def test_each_parameter_accepts_its_limits_and_nothing_beyond(block: str) -> None:
    """Catches a bound that validation does not hold, one that raises anything but a fault, and one told wrongly."""
    for config, leaf in (each for name, each in everything().items() if name.split(".")[0] == block):
        for value in leaf.accepted:
            leaf.adapter.validate_python(value)
        for value in leaf.refused:
            with pytest.raises(ValidationError):
                leaf.adapter.validate_python(value)
        for value in leaf.refused[:2]:
            with pytest.raises(BadInput) as caught:
                validate(with_value(config, leaf.path, value))
            assert any(problem.path.startswith(leaf.name) for problem in caught.value.problems), leaf.name


def test_a_number_of_hundreds_of_digits_is_refused_in_any_field() -> None:
    """Catches an arithmetic error where a value is compared, or written into the message: 400 digits, and 5,000."""
    for number, (config, leaf) in enumerate(everything().values()):
        value = (ENORMOUS, -ENORMOUS, 10**5_000)[number % 3]
        assert not accepts(with_value(config, leaf.path, value)), leaf.name


def test_every_number_of_the_model_has_bounds() -> None:
    """Catches a parameter whose validator does not say its bounds, so that no limit of it would be tried."""
    unbounded = [name for name, (_, leaf) in everything().items() if leaf.kind in (int, float) and leaf.check is None]
    assert unbounded == []
    assert len(everything()) > 250


def cases() -> list[tuple[str, int]]:
    """Return the limits to run: the name of a parameter and which of its accepted values.

    The greatest sizes of lists (waves, provinces, partners, surveys) run in tests/equality/test_at_limits.py.
    """
    return [
        (name, which)
        for name, (_, leaf) in everything().items()
        if not isinstance(leaf.check, Several)
        for which in range(len(leaf.accepted))
        if which not in BY_VALIDATION_ONLY.get(name, ())
    ]


def reached(name: str, which: int) -> Reached | None:
    """Return the accepted value nearest to a limit, in the tiny programme; None where only the config's own will do."""
    config, leaf = everything()[name]
    limit = leaf.accepted[which]
    found = None if limit is None else reach(config, leaf, limit)
    if found is None and accepts(with_value(config, leaf.path, limit)):
        return Reached(limit, None)
    return found


def run_at_a_limit(name: str, which: int) -> None:
    """Run the tiny programme in both engines with a parameter at a limit; what lies beyond it must be refused."""
    config, leaf = everything()[name]
    found = reached(name, which)
    assert found is not None, f"no value of {name} near the limit is accepted"
    if found.beyond is not None:
        assert not accepts(with_value(config, leaf.path, found.beyond)), (name, found)
    parameters: Parameters = validate(with_value(config, leaf.path, found.value))
    assert parameters.population.people <= PEOPLE
    journal, result = run_both(compile_programme(parameters))
    assert_same(journal, result)


@pytest.mark.parametrize(("name", "which"), cases()[::SAMPLE])
def test_a_limit_runs_in_both_engines(name: str, which: int) -> None:
    """Catches engines that part, or fail, at the least or greatest value of a parameter that validation accepts."""
    run_at_a_limit(name, which)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "which"), cases())
def test_every_limit_runs_in_both_engines(name: str, which: int) -> None:
    """Catches what the sample of limits does not meet."""
    run_at_a_limit(name, which)


def test_the_tiny_programmes_are_no_easy_ones() -> None:
    """Catches tiny programmes in which nobody waits, retries, is awarded, revoked or paid: limits would not matter."""
    for by_rule in (False, True):
        journal, result = run_both(compile_programme(validate(base(by_rule))))
        assert_same(journal, result)
        own: Any = journal.participants
        assert own.rows > 30
        assert min((own[name] < journal.end).sum() for name in ("revoked", "closed", "incentive_3_paid")) > 2
        assert (journal.people["gave_up"] < journal.end).any()
        assert (journal.people["email_tries"] > 1).any()
        assert any(record.refused_by_budget for record in journal.waves) == by_rule
