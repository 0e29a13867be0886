"""The whole fit at a very small size: what it writes, that it goes on where it was, and leaves its own output alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sim.command.fit import fit_of
from sim.command.main import main
from sim.composition import folders
from sim.composition.base import base_files
from sim.composition.compose import composition
from sim.composition.kinds import uncertain
from sim.experiments.calibrate import write
from sim.experiments.calibration import fit as fitting
from sim.experiments.calibration.fit import Fit, fit
from sim.experiments.calibration.learning import Settings
from sim.experiments.calibration.said import said_of
from sim.experiments.calibration.sampling import Effort
from sim.experiments.members import FILE, read_members

BRIEF = Effort(8, 2, 6, 8)
TINY = Settings(points=12, nearer=4, rounds=2, repeated=2, tried=6, members=4, pointing=BRIEF, effort=BRIEF, workers=0)


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


def fitted() -> Fit:
    """Fit what the configs say."""
    problem, _ = fit_of(["population.scale=0.00005"])
    return fit(replace(problem, settings=TINY, tell=lambda so_far: None))


def contents(home: Path) -> dict[str, bytes]:
    """Return all files of the configs."""
    return {file.relative_to(home).as_posix(): file.read_bytes() for file in sorted(home.rglob("*")) if file.is_file()}


def test_a_fit_made_again_changes_nothing(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a fit that depends on its own output, one that makes runs again, and members that cannot be read."""
    monkeypatch.setattr(fitting, "UNINFORMED", 2.0)  # so few runs tell nothing: let all fitted numbers move
    before = contents(copied)
    found = fitted()
    write(found, copied, base_files())
    after = contents(copied)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed >= {FILE.as_posix(), "joining/measured.yaml", "purchase/first_and_further.yaml"}
    assert changed <= {FILE.as_posix(), *base_files().values()}
    runs = sorted((copied.parent / ".calibration").glob("*.json"))
    last = runs[0].stat().st_mtime_ns
    runs[-1].unlink()  # as if it had been stopped before its last run
    again = fitted()
    write(again, copied, base_files())
    assert contents(copied) == after
    assert sorted((copied.parent / ".calibration").glob("*.json")) == runs
    assert runs[0].stat().st_mtime_ns == last
    base = composition([])
    numbers = uncertain(base)
    members = read_members(copied / FILE, numbers, base.config)
    assert (len(members), members.made) == (4, "fit")
    for key, value in found.base.items():
        assert numbers[key].value == pytest.approx(value), key
    told = "\n".join(said_of(again))
    for words in ("10 waves were filled, all known by", "R-hat at most", "Discrepancy of the model", "draws were run"):
        assert words in told
    assert "s.d.: by the emulator, before weighting by runs; of it: " in told
    assert "By the emulator, before weighting by runs." in told


def test_nothing_is_written_where_the_chains_do_not_agree(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a fit that nobody should believe, written over one that was good."""
    assert copied.is_dir()
    monkeypatch.setattr("sim.command.fit.fit_of", lambda words: (None, False))
    monkeypatch.setattr("sim.command.fit._what_a_fit_takes", lambda *words: "")
    chains = SimpleNamespace(rhat=np.array([1.0, 1.02]), effective=np.array([500.0, 900.0]))
    found = SimpleNamespace(chains=chains, weighed=SimpleNamespace(tail=0.5))
    monkeypatch.setattr("sim.experiments.calibration.fit.fit", lambda problem: found)
    monkeypatch.setattr("sim.experiments.calibration.said.said_of", lambda fit: [])
    wrote: list[object] = []
    monkeypatch.setattr("sim.experiments.calibrate.write", lambda fit, *where: wrote.append(fit))
    assert main(["calibrate"]) == 1
    assert "Nothing is written: the chains do not agree" in capsys.readouterr().err
    assert wrote == []
    found.chains.rhat[1] = 1.005
    assert main(["calibrate"]) == 0
    assert wrote == [found]
    found.weighed.tail = 0.75
    assert main(["calibrate"]) == 1
    assert "few draws outweigh all others (Pareto's k 0.75)" in capsys.readouterr().err
    found.weighed.tail, found.chains.effective[0] = 0.5, 300.0
    assert main(["calibrate"]) == 1
    assert wrote == [found]


def test_all_is_written_or_nothing(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch values that are written without the members that go with them."""
    found = fitted()
    before = contents(copied)
    monkeypatch.setattr("sim.experiments.calibrate.text_of", lambda *words: "\udcff")  # cannot be encoded
    with pytest.raises(UnicodeEncodeError):
        write(found, copied, base_files())
    assert contents(copied) == before
