"""What differs from the base is said wherever a run is named, from the composed parameters alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.command.main import main
from sim.composition.compose import composition, load
from sim.parameters import BadInput, Parameters, validate
from sim.parameters.differences import NOT_OF_THE_PROGRAMME
from sim.parameters.market_file import COLUMNS
from sim.parameters.named import named
from sim.parameters.sayings import Saying
from tests.building import HELD, name_of, parameters
from tests.test_scenarios import compose

OVO = f"payment.partners.ovo.outages=[{HELD}, {{from: '2020-11-01T00:00', until: '2020-11-11T00:00'}}]"


def test_an_override_is_part_of_the_name_and_the_question_that_no_longer_holds_is_gone() -> None:
    """Catch "history: What happened" above a run in which OVO is closed."""
    named = name_of(OVO)
    assert named.title == "history, with OVO closed 1 to 10 November 2020"
    assert (named.question, named.against_base) == (None, None)
    assert [one.path for one in named.differences] == ["payment.partners.ovo.outages"]


def test_history_itself_has_its_question_and_no_difference() -> None:
    """Catch a difference where there is none: of seed, scale, threads, engine, folder, or of a number written anew."""
    named = name_of(
        "run.seed=7", "run.replication=3", "run.threads=1", "run.folder=x", "population.scale=0.1", "engine=person",
        "portal.rate=8e4", "purchase.deadline_days=30.0",
    )  # fmt: skip
    assert (named.title, named.against_base, named.differences) == ("history", None, ())
    assert named.question == "What happened, from the first registration to 9 February 2022?"


def test_a_rate_says_that_more_than_the_rate_differs() -> None:
    """Catch a rate that is compared with history as if waves, joining, budget and end were the same."""
    named = name_of("scenario=rate_800k")
    assert named.title == "rate_800k"
    assert named.question == "How long do 80 million registrants wait when 800,000 a week are processed?"
    said = named.against_base or ""
    assert said.startswith("Differs from history: processing 800,000 people a week instead of no limit; ")
    for words in ("joins every wave", "a wave every 7 days", "a budget of 41.2 trillion", "until nothing is left"):
        assert words in said


def test_a_question_holds_until_what_it_is_about_is_changed() -> None:
    """Catch "when 800,000 a week are processed" above 1,600,000, and a question lost for a change beside it."""
    faster = name_of("scenario=rate_800k", "processing.rate=1600000")
    assert faster.title == "rate_800k, with processing 1,600,000 people a week instead of 800,000"
    assert faster.question is None
    beside = name_of("scenario=rate_800k", OVO)
    assert beside.title == "rate_800k, with OVO closed 1 to 10 November 2020"
    assert (beside.question or "").endswith("800,000 a week are processed?")
    assert name_of("scenario=rate_800k", "population.applicants=1000").question is None
    assert name_of(OVO, "scenario.question='And OVO?'").question == "And OVO?"


@pytest.mark.parametrize("beside", [["scenario=mine.yaml"], ["scenario=rate_800k", "scenario.name=history"]])
def test_the_name_of_the_base_is_refused_to_what_differs_from_it(
    beside: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch "history: What happened?" above half the caps, or above the budget of another scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(
        'scenario: {name: history, question: "What happened?"}\npayment: {capacity: 0.5}\n'
    )
    with pytest.raises(BadInput, match=r"is the name of the base, from which .* differs") as refused:
        name_of(*beside)
    assert "scenario.name" in refused.value.text
    assert name_of("scenario.name=history").question is not None
    assert name_of("scenario.name=history", "payment.capacity=0.5").title.startswith("history, with ")


def test_what_differs_is_told_whatever_the_name() -> None:
    """Catch a difference that is nowhere, since the run is called as the base is."""
    base, half = (parameters(changes=changes) for changes in ({}, {"payment.capacity": 0.5}))
    assert named(half, base, base).against_base is None, "the title says it"
    assert "capacity" in (named(half, base, half).against_base or "")


@pytest.mark.parametrize(
    "words",
    [
        ("scenario=rate_800k", "processing.capacity=2"),
        ("scenario=rate_800k", "processing.per=day"),
        ("scenario=rate_800k", "processing.steps=[{from: '2020-06-01T00:00', rate: 1600000}]"),
        ("scenario=rate_800k", "processing.outages=[{from: '2020-06-01T00:00', until: '2021-06-01T00:00'}]"),
        ("scenario=payment_caps_2020", "payment.capacity=5"),
        ("scenario=payment_caps_2020", OVO),
        ("scenario=lever.yaml", "processing.email.retry.rate=1"),
        ("scenario=seats_halved", "market.catalogue.seats_a_week=600000"),
        ("scenario=instructors_bind", "market.instructors=2"),
        ("scenario=certificates_manual", "market.certificates=100"),
        ("scenario=providers_doubled", "market.file=courses.csv"),
        ("scenario=open_market", "market=institutions"),
    ],
)
def test_a_question_about_a_capacity_is_gone_whichever_key_changes_it(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch "when 800,000 a week are processed" above twice as many, by a lever, a step or an outage."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lever.yaml").write_text(
        'scenario: {name: lever, question: "What if all were twice as fast?"}\nprocessing: {capacity: 2}\n'
    )
    columns, row = ",".join(COLUMNS), "A,B,store_1,self-paced,,,2020-04-11,,24000,1,5,1"
    (tmp_path / "courses.csv").write_text(f"{columns}\n{row}\n")
    assert name_of(words[0]).question is not None
    assert name_of(*words).question is None


def test_a_question_holds_beside_the_capacity_of_another_place() -> None:
    """Catch a question that is lost for a station that it is not about."""
    for word in ("portal.capacity=2", "processing.email.rate=1000000", "processing.screening.servers=100"):
        assert name_of("scenario=rate_800k", word).question is not None, word
    for word in ("market.checkout_capacity=2", "market.platforms.store_1.share=0.5", "market.instructors_share=1"):
        assert name_of("scenario=seats_halved", word).question is not None, word


def test_every_part_is_of_the_programme_or_is_not() -> None:
    """Catch a part that changes the name although it changes no run, such as how files are written."""
    of_the_programme = {
        "clock", "population", "demand", "portal", "processing", "waves", "joining", "selection", "budget", "account",
        "purchase", "training", "market", "payment",
    }  # fmt: skip
    beside = {key for key in NOT_OF_THE_PROGRAMME if "." not in key}
    assert of_the_programme | beside == set(Parameters.model_fields)
    assert of_the_programme & beside == set()
    as_in_indonesia = name_of("results.csv=id")
    assert (as_in_indonesia.title, as_in_indonesia.question is None) == ("history", False)


WORDS = {
    "processing.rate=0": "processing closed instead of no limit",
    "processing.registry.rate=null": "civil registry no limit instead of {registry:,.0f} people a week",
    "payment.partners.ovo.cap=20000": "OVO 20,000 payments a working day instead of 106,080",
    "processing.screening.servers=100": "screening 100 servers instead of 240",
    "portal.steps=[{from: '2020-05-01T00:00', rate: 9}]": (
        "portal 80,000 people a minute, then 9 from 1 May 2020 instead of 80,000"
    ),
    "processing.registry.passes=0.8": "registry passes 80 % instead of {passes:.4g} %",
    "purchase.deadline_days=45": "deadline of the first purchase 45 days instead of 30 days",
    "waves.calendar.w04.places=500000": "places of wave 4 500,000 instead of 800,000",
    "~waves.calendar.w22": "without wave 22",
    "budget.incentive=500000": "an incentive 500,000 rupiah instead of 600,000 rupiah",
    "payment.repair.mean=3": "repair of a failed payment 3 days instead of 0 days",
    "joining.patience_waves=null": "patience in the pool for ever instead of 8 waves",
    "clock.end=2021-01-01T00:00": "until 1 January 2021",
    "portal.outages=[{from: '2020-04-13T09:00', until: '2020-04-13T10:00'}]": (
        "portal closed 13 April 2020 09:00 to 10:00 and portal not closed "
        "11 April 2020 21:00 to 22:00 and 12 April 2020 09:00 to 10:00 and 1 more time"
    ),
}


@pytest.mark.parametrize("word", list(WORDS))
def test_differences_are_told_with_their_units(word: str) -> None:
    """Catch a difference told as a key and a bare number, or not at all."""
    told = WORDS[word].format(
        registry=parameters().processing.registry.rate, passes=100 * parameters().processing.registry.passes
    )
    words = told if told.startswith(("until ", "without ")) else f"with {told}"
    assert name_of(*([word] if "w22" not in word else [word, "published.selected=[]"])).title == f"history, {words}"


def test_many_differences_are_all_told_and_very_many_counted() -> None:
    """Catch a difference that stands nowhere above the answer, and a title as long as the config."""
    words = [f"payment.partners.{partner}.outages={OVO.partition('=')[2]}" for partner in ("bni", "ovo", "gopay")]
    words += ["population.applicants=40000000", "clock.end=2022-01-01", "published.selected=[]"]
    named = name_of(*words, *(f"waves.calendar.w{k:02d}.places=1000" for k in range(4, 14)))
    assert "GoPay closed" in named.title
    assert "places of wave 13 1,000" in named.title
    assert "until 1 January 2022" in named.title
    assert named.title.endswith("applicants 40,000,000 people instead of 80,000,000 people")
    each = [f"waves.calendar.w{k:02d}.{what}" for k in range(4, 20) for what in ("places=1000", "face_check_fails=0.3")]
    named = name_of(*words, *each)
    assert named.title.endswith("; and 7 more (see manifest.json)")
    assert len(named.manifest()["differs_from_base"]) == 37


@pytest.mark.parametrize("words", [*WORDS.values(), "a budget of 41 trillion for all instead of 20 trillion (rupiah)"])
def test_in_short_is_what_is_so_now(words: str) -> None:
    """Catch a value, a unit or another change that is lost with what was before."""
    now, _, before = words.partition(" instead of ")
    assert Saying(words, ()).short.words == now + " (rupiah)" * before.endswith(" (rupiah)")


def test_a_scenario_alone_and_the_base_are_what_is_composed_without_the_words() -> None:
    """Catch a run that is named against itself: a word that passes for the scenario's."""
    for words in (["scenario=rate_800k", "portal.rate=5"], ["scenario=rate_800k", "budget=two_years"]):
        found = composition(words)
        assert found.alone is not None
        assert found.alone.parameters == validate(compose("scenario=rate_800k"))
        assert found.base.parameters == validate(compose())
        assert found.alone is not found
    plain = composition(["scenario=rate_800k"])
    assert plain.alone is plain
    history = composition([])
    assert history.alone is history.base is history


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ("[portal.rate]", None),
        ("[portal]", None),
        ("[portal.rate, waves]", "waves: does not differ from history"),
        ("[]", "leaves out portal.rate, which the scenario changes"),
        ("[portal.per]", "leaves out portal.rate"),
    ],
)
def test_changes_are_what_the_scenario_changes(
    changes: str, said: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch a file that says it changes one thing and changes another."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(
        f'scenario: {{name: mine, question: "What?", changes: {changes}}}\nportal: {{rate: 9}}\n'
    )
    if said is None:
        assert name_of("scenario=mine.yaml").title == "mine"
        return
    assert main(["run", "scenario=mine.yaml"]) == 2
    found = capsys.readouterr().err.replace('"', "").replace(" = ", ": ")
    assert said in found
    assert "scenario.changes" in found
    assert "Write what it changes: [portal.rate]" in found


def test_all_that_changes_leaves_out_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a list that is printed again for each key that it leaves out."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(
        'scenario: {name: mine, question: "What?", changes: [portal]}\n'
        "portal: {rate: 9}\npayment: {fails: 0.1}\npurchase: {deadline_days: 31}\n"
    )
    with pytest.raises(BadInput, match=r"leaves out purchase\.deadline_days, payment\.fails, which") as refused:
        name_of("scenario=mine.yaml")
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("changes", ["[service_levels.fast]", "[service_levels]", "[]"])
def test_service_levels_are_in_the_manifest_and_may_be_among_the_changes(
    changes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch a scenario of service levels alone that differs in nothing, and one that may not say what it changes."""
    monkeypatch.chdir(tmp_path)
    level = "{wait: incentive_due_to_paid, from: ready, days: 7, share: 0.99}"
    (tmp_path / "mine.yaml").write_text(
        f'scenario: {{name: mine, question: "Fast enough?", changes: {changes}}}\nservice_levels: {{fast: {level}}}\n'
    )
    found = name_of("scenario=mine.yaml")
    assert (found.title, found.question, found.against_base) == ("mine", "Fast enough?", None)
    (only,) = found.manifest()["differs_from_base"]
    assert (only["key"], only["base"], only["here"]["days"]) == ("service_levels.fast", None, 7)
    assert name_of().manifest()["differs_from_base"] == []


def test_the_screen_the_footers_and_the_manifest_say_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch a place where a run is named by its scenario alone: also in the name of its folder."""
    monkeypatch.chdir(tmp_path)
    words = [OVO, "population.scale=1e-6", "clock.end=2020-12-01T00:00", "run.figures=none"]
    assert main(["run", *words]) == 0
    title = "history, with OVO closed 1 to 10 November 2020; until 1 December 2020"
    assert f"{title}." in " ".join(capsys.readouterr().out.split())
    (folder,) = (tmp_path / "results" / "runs").iterdir()
    assert folder.name.startswith("history-ovo-closed-1-to-10-november-2020-and-1-more-20")
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["scenario"]
    assert (said["title"], said["question"]) == (title, None)
    assert said["differs_from_base"][0]["key"] == "clock.end"
    assert load(words)[1]["scenario"]["name"] == "history"
