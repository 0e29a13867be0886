"""Every number is a lever, an uncertainty or a constant, says so beside it, and is listed as what it is."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from sim.command.main import main
from sim.composition import folders, kinds
from sim.composition.base import base_files
from sim.composition.comments import leaves, numbers
from sim.composition.compose import composition
from sim.experiments.calibrate import write_numbers
from sim.experiments.calibration.inputs import path_of
from sim.parameters import BadInput
from sim.parameters.kinds import Declared, Factor, Follows, Kind, Number, Range, declarations
from sim.parameters.problems import Fault
from sim.results.write import write_yaml

FILES = sorted([*folders.configs().rglob("*.yaml"), *folders.scenarios().rglob("*.yaml")])


def written(path: tuple[str | int, ...]) -> str:
    """Return a path of keys as one text."""
    return re.sub(r"\.(\d+)", r"[\1]", ".".join(map(str, path)))


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the configs that stands in their place."""
    home = tmp_path / "configs"
    for file in folders.configs().rglob("*.yaml"):
        copy = home / file.relative_to(folders.configs())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    monkeypatch.setattr(folders, "configs", lambda: home)
    return home


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_number_says_its_kind(file: Path) -> None:
    """Catch a number of the configs without a kind, a law that is none, and a range without its own value."""
    assert sorted(kinds.of_file(file)) == sorted(leaf.key for leaf in numbers(file))


def test_an_assumption_that_no_figure_informs_is_no_constant() -> None:
    """Catch a number that nobody knows, of whose line every world would have the same."""
    moved: dict[tuple[str, int], set[Kind]] = {}
    for file, leaf, number in kinds.of_configs():
        if "no figure is published" in leaf.comment:
            moved.setdefault((file, leaf.line), set()).add(number.declared.kind)
    assert len(moved) > 50
    assert [line for line, found in moved.items() if found == {Kind.CONSTANT}] == []


LINES = {
    "lever": {"a": "lever", "b": "lever", "c.d": "lever"},
    "constant": {"a": "constant", "b": "constant", "c.d": "constant"},
    "lever: d": {"a": "constant", "b": "constant", "c.d": "lever"},
    "lever; uncertain: c.d times 2": {"a": "lever", "b": "lever", "c.d": "uncertain times 2"},
    "uncertain: a odds 1.5 fitted, d from 2 to 1e3": {
        "a": "uncertain odds 1.5 fitted", "b": "constant", "c.d": "uncertain from 2 to 1000",
    },
    "uncertain: a odds 2 around 0.4 fitted, b times 1.5 around 4, d times 2": {
        "a": "uncertain odds 2 around 0.4 fitted", "b": "uncertain times 1.5 around 4", "c.d": "uncertain times 2",
    },
    "uncertain: b whole from 2 to 5, a follows x.y[0].z, d parts 3": {
        "a": "uncertain follows x.y[0].z", "b": "uncertain whole from 2 to 5", "c.d": "uncertain parts 3",
    },
}  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_a_line_says_of_each_of_its_numbers_what_it_is(text: str) -> None:
    """Catch a law that is read for another number, and what a line says of the others."""

    def said(declared: Declared) -> str:
        law = f" {declared.law.text}" if declared.law else ""
        return f"{declared.kind}{law}{' fitted' * declared.fitted}"

    assert {key: said(each) for key, each in declarations(text, {"a": 0.5, "b": 3, "c.d": 9}).items()} == LINES[text]


BAD = {
    "": "has '' where its kind should stand",
    "levers": "has 'levers' where its kind should stand",
    "lever; constant": "has 'constant', which does not say of which number",
    "uncertain": "has 'uncertain', which does not say of which number, or how",
    "uncertain: times 2": "which may be several of the line",
    "uncertain: e times 2": "which says no number of the line",
    "uncertain: a times": "has 'a times', which is no law",
    "uncertain: a times two": "is no law",
    "uncertain: a from 2": "is no law",
    "uncertain: a times 2 fit": "is no law",
    "uncertain: a times 2, a odds 2": "a: is said twice",
    "lever: a; uncertain: a times 2": "a: is said twice",
    "uncertain: a times 1": "has a factor that must be above 1 and at most 100",
    "uncertain: a odds 1000": "has a factor that must be above 1",
    "uncertain: b odds 2": "b = 3: has odds only where it is between 0 and 1",
    "uncertain: z times 2": "z = 0: has a factor only where it is above 0",
    "uncertain: a from 1 to 0": "a range that must end above where it begins",
    "uncertain: a from 0.6 to 1": "a = 0.5: must lie in its own range",
    "uncertain: b whole from 2.5 to 4": "whole numbers that must begin and end with one",
    "uncertain: a whole follows b": "cannot be whole",
    "uncertain: a odds 2 around 0.9": "a = 0.5: must lie in its own range",
    "uncertain: b times 2 around 0.7": "b = 3: must lie in its own range",
    "uncertain: b times 2 around 13": "b = 3: must lie in its own range",
    "uncertain: a odds 2 around 1": "around what the number cannot be",
    "uncertain: b times 2 around 0": "around what the number cannot be",
    "uncertain: a parts 2 around 0.5": "parts keep the sum of their values",
    "uncertain: a from 0 to 1 around 0.5": "is no law",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_declaration_is_refused(text: str) -> None:
    """Catch a slip in a comment that would leave a number without a law, or with a law that cannot hold."""
    with pytest.raises(Fault, match=re.escape(BAD[text])):
        declarations(text, {"a": 0.5, "b": 3, "c.d": 9, "z": 0})


SLIPS = [
    ("account/linking.yaml", "; uncertain: odds 2", "", "configs/account/linking.yaml:4: says no kind of number."),
    ("portal/portal.yaml", "from 80000 to 160000", "from 90000 to 160000",
     "configs/portal/portal.yaml:2: rate = 80000: must lie in its own range"),
    ("waves/weekly.yaml", "2022-02-09; lever", "2022-02-09; leaver",
     "configs/waves/weekly.yaml:7: has 'leaver' where its kind should stand"),
    ("purchase/first_and_further.yaml", "follows purchase.waves[0].buys", "follows purchase.waves[0].from_wave",
     "configs/purchase/first_and_further.yaml:6: purchase.waves[1].buys: follows purchase.waves[0].from_wave, which"),
    ("training/courses.yaml", "follows market.catalogue.duration.mean", "follows training.duration.mean",
     "configs/training/courses.yaml:3: training.duration.mean: follows training.duration.mean, which has no law"),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip[0])
def test_the_command_names_file_and_line_of_a_slip(
    slip: tuple[str, str, str, str], copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a slip of the configs that is told without its place, or not told by a list of other numbers."""
    name, right, wrong, expected = slip
    before = (copied / name).read_text()
    assert right in before
    (copied / name).write_text(before.replace(right, wrong, 1))
    assert main(["assumptions", "rate_800k", "kind=constant"]) == 2
    assert expected in capsys.readouterr().err


# What is composed


def rows_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    """Return the list of a command by key."""
    assert main(["assumptions", "csv", *words]) == 0
    return {row["key"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}


def test_each_kind_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a number that is of no kind or of two, and a range on the screen that is another's."""
    found = {kind: rows_of(["rate_step", f"kind={kind}"], capsys) for kind in Kind}
    every = {number.key for _, number in kinds.of_composition(composition(["rate_step"]))}
    assert sorted(key for rows in found.values() for key in rows) == sorted(every)
    assert all(row["kind"] == kind for kind, rows in found.items() for row in rows.values())
    delay = found[Kind.UNCERTAIN]["processing.test.delay.mean"]
    value = float(delay["value"])
    assert (delay["law"], delay["fitted"]) == ("times 2 around 10", "true")
    assert (float(delay["low"]), float(delay["high"])) == (5, 20)
    assert main(["assumptions", "rate_step", "kind=uncertain"]) == 0
    shown = capsys.readouterr().out
    range_of_it = "uncertain, fitted: 90 % from 5 to 20"
    assert f"\nprocessing.test.delay.mean = {value:g} hours until it is begun" in shown
    assert f"\n    {range_of_it}\n" in shown
    assert "\n    uncertain: whole numbers from 200 to 400\n" in shown
    for words in (["kind=unknown"], ["kind=lever", "kind=constant"]):
        assert main(["assumptions", *words]) == 2
        assert "must be one of lever, uncertain, constant" in capsys.readouterr().err


def test_what_a_question_sets_is_a_lever() -> None:
    """Catch a world that moves what a planner has set, by a scenario or on the command line."""
    set_here = ["processing.registry.rate=5000000", "joining.delay.mean=12"]
    of = {number.key: number.declared for _, number in kinds.of_composition(composition(["rate_step", *set_here]))}
    for key in ("processing.rate", "processing.steps[0].rate", "processing.registry.rate", "joining.delay.mean"):
        assert of[key] == Declared(Kind.LEVER), key
    assert isinstance(of["processing.third_layer.rate"].law, Follows)
    assert "processing.registry.rate" not in kinds.uncertain(composition(set_here))


def test_a_number_that_follows_brings_its_leader_along() -> None:
    """Catch the open market, whose courses last as long as those of the market that it leaves out."""
    found = kinds.uncertain(composition(["open_market"]))
    assert found["training.duration.mean"].declared.law == Follows("market.catalogue.duration.mean")
    assert found["market.catalogue.duration.mean"].declared.law == Factor("times", 1.5, around=11)


def test_a_run_made_again_knows_its_kinds(tmp_path: Path) -> None:
    """Catch a config without comments whose uncertainties are lost, or whose levers are moved."""
    first = composition(["rate_800k", "account.fails=0.5"])
    write_yaml(first.config, tmp_path / "config.yaml")
    again = composition([f"config={tmp_path / 'config.yaml'}"])
    assert kinds.uncertain(again) == kinds.uncertain(first)
    assert "account.fails" not in kinds.uncertain(again)
    assert "account.repair.mean" in kinds.uncertain(again)


def test_a_scenario_of_ones_own_may_say_a_kind(tmp_path: Path) -> None:
    """Catch a planner's file that must say kinds, or whose declarations are not read."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        'scenario: {name: mine, question: "What?"}\n'
        "account: {fails: 0.1}\n"
        "market:\n  tries: 3  # times; assumption: a guess; 2026; uncertain: whole from 1 to 4\n"
        "  choices: 3  # as told by a friend\n"
    )
    found = {number.key: number for _, number in kinds.of_composition(composition([f"scenario={mine}"]))}
    assert found["market.tries"] == Number("market.tries", 3, Declared(Kind.UNCERTAIN, Range(1, 4, whole=True)))
    assert found["account.fails"].declared == found["market.choices"].declared == Declared(Kind.LEVER)
    mine.write_text(mine.read_text().replace("whole from 1", "whole of 1"))
    with pytest.raises(BadInput, match=r"mine\.yaml:4: has 'whole of 1 to 4', which is no law"):
        kinds.of_composition(composition([f"scenario={mine}"]))


# The fit


def fitted() -> dict[str, Number]:
    """Return the numbers of the base that the fit moves, and those that follow them."""
    found = kinds.uncertain(composition([]))
    moved = {key for key, number in found.items() if number.declared.fitted}
    return {
        key: number
        for key, number in found.items()
        if key in moved or (isinstance(number.declared.law, Follows) and number.declared.law.leader in moved)
    }


def test_what_was_thought_before_a_fit_does_not_move_with_its_values() -> None:
    """Catch a fitted number whose law stands around its value: a fit of its own output would give something else."""
    moved = fitted()
    assert len(moved) > 20
    for key, number in moved.items():
        law = number.declared.law
        assert not isinstance(law, Factor) or law.around is not None, key
        assert not isinstance(law, Follows) or not number.declared.fitted, key


def test_a_fit_leaves_the_comments_as_they_are(copied: Path) -> None:
    """Catch a number that is written over its comment or over its neighbour."""
    before = {file: leaves(file) for file in copied.rglob("*.yaml")}
    files = base_files()
    numbers_of: dict[Path, list[tuple[tuple[str | int, ...], float]]] = {}
    changed = {}
    for k, path in enumerate(path_of(key) for key in fitted()):
        file = copied / files[str(path[0])]
        numbers_of.setdefault(file, []).append((path[1:], 0.1 + k / 1000))
        changed[file, written(path[1:])] = 0.1 + k / 1000
    write_numbers(numbers_of)
    for file, each in before.items():
        for old, new in zip(each, leaves(file), strict=True):
            assert (new.key, new.line, new.comment) == (old.key, old.line, old.comment)
            assert new.value == pytest.approx(changed.pop((file, old.key), old.value))
    assert changed == {}


SAME = "as in the base"


def test_what_is_as_in_the_base_is() -> None:
    """Catches a number of a scenario's own file that says so, and was left behind when the base was fitted."""
    base = {number.key: number.value for _, number in kinds.of_composition(composition([]))}
    found = 0
    for file in sorted(folders.configs().glob("*/*.yaml")):
        same = [line.split(":")[0].strip() for line in file.read_text(encoding="utf-8").splitlines() if SAME in line]
        if not same:
            continue
        group = file.parent.name
        for _, number in kinds.of_composition(composition([f"{group}={file.stem}"])):
            if any(number.key == f"{group}.{key}" or number.key.startswith(f"{group}.{key}.") for key in same):
                assert number.value == base[number.key], number.key
                found += 1
    assert found
