"""Every key of the programme has words of its own, by which a difference of it is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from sim.parameters.block import Block
from sim.parameters.differences import NOT_OF_THE_PROGRAMME, differences
from sim.parameters.law import Law
from sim.parameters.problems import joined
from sim.parameters.sayings import sayings, together
from tests.building import name_of, parameters


def changed(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path of every key, and the whole with that key alone changed: alike for all keys of a kind."""
    if path in NOT_OF_THE_PROGRAMME:
        return
    if isinstance(value, Block) and not isinstance(value, Law):
        for name, field in type(value).model_fields.items():
            for at, inner in changed(getattr(value, name), joined(path, field.alias or name)):
                yield at, value.model_copy(update={name: inner})
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            for at, inner in changed(entry, joined(path, str(name))):
                yield at, {**value, name: inner}
    elif value != ():
        yield path, other(value)


def other(value: Any) -> Any:
    """Return another value of a kind."""
    if isinstance(value, Law):
        return value.model_copy(update={"law": "constant", "unit": "days", "minimum": 0, "mean": 0.123})
    if isinstance(value, datetime):
        return datetime(2030, 1, 1)
    if isinstance(value, date):
        return date(2030, 1, 1)
    return "other" if isinstance(value, str) else () if isinstance(value, tuple) else 0.123


@cache
def told() -> dict[str, str]:
    """Return what is told of each key that is changed alone, with either form of the waves."""
    found = {}
    for base in (parameters(), parameters("waves=weekly")):
        for path, run in changed(base):
            found[path] = together(sayings(differences(base, run), base, run))
    return found


def test_no_two_keys_are_told_alike() -> None:
    """Catch "capacity 1.1 instead of 1" of two levers, and a propensity of newcomers told as that of losers."""
    assert len(told()) > 300
    names = Counter(words.partition(" instead of ")[0] for words in told().values())
    assert [words for words, keys in names.items() if keys > 1 or not words] == []


def test_no_key_is_told_by_a_unit_twice_or_as_it_is_written() -> None:
    """Catch "deadline days 45 days", "longest years 5", "another holidays dates" and a name with underscores."""
    own = {path: words for path, words in told().items() if not path.startswith("population.provinces")}
    twice = re.compile(r"(days|years|hours|minutes|waves)\b.* 0\.123 \1|_|^(a|an|other|another)? ?\d")
    assert {path: words for path, words in own.items() if twice.search(words.partition(" instead of ")[0])} == {}
    assert {words for words in own.values() if words.startswith("another ")} == set()


WORDS = {
    ("payment.capacity=1.1", "processing.capacity=1.1"): (
        "processing capacity times 1.1; payment partners' capacity times 1.1"
    ),
    ("portal.capacity=0",): "portal capacity times 0",
    ("payment.fails=0.5",): "payments that fail 50 % instead of 0.4 %",
    ("payment.repair.mean=3",): "repair of a failed payment 3 days instead of 0 days",
    ("clock.longest_years=5",): "longest run 5 years instead of 20 years",
    ("clock.holidays.dates=[]",): "other holidays",
    ("processing.per=day",): "processing per day instead of week",
    ("joining.patience_waves=null",): "patience in the pool for ever instead of 8 waves",
    ("payment.partners.ovo.from=2020-05-01",): "OVO from 1 May 2020 instead of 11 April 2020",
    ("purchase.price.least=30000",): "lowest price of a course 30,000 rupiah instead of 24,000 rupiah",
}


@pytest.mark.parametrize("words", list(WORDS))
def test_keys_are_told_in_words(words: tuple[str, ...]) -> None:
    """Catch a key alone that says nothing."""
    assert name_of(*words).title == f"history, with {WORDS[words]}"
