"""Numbers and dates as people write them: what was understood is said, what may not be meant is doubted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from sim.command.main import main
from sim.composition.compose import composition, load
from sim.composition.scenario import names
from sim.composition.understood import remarks
from sim.parameters.market_file import COLUMNS
from tests.building import parameters

DOUBTED = {
    "a thousand by a full stop": ("processing.rate=800.000", "processing.rate = 800.000 was read as 800", "800000"),
    "a cap": ("payment.partners.ovo.cap=106.080", "payment.partners.ovo.cap = 106.080 was read as 106.08", "106080"),
    "a count": ("processing.screening.servers=1.000", "processing.screening.servers = 1.000 was read as 1", "1000"),
    "in a step": (
        "processing.steps=[{from: 2020-08-08, rate: 400.000}]", "processing.steps[0].rate = 400.000 was read as 400",
        "400000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DOUBTED)
def test_a_number_that_may_not_be_meant_is_doubted(case: str) -> None:
    """Catches `800.000`, that runs as 800 without a word: an answer to another question than was asked."""
    word, said, meant = DOUBTED[case]
    (doubt,) = [line for line in remarks(composition([word])) if line.startswith("Note: ")]
    assert said in doubt
    assert doubt.endswith(f"Write {meant} if that is meant.")


@pytest.mark.parametrize("word", [
    "population.scale=0.001", "processing.rate=800.5", "processing.rate=1234.5678", "portal.rate=0.125",
    "processing.email.passes=0.742", "processing.rate=800_000", "portal.rate=80000", "payment.capacity=1.125",
])  # fmt: skip
def test_what_is_meant_is_not_doubted(word: str) -> None:
    """Catches doubts about shares, about what is less than 1, and about what nobody writes with separators."""
    doubted = [line for line in remarks(composition([word])) if line.startswith("Note: ")]
    assert bool(doubted) == (word == "payment.capacity=1.125")


def test_a_scenario_is_doubted_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a file of a planner's own whose numbers are read in another way than they are written."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        'scenario: {name: mine, question: "What?", changes: [processing.rate]}\n'
        "processing: {rate: 800.000, steps: [{from: 2020-08-08, rate: 1_600.000}, {from: 2021-08-08, rate: 1e6}]}\n"
    )
    said = remarks(composition([f"scenario={mine}"]))
    assert said[:3] == [
        "Understood: processing.rate: 800 people a week.",
        "Understood: processing.steps[0].rate: 1,600 people a week.",
        "Understood: processing.steps[1].rate: 1,000,000 people a week.",
    ]
    assert [line.split(" was ")[0] for line in said[3:]] == ["Note: processing.rate = 800.000"]
    for written in ("{rate: 800,000}", "\n  rate: 800,000\n", "\n  rate: 800.000,0\n"):
        mine.write_text(f'scenario: {{name: mine, question: "What?"}}\nprocessing: {written}')
        assert main(["run", f"scenario={mine}"]) == 2
        assert "rite 800000" in capsys.readouterr().err


@pytest.mark.parametrize("name", names())
def test_the_scenarios_are_told_without_a_doubt(name: str) -> None:
    """Catches a scenario of ours that a planner would be told to mend, and rates or levers that are not told."""
    said = remarks(composition([name]))
    assert all(line.startswith("Understood: ") for line in said)
    asks_a_rate = name.startswith(("rate_", "payment_caps_2020"))
    assert asks_a_rate == any("a week" in line or "a working day" in line for line in said)
    pulls_a_lever = name in ("payment_caps_doubled", "payment_caps_halved")
    assert pulls_a_lever == any("times the capacity" in line for line in said)


def test_what_was_understood_stands_on_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches an echo that the command does not print."""
    words = ["processing.rate=800.000", "population.scale=1e-6", "clock.end=2020-06-01", "run.figures=none"]
    assert main(["run", *words, f"run.folder={tmp_path / 'run'}"]) == 0
    said = capsys.readouterr().err
    assert "Understood: processing.rate: 800 people a week.\nNote: processing.rate = 800.000 was read as 800" in said


@pytest.mark.parametrize("command", [["config"], ["config", "csv"], ["trace", "person=1", "population.scale=1e-6"]])
def test_what_was_understood_stands_beside_a_config_and_a_journey(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a planner who looks at what 800.000 is, and is not told that it is 800."""
    assert main([*command, "processing.rate=800.000", "clock.end=2020-06-01"]) == 0
    said = capsys.readouterr().err
    assert "Understood: processing.rate: 800 people a week.\nNote: processing.rate = 800.000 was read as 800" in said


def test_a_time_may_have_a_space_before_its_hour() -> None:
    """Catches a time as people and pandas write it that is refused, or read as its day."""
    for written in ("2020-11-01 08:00", "2020-11-01 08:00:00", "2020-11-01T08:00"):
        found, _ = load([f"payment.partners.ovo.outages=[{{from: '{written}', until: 2020-11-11}}]"])
        assert found.payment.partners["ovo"].outages[0].since == datetime(2020, 11, 1, 8)


def test_a_date_is_its_midnight_wherever_one_is_read() -> None:
    """Catches a place that wants an hour: outages, steps, the clock, waves, demand, partners."""
    outage = "payment.partners.ovo.outages=[{from: 2020-11-01, until: 2020-11-11}]"
    words = [
        outage,
        "clock.end=2021-12-31",
        "waves.calendar.w01.announced=2020-04-20",
        "published.fit_until=2020-10-15",
    ]
    parameters, _ = load(words)
    assert parameters.payment.partners["ovo"].outages[0].until == datetime(2020, 11, 11)
    assert parameters.clock.end == datetime(2021, 12, 31)
    assert parameters == load([word.replace("2020-11-11", "2020-11-11T00:00") for word in words])[0]


@pytest.mark.parametrize("in_a_file", [False, True], ids=["on the command line", "in a scenario's file"])
def test_a_thousandth_of_the_base_is_doubted(in_a_file: bool, tmp_path: Path) -> None:
    """Catch a thousandth of the base that runs without a word, or that a scenario's file holds against itself."""
    base = parameters().processing.registry.rate
    assert base is not None
    file = tmp_path / "mine.yaml"
    file.write_text(
        "scenario: {name: mine, question: Slow, changes: [processing.registry.rate]}\n"
        f"processing: {{registry: {{rate: {base / 1000:.15g}}}}}\n"
    )
    word = f"scenario={file}" if in_a_file else f"processing.registry.rate={base / 1000:.15g}"
    (note,) = (line for line in remarks(composition([word])) if line.startswith("Note: "))
    told = f"processing.registry.rate = {base / 1000:,.15g} is a thousandth of the {base:,.15g} it was before"
    assert note == f"Note: {told}. Write {base:.15g} if that is meant."


def test_a_key_without_effect_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a price of the open market that a planner sets in the training market, and that changes nothing."""
    words = ["purchase.price.most=900000", "training.duration.mean=3", "training.completes=0.5", "training.reviews=0.5"]
    said = remarks(composition(words))
    assert [line.split(" has ")[0] for line in said] == [f"Note: {word.split('=')[0]}" for word in words[:3]]
    assert "market.catalogue.price stands in its place" in said[0]
    assert remarks(composition(["open_market", *words])) == []
    monkeypatch.chdir(tmp_path)
    row = "A,B,store_1,self-paced,,,2020-04-11,,24000,1,5,1"
    (tmp_path / "courses.csv").write_text(f"{','.join(COLUMNS)}\n{row}\n")
    (tmp_path / "mine.yaml").write_text(
        'scenario: {name: mine, question: "Whose courses?"}\nmarket: {file: courses.csv, catalogue: {follow: 0.5}}\n'
    )
    said = remarks(composition(["mine.yaml"]))
    assert said == ["Note: market.catalogue.follow has no effect: the courses are those of market.file."]


def test_levers_of_the_market_are_told_as_what_they_multiply() -> None:
    """Catch half the seats told as half a seat, orders told as people, and certificates told as people."""
    words = [
        "market.seats=0.5",
        "market.platforms.store_1.checkout.rate=900",
        "market.platforms.marketplace_3.certificates.cap=100",
    ]
    said = " ".join(remarks(composition(words)))
    assert "market.seats: 0.5 times the seats of every class" in said
    assert "market.platforms.store_1.checkout.rate: 900 orders an hour" in said
    assert "market.platforms.marketplace_3.certificates.cap: 100 certificates a working day" in said
