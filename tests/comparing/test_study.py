"""What is compared: studies, lists and sweeps; each scenario composed and in order before anything is simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.command.main import main
from sim.composition.study import Request, asked
from sim.parameters import BadInput

SMALL = ("worlds=base", "replications=2", "population.scale=2e-5")
TWO = ("rate_200k", "rate_800k")


def names(request: Request) -> list[str]:
    """Return the names of what is compared."""
    return [each.name for each in request.design.scenarios]


def test_a_list_in_the_order_that_was_asked() -> None:
    """Catch scenarios in another order, a reference that is not the first, and a scale that was not said."""
    request = asked(["scenario=rate_800k,rate_200k", "worlds=base", "replications=3"])
    design = request.design
    assert (names(request), design.reference) == (["rate_800k", "rate_200k"], 0)
    assert (design.scale, design.replications, design.in_worlds) == (0.01, 3, False)
    assert [world.number for world in design.worlds[1]] == [1, 2, 3]
    assert asked([*TWO, "reference=rate_800k", *SMALL]).design.reference == 1
    assert names(asked(["scenario=glob([rate_2*,rate_8*])", *SMALL])) == ["rate_200k", "rate_800k"]


def test_sweeps_alone_and_crossed() -> None:
    """Catch a value that is swept and not set, one that is set twice, and names that do not tell them apart."""
    request = asked(["rate_800k", "processing.rate=400_000,null", *SMALL])
    assert names(request) == ["processing.rate=400000", "processing.rate=null"]
    assert [each.config["processing"]["rate"] for each in request.design.scenarios] == [400_000, None]
    assert [each.sweep["processing.rate"] for each in request.design.scenarios] == [400_000, None]
    crossed = asked(["payment.capacity=range(1.1,1.25,0.1)", "market=open,institutions", *SMALL])
    assert names(crossed)[3] == "payment.capacity=1.2 market=institutions"
    assert [each.config["payment"]["capacity"] for each in crossed.design.scenarios] == [1.1, 1.1, 1.2, 1.2]
    labels = [each.label for each in asked(["rate_800k", "processing.rate=400_000,800_000", *SMALL]).design.scenarios]
    assert labels == ["processing 400,000 people a week", "processing 800,000 people a week"]


def test_replications_are_the_same_worlds_in_every_scenario() -> None:
    """Catch scenarios in other worlds than the reference, and a lever that a world moves."""
    request = asked(["rate_800k", "processing.rate=400_000,800_000", "replications=10", "population.scale=2e-5"])
    first, second = request.design.worlds
    assert [world.values for world in first] == [world.values for world in second]
    different = {tuple(world.values.items()) for world in first}
    assert len(different) > 1  # members of a fit may repeat, not all of them
    assert request.made is not None
    assert "processing.rate" not in first[0].values


STUDY = """
study:
  name: mine
  question: "Which?"
  scenarios: [rate_200k, other.yaml]
  reference: other
  figures: [weeks_to_clear]
  common: [population.scale=2e-5, worlds=base, replications=2, payment.capacity=2]
"""

OTHER = """# @package _global_
scenario: {name: other, question: "Which?", changes: [payment.capacity]}
payment: {capacity: 3}
"""


def test_a_study_of_ones_own(tmp_path: Path) -> None:
    """Catch a study whose scenarios are looked for elsewhere, and words beside it that do not win."""
    (tmp_path / "mine.yaml").write_text(STUDY)
    (tmp_path / "other.yaml").write_text(OTHER)
    request = asked([f"study={tmp_path}/mine.yaml", "replications=1", "payment.capacity=4"])
    design = request.design
    assert (names(request), design.reference, design.study) == (["rate_200k", "other"], 1, "mine")
    assert (design.figures, design.replications, design.question) == (("weeks_to_clear",), 1, "Which?")
    assert {each.config["payment"]["capacity"] for each in design.scenarios} == {4}
    swept = STUDY.replace(
        "scenarios: [rate_200k, other.yaml]", "scenario: rate_200k\n  sweep: {processing.rate: [1, 2]}"
    )
    (tmp_path / "swept.yaml").write_text(swept.replace("reference: other", "reference: processing.rate=2"))
    request = asked([f"study={tmp_path}/swept.yaml"])
    assert (names(request), request.design.reference) == (["processing.rate=1", "processing.rate=2"], 1)


WRONG: dict[str, str] = {
    "": "does not say what is compared",
    "rate_200k": "is one scenario, a comparison has two or more",
    "worlds=base scenario=rate_200k,rate_200k": "is the same as rate_200k",
    "worlds=base scenario=rate_200k,rate_900k": "Did you mean rate_800k?",
    "study=nothing": "there is no such study",
    "study=rate_200k": "is a scenario: write scenario=history,rate_200k",
    "study=./nowhere.yaml": "is no file",
    "worlds=base rate_200k rate_800k reference=history": "is none of the scenarios that are compared",
    "processing.rate=range(1,1000000000000)": "asks for more than 40 values",
    "processing.rate=1,2 payment.capacity=range(1,40)": "must be at most 40, crossed",
    "processing.rate=interval(0,1)": "does not say which of its values are meant",
    "processing.rate=choice(1,2)": "Write processing.rate=1,2.",
    "processing.rate=shuffle(1,2)": "has no order that stays the same",
    "processing.rate=glob(*)": "finds names, and the key has numbers",
    "scenario=glob(zzz*)": "is the name of none",
    "processing.rate=range(5,1,1)": "has no value: it ends before it begins",
    "~processing.rate=1,2": "cannot be swept",
    "population.scale=0.1,0.2": "is the same in every scenario",
    "run.seed=1,2": "is the luck",
    "processing.rate=1,2 processing.rate=3,4": "is given more than once",
    "worlds=base processing.rat=1,2": "Did you mean rate?",
    "worlds=base processing.rate=-1,2": "processing.rate = -1: must be 0 (closed) or more",
    "worlds=base rate_200k rate_800k portal.rate=-1": "portal.rate = -1: must be 0",
    "rate_200k rate_800k run.people=all": "has no use in a comparison",
    "worlds=base rate_200k rate_800k figures=[weeks_to_cleer]": "Did you mean processing.weeks_to_clear?",
    "worlds=base rate_200k rate_800k figures=[nonsense]": "is no key figure of these scenarios",
    "worlds=base rate_200k rate_800k peple=none": "Did you mean people?",
    "worlds=base rate_200k processing.rate=range(1,5": "has a bracket that is not closed",
    "config=x.yaml": "cannot be read as a comparison",
    "config=. rate_200k": "cannot be asked beside config=",
    "rate_200k rate_800k replications=0": "must be a whole number from 1 to 999",
    "rate_200k rate_800k replications=61": "replications = 61: must be at most 60",
    "rate_200k rate_800k worlds=3 replications=4": "says another number than replications=4",
    "rate_200k rate_800k precision=2": "must be a share between 0 and 1",
    "rate_200k rate_800k max_replications=5": "has no effect without precision",
    "rate_200k rate_800k precision=0.1 replications=1": "is too few for a precision",
    "rate_200k rate_800k executor=slurm": "must be processes or dask",
    "rate_200k rate_800k executor=dask": "needs the address of a scheduler",
    "rate_200k rate_800k scheduler=tcp://a:1": "has no effect without executor=dask",
    "rate_200k rate_800k plan=maybe": "must be true or false",
    "rate_200k rate_800k plan=true plan=true": "is given more than once",
    "rate_200k rate_800k figures=[]": "must be names of key figures",
}


def test_what_is_wrong_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any) -> None:
    """Catch a traceback, a comparison that is begun all the same, and a message that does not say what to do."""
    monkeypatch.chdir(tmp_path)
    for words, said in WRONG.items():
        assert main(["compare", *words.split()]) == 2, words
        told = capsys.readouterr()
        assert said in told.err, (words, told.err)
        assert "Traceback" not in told.err
        assert told.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: 1", "must be a file with a block study"),
        ("study: {name: a, question: b, scenarios: [x, y]}\nprocessing: {rate: 1}", "is no key of a study's file"),
        ("study: {name: a, question: b, scenarios: [x, y], figure: [z]}", "Did you mean figures?"),
        ("study: {name: 1, question: b, scenarios: [x, y]}", "study.name = 1: must be a text"),
        ("study: {name: a/b, question: b, scenarios: [x, y]}", "must be of letters, digits and _"),
        ("study: {name: a, question: b, scenarios: x}", "must be a list of texts"),
        ("study: {name: a, question: b}", "must name scenarios"),
        ("study: {name: a, question: b, scenario: x, sweep: {processing.rate: 3}}", "a list of values for each"),
        ("study: {name: a, question: b, scenario: x, scenarios: [x]}", "stands beside scenarios"),
        ("study: {name: a, question: '${oc.env:HOME}', scenarios: [x, y]}", "must not call a resolver"),
        ("study: !!python/object:os.system x", "cannot be read"),
        ("study: {name: a, question: b, scenarios: [history, open_market], common: [rate_800k]}", "names scenarios"),
        ("study: {name: a, question: b, scenarios: [history, open_market], common: [replications=x]}", "whole number"),
    ],
)
def test_a_study_may_not_say_this(tmp_path: Path, text: str, said: str) -> None:
    """Catch a file that says what is not heeded, or what harms."""
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadInput) as bad:
        asked([f"study={file}"])
    assert said in bad.value.text


def test_what_was_understood_says_whose_it_is() -> None:
    """Catch two lines that contradict one another, and do not say of which scenario each is."""
    told = asked([*TWO, "portal.rate=90_000", *SMALL]).remarks
    assert "Understood of rate_200k: processing.rate: 200,000 people a week." in told
    assert any(line.startswith("Understood: portal.rate: 90,000 people") for line in told)


def test_a_plan_of_one_is_in_the_singular(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch "1 lucks"."""
    assert main(["compare", *TWO, *SMALL[::2], "replications=1", "plan=true"]) == 0
    assert "1 luck in the base world" in capsys.readouterr().out
