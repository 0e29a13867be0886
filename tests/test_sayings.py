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
from tests.building import INSTITUTIONS, PARTNERS, name_of, parameters


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
    for base in (parameters(INSTITUTIONS), parameters(INSTITUTIONS, "waves=weekly")):
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


def caps(*each: int) -> tuple[str, ...]:
    """Return the words that set the caps of all payment partners."""
    return tuple(f"payment.partners.{name}.cap={cap}" for name, cap in zip(PARTNERS, each, strict=True))


WORDS = {
    ("payment.capacity=1.1", "processing.capacity=1.1"): (
        "processing capacity times 1.1; payment partners' capacity times 1.1"
    ),
    caps(87_001, 107_080, 94_600, 61_400, 49_919): (
        "BNI 87,001 payments a working day instead of 88,000; OVO 107,080 payments a working day instead of 106,080; "
        "GoPay 94,600 payments a working day instead of 93,600; LinkAja 61,400 payments a working day instead of "
        "62,400; DANA 49,919 payments a working day instead of 49,920"
    ),
    caps(176_000, 106_080 * 2, 93_600 * 2, 62_400 * 2, 49_920 * 3): (
        "BNI 176,000 payments a working day instead of 88,000; OVO 212,160 payments a working day instead of 106,080; "
        "GoPay 187,200 payments a working day instead of 93,600; LinkAja 124,800 payments a working day instead of "
        "62,400; DANA 149,760 payments a working day instead of 49,920"
    ),
    caps(29_333, 35_360, 31_200, 20_800, 16_640): (
        "payment partners 133,333 payments a working day in all instead of 400,000"
    ),
    ("portal.capacity=0",): "portal capacity times 0",
    ("payment.fails=0.5",): "payments that fail 50 % instead of 0.4 %",
    ("payment.repair.mean=3",): "repair of a failed payment 3 days instead of 0 days",
    ("clock.longest_years=5",): "longest run 5 years instead of 20 years",
    ("clock.holidays.dates=[]",): "other holidays",
    ("processing.per=day",): "processing per day instead of week",
    ("joining.patience_waves=null",): "patience in the pool for ever instead of 8 waves",
    ("payment.partners.ovo.from=2020-05-01",): "OVO from 1 May 2020 instead of 11 April 2020",
    ("market.catalogue.price.least=30000",): "lowest price of a course 30,000 rupiah instead of 24,000 rupiah",
    ("purchase.price.least=30000",): (
        "lowest price of a course in an open market 30,000 rupiah instead of 24,000 rupiah"
    ),
    (
        "market.seats=0.5",
        "market.checkout_capacity=2",
    ): "rate of every checkout times 2; seats of every class times 0.5",
    ("market.platforms.store_1.checkout.rate=500",): "Digital store 1 checkout 500 orders an hour instead of 1,000",
    ("market.platforms.store_1.checkout.outages=[{from: 2020-11-01, until: 2020-11-11}]",): (
        "Digital store 1 checkout closed 1 to 10 November 2020"
    ),
    ("market.platforms.marketplace_3.certificates.steps=[]",): (
        "Marketplace 3 certificates 250 certificates a working day instead of 250, then no limit from 1 July 2020"
    ),
    ("market.platforms.store_1.until=2021-01-01",): "Digital store 1 until 1 January 2021 instead of for good",
    ("market.instructors_share=0.5",): "share of the live seats that instructors can teach 0.5 instead of no limit",
    ("market.adding={ratio: 2, step: 0.1, most: 3}",): (
        "providers that add seats (10 % of those at first, 3 times at most, from 2 tries a seat on)"
    ),
}


@pytest.mark.parametrize("words", list(WORDS))
def test_keys_are_told_in_words(words: tuple[str, ...]) -> None:
    """Catch a key alone that says nothing."""
    assert name_of(*words).title == f"history, with {WORDS[words]}"


@pytest.mark.parametrize(("word", "told"), [
    ("market=open", "history, without platforms, providers and seats"),
    ("~market.platforms.store_1", "history, without Digital store 1"),
])  # fmt: skip
def test_what_is_not_there_is_told(word: str, told: str) -> None:
    """Catch a market or a platform that is taken away, told as another one or not at all."""
    assert name_of(word).title == told
