"""A run is made again from the config in its folder; such a config is checked like any file of a stranger."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.command.main import main
from sim.composition.compose import compose, composition
from sim.composition.scenario import names
from sim.composition.understood import remarks
from sim.parameters import BadInput
from sim.results.write import write_yaml

WORDS = ["population.scale=2e-6", "run.figures=none", "run.seed=7"]


@pytest.mark.parametrize("name", names())
def test_a_config_composes_to_itself(name: str, tmp_path: Path) -> None:
    """Catches a value that is written in one way and read in another, in every scenario and in what needs quotes."""
    words = [f"scenario={name}", "population.scale=1e-5", "clock.end='2022-01-01'"]
    odd = "{name: 'on', kind: e_money, share: 0.34, cap: 1e5, from: '2020-04-11', steps: [], outages: []}"
    config = compose([*words, f"payment.partners.ovo={odd}"])
    write_yaml(config, tmp_path / "config.yaml")
    again = composition([f"config={tmp_path / 'config.yaml'}"])
    assert again.config == config
    assert list(again.config) == list(config)
    assert again.parameters == composition([*words, f"payment.partners.ovo={odd}"]).parameters


def test_a_run_again_gives_the_same_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches tables that differ by a byte, a first run that is written over, and a change on top that is not said."""
    monkeypatch.chdir(tmp_path)
    assert main(["run", "rate_800k", *WORDS, "run.folder=first"]) == 0
    assert main(["run", "config=first/config.yaml"]) == 0
    assert "Runs first/config.yaml again, with nothing changed." in capsys.readouterr().err
    (again,) = (tmp_path / "results" / "runs").iterdir()
    files = sorted(path.name for path in (tmp_path / "first" / "tables").iterdir())
    assert len(files) > 15
    for file in files:
        assert (tmp_path / "first" / "tables" / file).read_bytes() == (again / "tables" / file).read_bytes(), file
    assert (tmp_path / "first" / "kpis.json").read_bytes() == (again / "kpis.json").read_bytes()
    found = composition(["config=first/config.yaml", "processing.rate=800"])
    assert found.parameters.processing.rate == 800
    assert remarks(found) == [
        "Runs first/config.yaml again, with processing.rate changed.",
        "Understood: processing.rate: 800 people a week.",
        "Note: processing.rate = 800 is a thousandth of the 800,000 it was before. Write 800000 if that is meant.",
    ]


HOSTILE = {
    "no file": ("", "cannot be read: No such file or directory"),
    "a text": ("hello", "must be a file of keys"),
    "an unknown key": ("{portl: 1}", "portl = 1: is not a key"),
    "too few keys": ("{engine: cohort}", "lacks run, clock"),
    "a tag": ("a: !!python/object/apply:os.system [x]", "it could name code"),
    "code": ("portal: {_target_: os.system}", "names code"),
    "a resolver": ("portal: {rate: '${oc.env:HOME}'}", "must not call a resolver"),
    "aliases": ("a: &a [1,1,1,1,1,1,1,1]\n" + "".join(
        f"{y}: &{y} [{','.join([f'*{x}'] * 8)}]\n" for x, y in ("ab", "bc", "cd", "de", "ef", "fg", "gh"))
        , "holds more than 20,000 keys and values"),
    "deep": ("a: " + "[" * 40 + "]" * 40, "is nested more than 20 deep"),
    "large": ("a: '" + "x" * (1 << 20) + "'", "is larger than 1,048,576 bytes"),
    "Hydra's list": ("defaults: [/etc/passwd]", "is no key of a composed config"),
    "Hydra's own": ("hydra: {run: {dir: x}}", "is no key of a composed config"),
    "a key twice": ("run: 1\nrun: 2", "duplicate key run"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_config_of_a_stranger_is_refused(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a config that runs code, reads the machine or fills the memory, and a key that is passed over."""
    text, said = HOSTILE[case]
    file = tmp_path / "config.yaml"
    if text:
        file.write_text(text)
    assert main(["run", f"config={file}", f"run.folder={tmp_path / 'run'}"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("words", [["rate_800k"], ["scenario=history"], ["waves=weekly"], ["config=other.yaml"]])
def test_nothing_is_composed_beside_a_whole_config(words: list[str], tmp_path: Path) -> None:
    """Catches a scenario or a part that is asked for, and not heeded."""
    write_yaml(compose(()), tmp_path / "config.yaml")
    with pytest.raises(BadInput, match=r"beside config=|more than once"):
        composition([f"config={tmp_path / 'config.yaml'}", *words])
