"""The campaigns themselves: that they find what is there, go on where they were stopped, and count once."""

from __future__ import annotations

import ast
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns import __main__ as command
from tests.campaigns import engines, faults, kills
from tests.campaigns.log import Log
from tests.campaigns.machine_code import forget, importing
from tests.campaigns.mutants import ROOT, draw, known, mutants_of, sources
from tests.campaigns.tests_in_order import ordered
from tests.campaigns.trials import FINE, trial
from tests.campaigns.tried_here import tried_alone, warm


def test_campaigns_are_found_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a campaign that the command does not know, and a word that it takes for one."""
    known = {"baseline_mutations", "baselines", "compared", "engines", "faults", "fuzz", "kills", "mutations"}
    assert known | {"recovery"} == set(command.campaigns())
    assert "log" not in command.campaigns()
    assert command.main(["nothing"]) == 2
    assert "engines" in capsys.readouterr().err


@pytest.mark.parametrize("name", command.campaigns())
def test_every_campaign_tells_its_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a campaign that cannot be loaded, since a part of it has moved, or that goes by another name."""
    with pytest.raises(SystemExit) as end:
        importlib.import_module(f"tests.campaigns.{name}").main(["--help"])
    assert end.value.code == 0
    assert f"python -m tests.campaigns {name} " in " ".join(capsys.readouterr().out.split())


def test_a_torn_line_is_left_out_and_nothing_is_counted_twice(tmp_path: Path) -> None:
    """Catches a campaign that cannot go on after it was stopped in the middle of a line, or forgets what was done."""
    log = Log(tmp_path / "some" / "log.jsonl")
    assert log.outcomes() == {}
    log.add("a", "equal", seconds=1)
    log.add("b", "different")
    with log.file.open("a") as file:
        file.write('{"trial": "c", "outco')
    again = Log(log.file)
    again.add("d", "equal")
    again.add("b", "equal")
    assert {name: line["outcome"] for name, line in again.outcomes().items()} == {
        "a": "equal",
        "b": "equal",
        "d": "equal",
    }
    assert again.counts() == {"equal": 3}


# Engines


@pytest.mark.parametrize("kind", engines.KINDS)
def test_sets_are_drawn_and_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a campaign that tries a set twice, or finds a difference where there is none."""
    monkeypatch.setattr(engines, "SLOW", 600.0)  # a busy machine is no hang
    told: dict[str, str] = {}

    def tell(name: str, outcome: str, seconds: float, what: str, config: dict[str, Any]) -> None:
        assert name not in told
        assert seconds > 0
        assert json.dumps(config)
        told[name] = outcome

    engines.draw_sets(kind, number=3, seed=5, known=set(), tell=tell)
    assert set(told.values()) == {"equal"}
    before = dict(told)
    engines.draw_sets(kind, number=3, seed=5, known=set(told), tell=tell)
    assert told == before


@pytest.mark.parametrize(
    ("error", "outcome"), [(AssertionError("apart"), "different"), (IndexError("outside"), "IndexError")]
)
def test_what_goes_wrong_is_told(error: Exception, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a campaign that ends at the first thing it finds, or does not say what it was."""

    def fails(config: dict[str, Any]) -> None:
        raise error

    monkeypatch.setattr(engines, "hold", fails)
    found, _, what = engines.tried({})
    assert found == outcome
    assert str(error) in what


def test_a_slow_set_is_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a set that takes minutes and is counted as sound."""
    monkeypatch.setattr(engines, "SLOW", -1.0)
    monkeypatch.setattr(engines, "hold", lambda config: None)
    assert engines.tried({})[0] == "hang"


def test_a_campaign_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a batch that is drawn again after a stop, and an exit code that hides what was found."""
    drawn: list[int] = []

    def batch(number: int, asked: Any, log: Log) -> None:
        drawn.append(number)
        log.add(f"set {number}", "different" if number == 3 else "equal", batch=number, what="a\nb", seconds=1)
        log.add(f"batch {number}", "batch done", batch=number)

    monkeypatch.setattr(engines, "_in_a_process", batch)
    words = ["--log", str(tmp_path / "log.jsonl"), "--workers", "1"]
    assert engines.main([*words, "--sets", "2"]) == 0
    assert engines.main([*words, "--sets", "5"]) == 1
    assert drawn == [0, 1, 2, 3, 4]
    assert "set 3: different: b" in capsys.readouterr().out


# Mutations


def test_every_mutant_can_be_read_and_is_another_source() -> None:
    """Catches a change that is no Python, changes nothing, or has the name of another."""
    names = set[str]()
    for files in sources().values():
        for file in files:
            source = file.read_bytes()
            some = mutants_of(file)
            assert len(some) > 0 or file.stem in ("service", "programme", "__init__"), file
            for mutant in some[::17]:
                changed = mutant.applied(source)
                assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)), mutant.name
            assert not names & {mutant.name for mutant in some}
            names |= {mutant.name for mutant in some}
    assert len(names) > 1_000


def test_buyers_and_their_market_are_among_the_sources_of_mutants() -> None:
    """Catches a part of the market whose mistakes no mutant would show the tests to miss."""
    found = {
        file.relative_to(ROOT / "sim").with_suffix("").as_posix() for files in sources().values() for file in files
    }
    assert found >= {
        "rules/choosing", "rules/platforms", "stations/courses", "programme/market", "programme/adding",
        "engines/cohort/market", "engines/cohort/market_kernels", "engines/cohort/after_award",
        "engines/cohort/after_award_kernels", "engines/person/buyer",
    }  # fmt: skip


def test_a_set_is_known_by_what_its_market_file_holds(tmp_path: Path) -> None:
    """Catches a set that is tried again since its file lies in another folder, and one kept without its file."""
    here, there = ({"market": {"file": f"{folder}/a.csv"}} for folder in (tmp_path, "/elsewhere"))
    assert engines._name_of(here) == engines._name_of(there) != engines._name_of({"market": {"file": "b.csv"}})
    assert engines._name_of({"market": None}) == engines._name_of({"market": None})
    (tmp_path / "a.csv").write_text("provider")
    kept = engines._with_its_market(here, tmp_path / "found.json")
    assert Path(kept["market"]["file"]).read_text() == "provider"
    assert kept["market"]["file"] == str(tmp_path / "found.csv")


def test_mutants_are_drawn_by_seed_from_every_group_and_kind() -> None:
    """Catches a draw that differs from time to time, leaves a group out, or does not replace an equivalent mutant."""
    mutants = list(draw(50, 9, set()))
    assert [mutant.name for mutant in mutants] == [mutant.name for mutant in draw(50, 9, set())]
    assert len({mutant.name for mutant in mutants}) == 50
    assert mutants[0] == known()
    assert {mutant.file.split("/")[1] for mutant in mutants} >= {"rules", "stations", "programme", "engines"}
    assert {mutant.kind for mutant in mutants} == {"operator", "constant", "condition"}
    without = {mutants[5].name}
    others = list(draw(50, 9, without))
    assert len(others) == 50
    assert mutants[5] not in others


def test_machine_code_is_forgotten_of_all_that_read_a_source(tmp_path: Path) -> None:
    """Catches a mutant whose code is run from before the change, in the module itself or in one that inlines it."""
    found = importing("sim/rules/philox.py", ROOT)
    assert {
        "sim/rules/philox.py",
        "sim/rules/luck.py",
        "sim/rules/lags.py",
        "sim/engines/cohort/payment_kernels.py",
    } <= found
    assert "sim/stations/rate.py" not in found
    for name in (
        "hash/rules.lags/ready.kernels",
        "hash/rules.lags/other.kernels",
        "hash/rules.laws/draw.kernels",
        "hash/rules.lags2/x.kernels",
        "hash/stations.lags/ready.kernels",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    forget("sim/rules/lags.py", tmp_path)
    left = {file.relative_to(tmp_path / "hash").as_posix() for file in tmp_path.rglob("*.kernels")}
    assert left == {"rules.laws/draw.kernels", "rules.lags2/x.kernels", "stations.lags/ready.kernels"}


def test_the_most_telling_tests_come_first() -> None:
    """Catches a mutant of a rule for which hundreds of other tests run first, and a file that is run twice."""
    files = ordered(ROOT, "sim/rules/lags.py")
    assert files[0] == "tests/rules/test_lags.py"
    assert files[1].startswith("tests/rules/")
    assert len(files) == len(set(files))
    assert not any(file.startswith("tests/campaigns/") for file in files)
    assert ordered(ROOT, "sim/engines/cohort/pool.py")[0].startswith("tests/equality/")


def test_a_trial_is_the_same_whatever_was_tried_before() -> None:
    """Catches a draw that writes in the base: a campaign that goes on later would then try something else."""
    first = [trial(9, number) for number in range(80)]
    assert [trial(9, number) for number in reversed(range(80))] == first[::-1]


# Small forms of the others


def test_some_hostile_trials() -> None:
    """Catches a traceback, a hang, an unclear message or something left behind, of 12 drawn inputs."""
    warm()
    outcomes = {number: tried_alone(trial(4, number)) for number in range(12)}
    assert {number: found for number, found in outcomes.items() if found[0] not in FINE} == {}
    assert {"refused", "accepted"} <= {outcome for outcome, _, _ in outcomes.values()}


def test_some_kills(tmp_path: Path) -> None:
    """Catches a partial folder that is taken for whole, or one that the next run does not remove, of a kill."""
    log = Log(tmp_path / "kills.jsonl")
    wanted = kills._reference(tmp_path)
    for number in (6,):
        log.add(str(number), **kills._killed(number, 4, tmp_path, wanted))
    assert kills.wrong(log) == 0, list(log.lines())
    assert kills.hit(log) > 0


def test_some_faults_of_disk_and_memory(tmp_path: Path) -> None:
    """Catches a step on the disk whose failure leaves something behind, or ends in a traceback: one in 300."""
    found = {}
    for number, fault in enumerate(faults.every_fault(tmp_path)):
        if number % 300 == 185 and fault._in_this_process:
            found[fault.name] = fault.tried(tmp_path)
    assert len(found) > 2
    assert {name: outcome for name, outcome in found.items() if outcome[0] not in faults.FINE} == {}
