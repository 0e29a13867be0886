"""Bad input is told at once, in words, and nothing is done; one bad file a rule, with what to expect."""

from pathlib import Path

import pytest

from sim.command.main import main
from sim.parameters.agreement import RULES

FILES = sorted((Path(__file__).parent / "bad_input").glob("*.yaml"))

WORDS = {
    "unknown scenario": (["scenario=rate_80k"], ["there is no such scenario", "Did you mean rate_800k?"]),
    "no file": (["scenario=./nope.yaml"], ['scenario = "./nope.yaml"', "is no file"]),
    "scenario twice": (["scenario=history", "scenario=rate_800k"], ["given more than once"]),
    "several scenarios": (["scenario=history,rate_800k"], ["asks for several values, a run takes one"]),
    "a range": (["run.seed=range(3)"], ["asks for several values, a run takes one"]),
    "unknown key": (["processing.rat=5"], ["rat is not a key of processing", "Did you mean rate?"]),
    "unknown block": (["procesing.rate=5"], ["procesing is not a key", "Did you mean processing?"]),
    "key without its block": (["seed=5"], ["seed is not a key", "Did you mean run.seed or market.catalogue.seed?"]),
    "seats of the open market": (
        ["open_market", "market.seats=0.5"],
        ["market.seats = 0.5: the open market has no seats", "Write market=institutions as well, or leave it out."],
    ),
    "no key of any market": (["open_market", "market.seat=0.5"], ["seat is not a key of market"]),
    "several numbers of worlds": (["worlds=40,20"], ["worlds = 40,20: must be a whole number from 1. Write worlds=40"]),
    "an entry of a list": (
        ["payment.lag_steps[2].more_days=1"],
        ["payment.lag_steps[2].more_days: is of one entry of a list", "Write the whole list, payment.lag_steps=[...]"],
    ),
    "unknown key added": (["+run.foo=5"], ["run.foo = 5: is not a key"]),
    "unknown institution": (["payment.partners.gojek.cap=1"], ["gojek", "bni, ovo, gopay, linkaja, dana"]),
    "unknown option": (["waves=wekly"], ["must name a file in configs/waves/", "Did you mean weekly?"]),
    "block removed": (["~waves"], ["a part can be exchanged, not added or removed"]),
    "key removed": (["~clock.end"], ["lacks end"]),
    "in a list": (["payment.survey_days.first=3"], ["A list is given whole"]),
    "nan": (["portal.rate=nan"], ["portal.rate = nan", "must be 0 (closed) or more"]),
    "no override": (["fast"], ["fast: is no scenario", "Write key=value"]),
    "a scenario, mistyped": (["rate_80k"], ["rate_80k: is no scenario", "Did you mean rate_800k?"]),
    "two scenarios": (["history", "rate_800k"], ["given more than once"]),
    "a file that is not there": (["mine.yaml"], ['scenario = "mine.yaml": is no file']),
    "thousands by a comma": (
        ["portal.rate=800,000"],
        ["portal.rate = 800,000: asks", "Write 800000 or 800_000"],
    ),
    "both marks": (["portal.rate=800.000,5"], ["portal.rate = 800.000,5: asks", "Write 800000.5 or 800_000.5"]),
    "both marks, English": (["portal.rate=1,800,000.5"], ["Write 1800000.5 or 1_800_000.5: a full stop"]),
    "a decimal comma": (["population.scale=0,01"], ["population.scale = 0,01", "Write 0.01: a full stop"]),
    "full stops": (["portal.rate=1.600.000"], ['"1.600.000"', "Write 1600000 or 1_600_000: a full stop"]),
    "a count with full stops": (["processing.screening.servers='2.400'"], ["Write 2400 or 2_400"]),
    "commas in quotes": (["payment.partners.ovo.cap='106,080'"], ["Write 106080 or 106_080", "neither it nor a comma"]),
    "Hydra's own options": (["-m"], ["-m: cannot be read"]),
    "Hydra's own keys": (["hydra.run.dir=x"], ["belongs to Hydra"]),
    "environment": (["run.folder=${oc.env:HOME}"], ["must not call a resolver"]),
    "environment, nested": (["run.folder=${run.${oc.env:HOME}}"], ["cannot be read"]),
    "code": (["+portal._target_=os.system"], ["names code"]),
}


def refused(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what is said of bad input, having checked that nothing else happens."""
    before = sorted(folder.rglob("*"))
    code = main(words)
    out, said = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert "Traceback" not in said
    assert sorted(folder.rglob("*")) == before
    return said


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_is_told_what_is_wrong(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a rule that is gone, or a message that no longer says path, value and what is allowed."""
    monkeypatch.chdir(tmp_path)
    said = refused(["run", f"scenario={file}"], tmp_path, capsys)
    head = file.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in head if line.startswith("# expect: ")]
    assert expected
    assert [each for each in expected if each not in said] == [], said


@pytest.mark.parametrize("case", WORDS)
def test_bad_words_are_told_what_is_wrong(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch an override that is ignored, or refused without saying what to do."""
    monkeypatch.chdir(tmp_path)
    words, expected = WORDS[case]
    said = refused(["run", *words], tmp_path, capsys)
    assert [each for each in expected if each not in said] == [], said


def test_every_rule_between_blocks_has_its_bad_file() -> None:
    """Catch a rule that is added without a case of its own."""
    assert {rule.__name__ for rule in RULES} <= {file.stem for file in FILES}


def test_all_faults_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a fault that hides others: in words, inside blocks and between blocks, also of the same block."""
    monkeypatch.chdir(tmp_path)
    faults = {
        "scenario=rate_80k": "there is no such scenario",
        "fast": "fast: is no scenario",
        "processing.rate=-5": "processing.rate = -5",
        "processing.email.retry.delay.minimum=2": "processing.email.retry.delay.minimum = 2",
        "payment.partners.bni.cap=-1": "payment.partners.bni.cap = -1",
        "payment.lag_days=[{days: 3, share: 0.4}]": "they sum to 0.4",
        "waves.calendar.w05.close=2020-08-15T12:00": "waves.calendar.w05.close",
        "waves.calendar.w08.open=2020-09-03T12:00": "waves.calendar.w08.open",
        "market.catalogue.price.most=2000000": "market.catalogue.price.most = 2000000",
        "clock.end=2020-01-01T00:00": "clock.end = 2020-01-01T00:00",
    }
    said = refused(["run", *faults], tmp_path, capsys)
    assert [each for each in faults.values() if each not in said] == [], said
    assert said.startswith(f"{len(faults)} things to mend:")


def test_a_key_of_the_scenario_is_no_fault_when_the_scenario_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a false fault: the rule of the waves is there in rate_800k, not in the base."""
    monkeypatch.chdir(tmp_path)
    said = refused(["run", "scenario=rate_80k", "waves.rule.first_day=3"], tmp_path, capsys)
    assert said.startswith("One thing to mend:")
