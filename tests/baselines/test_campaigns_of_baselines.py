"""The campaigns of baselines: that mutations can be made, and that rates are counted by the check's own code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.command.baselines import composed
from sim.results.figure import Figure
from tests.campaigns import baselines
from tests.campaigns.baseline_mutations import MUTATIONS
from tests.campaigns.log import Log
from tests.campaigns.mutants import ROOT


@pytest.mark.parametrize("one", MUTATIONS, ids=lambda one: one.what)
def test_what_a_mutation_changes_stands_in_the_source_once(one: baselines.Any) -> None:
    """Catches a mutation that a change of the source has made void."""
    source = (ROOT / "sim" / f"{one.file}.py").read_text(encoding="utf-8")
    assert source.count(one.old) == 1
    compile(source.replace(one.old, one.new), one.file, "exec")


def test_rates_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a bank that is filled twice, a change of another size, and a rate of something else."""
    made = []

    def figures(task: baselines.Any) -> dict[str, Figure]:
        run = task.parameters.run.replication
        passes = task.parameters.processing.email.passes
        made.append((run, passes))
        luck = np.random.default_rng(run).normal(0, 5_000)
        return {"funnel.email_verified": Figure(1e6 * passes + luck, "people"), "places.awarded": Figure(7, "people")}

    monkeypatch.setattr(baselines, "figures", figures)
    words = ["--runs", "60", "--checks", "40", "--scenarios", "history", "--workers", "1", "--scale", "1e-3"]
    words += ["--log", str(tmp_path / "bank.jsonl")]
    assert baselines.main(words) == 0
    said = capsys.readouterr().out
    assert said.count("any baseline moved: 0 of 40") == 3
    assert said.count("40 of 40") >= 4
    assert len(made) == 3 * baselines.PILOT + 3 * 60
    assert baselines.main(words) == 0
    assert len(made) == 3 * baselines.PILOT + 3 * 60


def test_a_bank_finds_the_figure_that_moves_farthest(tmp_path: Path) -> None:
    """Catches a lever that moves nothing, so that its campaign would try no change at all."""
    bank = baselines.Bank(Log(tmp_path / "bank.jsonl"), 1e-3, 1)
    assert bank.asked("history").flat[baselines.LEVER] == composed(["scenario=history"]).flat[baselines.LEVER]
