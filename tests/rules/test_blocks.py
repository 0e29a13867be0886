"""Blocks of luck: their numbers and lanes are declared once and never change, and no two decisions share any."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import sim.rules
from sim.journey.payments import PAID_BENEFITS
from sim.rules import checks, patience_at_stations, payments, service
from sim.rules import luck as rules_of_luck
from sim.rules.luck import BLOCKS, Block, named, named_blocks
from tests.building import SMALL, programme

for module in pkgutil.iter_modules(sim.rules.__path__):
    importlib.import_module(f"sim.rules.{module.name}")

DECLARED = {block.name: block for block in BLOCKS.values()}

LANES: dict[str, tuple[int, str, dict[str, tuple[int, ...]]]] = {
    # Every block by name: its number, what tells the draws of one person apart, and the words that each decision uses.
    # A difference here deals the luck of these decisions anew, and changes every published run. Add, never renumber.
    "registration": (0x04DFFD98, "once", {"moment": (0, 1), "eligibility": (2, 3)}),
    "residence": (0x85F6BFE4, "once", {"province": (0,), "regency": (1,), "sex": (2,), "urban or rural": (3,)}),
    "standing": (
        0x46973CE4,
        "once",
        {"education": (0,), "disability": (1,), "returned migrant worker": (2,), "listed worker": (3,)},
    ),
    "means of payment": (0xE9226321, "once", {"e-money or bank": (0,), "has no account yet": (1,)}),
    "patience": (0x9586F06B, "attempt", {"patience": (0, 1)}),
    "service": (0x0BC0437C, "attempt", {"service": (0, 1)}),
    "check": (0x9EB67DFB, "attempt", {"passes": (0,), "tries again": (1,), "delay of the retry": (2, 3)}),
    "test": (0x19F18B74, "once", {"takes the test": (0,), "delay of the test": (2, 3)}),
    "next wave": (0xA7594CC8, "waves lost", {"next wave by cumulative hazard": (0, 1)}),
    "wave": (
        0x982A8760,
        "wave",
        {"joins a wave that is open": (0,), "face check": (1,), "delay of joining": (2, 3)},
    ),
    "patience in waves": (0x3ABB348A, "once", {"waves tolerated": (0, 1)}),
    "draw of the priority share": (0x9753947C, "wave", {"lottery key": (0, 1)}),
    "draw of the regional share": (0x9E403E0C, "wave", {"lottery key": (0, 1)}),
    "draw of the affirmative share": (0x7194F12F, "wave", {"lottery key": (0, 1)}),
    "draw of the lottery share": (0x52ED44C1, "wave", {"lottery key": (0, 1)}),
    "payment partner": (0x13403E6C, "once", {"payment partner": (0, 1), "linking fails": (2,)}),
    "linking an account": (0x60878C7D, "once", {"delay of linking": (0, 1), "repair of the link": (2, 3)}),
    "purchase": (
        0x221BC6F6,
        "course",
        {"wants to buy": (0,), "price": (1,), "delay of the purchase": (2, 3)},
    ),
    "platform": (0xD155C9C2, "purchase", {"platform": (0, 1), "patience for a class": (2, 3)}),
    "candidate courses": (
        0xD377154C,
        "purchase and pair of candidates",
        {"candidate of an even number": (0, 1), "candidate of an odd number": (2, 3)},
    ),
    "last candidate course": (0x11492287, "purchase", {"course of those that remain": (0, 1)}),
    "coming back to the market": (0x372A4374, "purchase and try", {"delay of coming back": (0, 1)}),
    "course": (0xC46AEA60, "course", {"completes": (0,), "duration": (2, 3)}),
    "certificate": (0x4F0D7E37, "once", {"delay of the certificate": (0, 1), "rates and reviews": (2,)}),
    "review": (0x1F94821E, "once", {"delay of the review": (0, 1)}),
    "payment": (0xA1AF71E9, "count and attempt", {"lag": (0,), "fails": (1,), "repair": (2, 3)}),
    "answer to a survey": (0xBFD00C62, "survey", {"answers": (0,), "delay of the answer": (2, 3)}),
}

NAMED = {
    # The blocks of their own that stations and payments have, by what is drawn there.
    "patience of portal": 0x03941619,
    "patience of processing": 0x0C97B0D4,
    "patience of email": 0x64ECBA70,
    "patience of email_retry": 0xFCB08383,
    "patience of registry": 0xAACB7B81,
    "patience of registry_retry": 0x3E3959E3,
    "patience of third_layer": 0xC9918BD8,
    "patience of third_layer_retry": 0xCB8E5103,
    "patience of screening": 0xDBC11BC4,
    "service of screening": 0xAED39F4F,
    "check of email": 0xC802A3FF,
    "check of registry": 0x9DADD3C8,
    "check of third_layer": 0x653600CD,
    "check of screening": 0x6FBBAFD4,
    "payment of incentive": 0xA87B2F6D,
    "payment of survey": 0x9856C444,
}


def test_every_decision_keeps_its_block_and_lane() -> None:
    """Catches a block renamed or renumbered, a decision moved to another lane, and one added that is not held here."""
    found = {
        name: (block.number, block.occurrence, {what: tuple(sorted(used)) for what, used in block.lanes.items()})
        for name, block in DECLARED.items()
    }
    assert found == LANES


def test_stations_and_payments_keep_their_blocks() -> None:
    """Catches luck that hangs on a station's place in the route, or on a payment's number."""
    compiled = programme(SMALL)
    found = {}
    for name, station in compiled.route.items():
        found[f"patience of {name}"] = station.luck.patience
        if station.service is not None:
            found[f"service of {name}"] = station.luck.service
        if station.check is not None:
            found[f"check of {name.removesuffix('_retry')}"] = station.luck.check
    for payment, row in zip(compiled.payments, compiled.payment_table, strict=True):
        found[f"payment of {payment.benefit.key}"] = int(row["block"])
    assert found == NAMED


def test_no_two_blocks_have_one_number() -> None:
    """Catches two decisions that share luck: blocks declared, and those of stations and payments by their names."""
    journey = programme(SMALL).journey
    of_stations = {
        f"{lanes.name} of {name}": number
        for lanes, names in (
            (patience_at_stations.LANES, journey.names),
            (service.LANES, journey.names),
            (checks.LANES, journey.names),
            (payments.LANES, [benefit.key for benefit in PAID_BENEFITS]),
        )
        for name, number in named_blocks(lanes, names).items()
    }
    numbers = [*BLOCKS, *of_stations.values()]
    assert len(set(numbers)) == len(DECLARED) + len(of_stations) == len(numbers)
    assert all(number == named(name) for name, number in of_stations.items())
    assert all(number == block.number == named(block.name) for number, block in BLOCKS.items())


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test declare blocks that are forgotten after it."""
    monkeypatch.setattr(rules_of_luck, "BLOCKS", dict(BLOCKS))
    monkeypatch.setattr(rules_of_luck, "_NAMES", dict(rules_of_luck._NAMES))


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("half", 0), ("quarter", 0)),
        (("half", 0), ("quarter", 1)),
        (("half", 1), ("quarter", 3)),
        (("quarter", 2), ("half", 1)),
        (("quarter", 2), ("quarter", 2)),
        (("half", 1), ("half", 1)),
        (("half", 0), ("whole_half", 0)),
        (("whole_half", 1), ("quarter", 2)),
    ],
)
def test_two_decisions_cannot_share_a_lane(first: tuple[str, int], second: tuple[str, int]) -> None:
    """Catches two decisions that read a common word: then who is lucky in one is lucky in the other."""
    block = Block("a new block")
    getattr(block, first[0])(first[1], "one")
    with pytest.raises(ValueError, match="'another' and 'one' would share luck"):
        getattr(block, second[0])(second[1], "another")


@pytest.mark.usefixtures("undone")
def test_lanes_beside_one_another_are_no_error() -> None:
    """Catches a refusal of what does not overlap, and a decision of one name that has two lanes."""
    block = Block("a new block")
    block.quarter(0, "one")
    block.half(1, "another")
    with pytest.raises(ValueError, match="'one' and 'one' would share luck"):
        block.quarter(1, "one")
    block.quarter(1, "a third")
    assert [sorted(words) for words in block.lanes.values()] == [[0], [2, 3], [1]]


@pytest.mark.usefixtures("undone")
def test_two_blocks_cannot_have_one_name_or_number() -> None:
    """Catches a block declared twice, and two names whose hashes are one: such as are found among 60,000."""
    with pytest.raises(ValueError, match="'wave' is declared twice"):
        Block("wave")
    Block("block 58050")
    with pytest.raises(ValueError, match="'block 58050' and 'block 59109' have one number"):
        Block("block 59109")


@pytest.mark.usefixtures("undone")
def test_stations_cannot_share_luck() -> None:
    """Catches stations whose luck is one, whatever is drawn there, and one that has the luck of a declared block."""
    with pytest.raises(ValueError, match="of station_4240' and 'patience of station_33100' have one number"):
        named_blocks(patience_at_stations.LANES, ["station_4240", "station_33100"])
    named_blocks(patience_at_stations.LANES, ["station_9935"])
    with pytest.raises(ValueError, match="'patience of station_9935' and 'service of station_101311'"):
        named_blocks(service.LANES, ["station_101311"])
    Block("service of desk")
    with pytest.raises(ValueError, match="service of 'desk' would have the luck of the block"):
        named_blocks(service.LANES, ["desk"])
