"""Dates left out in turn: that they are left out, that what is known recurs, and that chains apart are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.command.main import main
from sim.experiments.calibration.emulator import Emulator, singles
from sim.experiments.calibration.figures import Figure
from sim.experiments.calibration.inputs import Inputs
from sim.experiments.calibration.leaving_out import (
    AGREED,
    EFFORT,
    ENOUGH,
    Agreement,
    Predicted,
    left_out_in_turn,
    said_of_chains,
    why_not_relied_on,
)
from sim.experiments.calibration.likelihood import Known, Target
from sim.experiments.calibration.sampling import Chains, Effort
from sim.parameters.kinds import Declared, Kind, Number, Range
from sim.report.text import WIDTH
from tests.calibration.chain import stages_of

BRIEF = Effort(chains=8, rounds=2, steps=16, kept=40)
AUGUST = [datetime(2020, 8, day) for day in (3, 3, 13, 23)]


def target() -> Target:
    """Return four figures, of four stages and three dates, that one number moves, all as they are at its middle."""
    one = Number("delay", 1.0, Declared(Kind.UNCERTAIN, Range(0, 2), fitted=True))
    figures = [Figure(f"stage {k}", str(k), at, 12_345.0 * (k + 1), unit=1) for k, at in enumerate(AUGUST)]
    slopes = np.zeros((4, len(singles(1).places)))
    slopes[:, 0] = 0.1, 0.2, 0.15, 0.2
    middle = np.log([each.published for each in figures])
    emulator = Emulator(singles(1), middle, slopes, np.full(4, 0.01), np.eye(4))
    known = Known(slope=np.zeros(4), luck=0.01**2 * np.eye(4), emulated=0.01**2 * np.eye(4))
    return Target(Inputs({"delay": one}, ()), emulator, tuple(figures), known, datetime(2020, 4, 11))


def predicted(some: Target) -> tuple[dict[str, Predicted], list[Agreement], list[str]]:
    """Leave the dates of a problem out in turn."""
    said: list[str] = []
    learned: Any = SimpleNamespace(
        target=lambda: some, problem=SimpleNamespace(workers=1, rng=lambda purpose: np.random.default_rng([1, purpose]))
    )
    found, agreed = left_out_in_turn(learned, said.append, BRIEF)
    assert len(found) == len(some.figures)
    return {each.figure.scope: each for each in found}, agreed, said


def test_a_date_is_predicted_from_the_others_alone() -> None:
    """Catch a figure that helps to predict itself, or another of its date, and one that is predicted not at all."""
    before, agreed, said = predicted(target())
    assert [each.at for each in agreed] == AUGUST[1:]
    assert said[0] == "dates left out: 0 of 3"
    # What is known of each recurs: the others say the middle, within far less than they were thought to vary.
    for each in before.values():
        assert each.error < 0.03
        assert each.covered
    figures = list(target().figures)
    figures[0] = replace(figures[0], published=1.05 * figures[0].published, unit=1.05)
    after, _, _ = predicted(replace(target(), figures=tuple(figures)))
    for scope in "01":
        np.testing.assert_array_equal(after[scope].draws, before[scope].draws)
    for scope in "23":
        assert np.median(after[scope].draws) > np.median(before[scope].draws)


def test_it_says_how_alike_the_error_is_to_those_of_what_is_used() -> None:
    """Catch a figure that lies beside one of its own date, which is left out too, or beside none where there is one."""
    figures = list(target().figures)
    counts = [("paid_first_incentive", 1e6), ("revoked", 1e5), ("paid_first_incentive", 1.25e6), ("revoked", 2e5)]
    scopes = ("", "1-2", "", "1-8")
    for k, ((what, count), scope) in enumerate(zip(counts, scopes, strict=True)):
        figures[k] = replace(figures[k], what=what, scope=scope, published=count, dated=True)
    paid = [each for each in figures if not each.scope]
    stages = {each.at: stages_of(awarded=1e12, paid_first_incentive=each.published) for each in paid}
    some = replace(target(), figures=tuple(figures), known=replace(target().known, stages=stages))
    learned: Any = SimpleNamespace(
        target=lambda: some, problem=SimpleNamespace(workers=1, rng=lambda purpose: np.random.default_rng([1, purpose]))
    )
    found, _ = left_out_in_turn(learned, lambda so_far: None, BRIEF)
    alike = {(each.figure.what, each.figure.scope): each.alike for each in found if each.figure.what == "revoked"}
    assert alike == {("revoked", "1-2"): pytest.approx(0.5), ("revoked", "1-8"): pytest.approx(0.5)}
    assert [each.alike for each in found if each.figure.what != "revoked"] == pytest.approx([0.8, 0.8], rel=1e-4)


def test_chains_that_agree_are_believed_and_those_apart_are_not() -> None:
    """Catch chains apart, or too few draws of them, that are not told, and the date of which they are."""
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((8, 400, 2))
    apart, short = draws.copy(), draws[:, :20]
    apart[0] += 2
    good = Agreement.of(AUGUST[0], Chains(draws))
    assert good.enough
    assert not why_not_relied_on([good])
    assert said_of_chains([good])[0].startswith("The chains of the 1 fits agree: R-hat at most 1.00")
    wrong = [good, Agreement.of(AUGUST[2], Chains(apart)), Agreement(AUGUST[3], 1.0, ENOUGH)]
    assert [each.enough for each in wrong] == [True, False, False]
    assert wrong[1].rhat > AGREED
    assert Agreement.of(AUGUST[3], Chains(short)).effective < ENOUGH
    lines = said_of_chains(wrong)
    flat = " ".join(" ".join(lines).split())
    assert max(map(len, lines)) <= WIDTH
    assert f"R-hat at most {wrong[1].rhat:.3f} (without 13 August 2020)" in flat
    assert "do NOT all agree" in flat
    why = why_not_relied_on(wrong)
    assert "3 August 2020" not in why.replace("13 August 2020", "").replace("23 August 2020", "")
    assert "without 23 August 2020 R-hat is 1.000 and 200 draws are independent" in why


def test_chains_are_long_enough_to_be_seen_to_agree() -> None:
    """Catch chains so short that R-hat is above its limit though all follow one law, ten draws worth one."""
    rng, kept = np.random.default_rng(3), 9 / 11
    at = rng.standard_normal((EFFORT.chains, 10))
    draws = np.empty((EFFORT.chains, EFFORT.kept, 10))
    for k in range(EFFORT.kept):
        at = kept * at + np.sqrt(1 - kept**2) * rng.standard_normal(at.shape)
        draws[:, k] = at
    assert Agreement.of(AUGUST[0], Chains(draws)).enough
    assert not Agreement.of(AUGUST[0], Chains(draws[:, :120])).enough


def test_predictions_of_chains_apart_end_with_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch coverage that is printed as if it held, and a rehearsal that does not say that it is one."""
    figure, settings = target().figures[0], SimpleNamespace(effort=BRIEF, points=48, nearer=16, rounds=1)
    rehearsed, rhat, efforts = False, 1.06, list[Effort]()

    def left_out(learned: object, tell: object, effort: Effort) -> tuple[list[Predicted], list[Agreement]]:
        efforts.append(effort)
        return [Predicted(figure, np.full(9, figure.published))], [Agreement(figure.at, rhat, 900.0)]

    config = {"population": {"scale": 0.01}}
    problem = SimpleNamespace(tell=None, settings=settings, figures=[figure], config=config)
    monkeypatch.setattr("sim.command.fit.fit_of", lambda words: (problem, rehearsed))
    monkeypatch.setattr("sim.experiments.calibration.learning.learn_first", lambda problem: None)
    monkeypatch.setattr("sim.experiments.calibration.learning.learn_nearer", lambda problem, first: (None, None))
    monkeypatch.setattr("sim.experiments.calibration.leaving_out.left_out_in_turn", left_out)
    assert main(["validate"]) == 1
    told = capsys.readouterr()
    assert "R-hat at most 1.060 (without 3 August 2020)" in " ".join(told.out.split())
    said = " ".join(told.err.split())
    assert "Learns to tell 1 published figures from 64 runs of one person in 100." in said
    assert "The predictions cannot be relied on: without 3 August 2020" in said
    rhat = 1.002
    assert main(["validate"]) == 0
    told = capsys.readouterr()
    assert "relied on" not in told.err
    assert "rehearsal" not in told.out
    rehearsed, rhat = True, 1.06
    assert main(["validate", "rehearse"]) == 0
    assert capsys.readouterr().out.startswith("A rehearsal: little was run")
    assert efforts == [EFFORT, EFFORT, BRIEF]
