"""Words of the command line that ask for too much, or for what they must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.command.main import main
from sim.composition.base import options
from sim.composition.compose import load
from tests.edge.cases import ASKED, refused

WORDS: dict[str, tuple[list[str], str]] = {
    "400 digits": (
        [f"portal.rate={'9' * 400}"],
        "portal.rate = a number of some 400 digits: must have at most 40 digits",
    ),
    "5,000 digits": ([f"portal.rate={'9' * 5000}"], "cannot be read"),
    "400 digits, negative": ([f"run.seed=-{'9' * 400}"], "must have at most 40 digits"),
    "400 digits deep inside": ([f"portal.outages=[{{from: {'9' * 400}}}]"], "portal.outages[0].from"),
    "a float of 400": (["portal.rate=1e400"], "portal.rate = inf"),
    "3,000 brackets": ([f"run.folder={'[' * 3000}{']' * 3000}"], "must hold no more than 2,000 values"),
    "400 brackets": ([f"run.folder={'[' * 400}{']' * 400}"], "must not be nested more than 20 deep"),
    "30 brackets": ([f"run.folder={'[' * 30}{']' * 30}"], "must not be nested more than 20 deep"),
    "400 braces": ([f"run.folder={'{a: ' * 400}1{'}' * 400}"], "must not be nested more than 20 deep"),
    "1,000 open brackets": ([f"run.folder={'[' * 1000}"], "cannot be read"),
    "400 casts": ([f"portal.rate={'str(' * 400}x{')' * 400}"], "portal.rate"),
    "900 casts": ([f"portal.rate={'str(' * 900}x{')' * 900}"], "must not be nested more than 20 deep"),
    "a huge list": ([f"portal.outages=[{'1,' * 3000}1]"], "must hold no more than 2,000 values"),
    "a list of 1,500": ([f"portal.outages=[{'1,' * 1500}1]"], "portal.outages[49] = 1"),
    "a huge word": ([f"run.folder={'x' * 30_000}"], "has 30,011 characters, a word may have 20,000"),
    "a long text": ([f"run.folder={'x' * 15_000}"], "must have at most 10,000 characters"),
    "much in all": ([f"run.folder={'x' * 9_000}"] * 6, "must have no more than 50,000 characters in all"),
    "2,000 words": (["portal.rate=1"] * 2000, "2,000 words: must be at most 1,000"),
    "a path of 3,000 keys": ([f"+{'.'.join('a' * 3000)}=1"], "is no key"),
    "a path of 30 keys": ([f"+{'.'.join('a' * 30)}=1"], "has more than 20 keys in its path"),
    "a long key": ([f"{'k' * 500}=1"], "is no key"),
    "a sweep": (["run.seed=1,2"], "asks for several values"),
    "a sweep in a list": (["portal.outages=[choice(1,2)]"], "must be a text, a number, a list or a block of keys"),
    "a sweep in a block": (["run={seed: range(1,1000000000)}"], "run"),
    "a long range": (["run.seed=range(1,100000000000)"], "asks for several values"),
    "a long range, shuffled": (["run.seed=shuffle(range(1,100000000000))"], "asks for several values"),
    "a glob": (["waves=glob(*)"], "asks for several values"),
    "an interval": (["portal.rate=interval(1,2)"], "asks for several values"),
    "a resolver": (["portal.rate=${oc.env:HOME}"], "must not call a resolver"),
    "a resolver with a default": (["portal.rate=${oc.env:NONE,5}"], "must not call a resolver"),
    "a resolver of ours": (["portal.rate=${hydra:runtime.cwd}"], "must not call a resolver"),
    "a resolver in a list": (["portal.outages=['${oc.env:HOME}']"], "portal.outages[0] = "),
    "a resolver as a key": (["+portal={'${oc.env:HOME}': 1}"], "portal"),
    "a resolver as a group": (["waves=${oc.env:HOME}"], "must not call a resolver"),
    "a resolver as the scenario": (["scenario=${oc.env:HOME}"], "must not call a resolver"),
    "a relative reference": (["portal.rate=${.per}"], "must not call a resolver"),
    "a reference to itself": (["portal.rate=${portal.rate}"], "refers to itself"),
    "a reference to nothing": (["run.folder=x${nothing}"], "refers to nothing, which is not there"),
    "a key of Hydra": (["hydra.run.dir=x"], "belongs to Hydra"),
    "a key of Hydra, added": (["+hydra.searchpath=[/etc]"], "belongs to Hydra"),
    "a key of Hydra, forced": (["++hydra.searchpath=[/etc]"], "belongs to Hydra"),
    "a key of Hydra, removed": (["~hydra"], "belongs to Hydra"),
    "a group of Hydra": (["hydra/launcher=basic"], "belongs to Hydra"),
    "a group above": (["waves=../../../etc/passwd"], "must name a file in configs/waves/"),
    "a group beside": (["waves=../budget/whole"], "must name a file in configs/waves/"),
    "a group from the top": (["waves=/etc/passwd"], "must name a file in configs/waves/"),
    "a group with its ending": (["waves=weekly.yaml"], "must name a file in configs/waves/"),
    "a group of several": (["waves=[weekly,calendar]"], "must name a file in configs/waves/"),
    "no group": (["waves=null"], "must name a file in configs/waves/"),
    "a group elsewhere": (["waves@portal=weekly"], "waves is no key"),
    "a group renamed": (["waves@portal:run=weekly"], "cannot be read"),
    "a group of a group": (["waves/rule=weekly"], "waves/rule is no key"),
    "a group added": (["+waves=weekly"], "a part can be exchanged, not added or removed"),
    "a group forced": (["++waves=weekly"], "a part can be exchanged, not added or removed"),
    "a group twice": (["waves=weekly", "waves=calendar"], "is given more than once"),
    "the scenario as Hydra knows it": (["scenarios=chosen"], "scenarios is no key"),
    "the scenario as Hydra knows it, removed": (["~scenarios"], "scenarios is no key"),
    "the scenario as Hydra knows it, added": (["+scenarios=chosen"], "scenarios is no key"),
    "a list of defaults": (["+defaults=[/etc/passwd]"], "defaults"),
    "the scenario forced": (["++scenario=history"], "must be scenario=NAME or scenario=FILE"),
    "the scenario removed": (["~scenario"], "must be scenario=NAME or scenario=FILE"),
    "a scenario above": (["scenario=../scenarios/history"], "is no file"),
    "a scenario of a list": (["scenario=[history]"], "there is no such scenario"),
    "a scenario of nothing": (["scenario="], "there is no such scenario"),
    "a scenario with slashes": (["scenario=//history//"], "is no file"),
    "a scenario of a home": (["scenario='~nobody_here/x.yaml'"], "is no file"),
    "a folder of a home": (
        ["run.folder='~nobody_here/x'", *["population.scale=1e-6"]],
        "is in a home that is not there",
    ),
    "nothing": ([""], '"": cannot be read'),
    "no key": (["=5"], "is no key"),
    "half a character": (["run.folder='\udcff'"], r"must not hold control characters"),
    "half a character as a key": (["\udcff=1"], r"\udcff=1: cannot be read"),
    "a NUL": (["run.folder='a\0b'"], r"must not hold control characters"),
    "an escape sequence": (["run.folder='\x1b[2J'"], r'"\x1b[2J": must not hold control characters'),
    "a block for a list": (["portal.outages={a: 1}"], "portal.outages = {a: 1}: must be a list"),
    "a list for a block": (["payment.partners=[1]"], "payment.partners = [1]: must be a block of keys"),
    "a key of a list": (["+portal.outages.x=1"], "portal.outages.x"),
    "an index that is no number": (["portal.outages.²=1"], "cannot be read"),
    "what Hydra passes over": (["portal.rate='???'"], "is Hydra's sign for a value that is not given"),
    "a key that names code": (["+portal._target_=os.system"], "names code"),
}


@pytest.mark.parametrize("case", WORDS)
def test_words_beyond_the_limits_are_refused(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch words that end in a traceback, in nothing for a minute, or in an answer to another question."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/a/home/that/is/read")
    words, expected = WORDS[case]
    said = refused(["run", *words], capsys)
    assert expected in said
    assert "/a/home/that/is/read" not in said
    assert all(line.isprintable() for line in said.splitlines())
    assert list(tmp_path.iterdir()) == []


DEFAULTS = {
    "above": "[../../etc/passwd]",
    "from the top": "[/etc/passwd]",
    "from the very top": "[//etc/passwd]",
    "above, as a group": "[{../../etc: passwd}]",
    "above, exchanged": "[{override /waves: ../../../etc/passwd}]",
    "above, as an exchanged group": "[{override /../../etc: passwd}]",
    "from the top, exchanged": "[{override //etc: passwd}]",
    "elsewhere": "[{override /waves@portal: weekly}]",
    "Hydra's": "[{override /hydra/launcher: basic}]",
    "itself": "[chosen]",
    "another scenario": "[rate_800k]",
    "not exchanged": "[{/waves: weekly}]",
    "optional": "[{optional /waves: weekly}]",
    "of the environment": "[{override /waves: '${oc.env:HOME}'}]",
    "by reference": "[{override /waves: '${scenario.name}'}]",
    "several": "[{override /waves: [weekly, calendar]}]",
    "none": "[{override /waves: null}]",
    "a number": "[5]",
    "two at once": "[{override /waves: weekly, override /budget: whole}]",
    "twice": "[{override /waves: weekly}, {override /waves: calendar}]",
    "nested": "[[waves]]",
    "no list": "{waves: weekly}",
    "a text": "waves",
}


@pytest.mark.parametrize("case", DEFAULTS)
def test_a_scenario_names_parts_of_the_configs_only(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a scenario that loads a file of the machine, here one that would be a good part of a config."""
    monkeypatch.setenv("HOME", "/a/home/that/is/read")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd.yaml").write_text("read: the secret\n")
    file = tmp_path / "mine.yaml"
    file.write_text(f"defaults: {DEFAULTS[case]}\n{ASKED}")
    said = refused(["run", f"scenario={file}"], capsys)
    assert "defaults" in said
    assert "secret" not in said
    assert "/a/home/that/is/read" not in said


def test_a_scenario_may_lie_anywhere_and_exchange_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a refusal of what is meant: a file above, parts exchanged, references within the config."""
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    (tmp_path / "mine.yaml").write_text(
        "defaults: [{override /waves: weekly}, _self_, {override /budget: whole}]\n"
        f"{ASKED}portal: {{rate: '${{processing.registry.rate}}', outages: '${{processing.email.outages}}'}}\n"
    )
    parameters, composed = load(["scenario=../mine.yaml", "run.folder=runs-${scenario.name}-${run.seed}"])
    assert parameters.waves.rule is not None
    assert composed["portal"]["rate"] == composed["processing"]["registry"]["rate"]
    assert composed["portal"]["outages"] == []
    assert parameters.run.folder == "runs-bad-20200411"
    again, _ = load(["scenario=../mine.yaml", "waves=calendar"])
    assert again.waves.rule is None


def test_hydra_is_given_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a file that Hydra reads itself, whatever names it: here every file of the base would be noticed."""
    from hydra._internal.core_plugins.file_config_source import FileConfigSource

    def read(self: object, config_path: str) -> None:
        raise AssertionError(config_path)

    monkeypatch.setattr(FileConfigSource, "load_config", read)
    load(["scenario=rate_800k", "waves=calendar", "portal.rate=5"])


@pytest.mark.parametrize("number", ["1" * 13, "9" * 5000, "²", "٣", "1e3", "0x1", "1.0", " 1", "-0", ""])
def test_a_person_has_a_plain_number(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch digits that Python counts but cannot read, and more of them than it will."""
    assert "must be a whole number from 0 to" in refused(["trace", f"person={number}"], capsys)


@pytest.mark.parametrize("command", ["", "../run", "\x1b[2J", "run\n", "--versions", "_command", "x" * 100_000])
def test_what_is_no_command_is_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a function of ours that is called by its name, and a name that speaks to the terminal."""
    said = refused([command], capsys)
    assert "is not a command" in said
    assert len(said) < 1_000
    assert all(line.isprintable() for line in said.splitlines())


def test_a_scenario_in_place_of_a_command_is_told_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a planner who is told that a scenario of ours is nothing known."""
    assert "rate_800k: is a scenario, not a command. Write prakerja run rate_800k." in refused(["rate_800k"], capsys)


def test_the_groups_are_those_that_there_are() -> None:
    """Catch a group of the configs that this file of tests, which names `waves`, would not stand for."""
    assert {"waves", "budget", "joining", "run"} <= set(options())
    assert main(["scenarios"]) == 0
