"""Baselines of a small programme: recorded, checked, moved, accepted; whatever the number of processes the same."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sim.command.baselines import composed, instead
from sim.command.main import main
from sim.experiments import baselines
from sim.experiments.baselines import NOTHING_IN_COMMON, Asked, check, record
from sim.report.baselines.answer import answer, markdown, recorded
from sim.report.baselines.machines import MOST_ANNOTATIONS, for_github, junit
from sim.report.baselines.picture import draw
from sim.results.baselines.baseline import Baseline
from sim.results.baselines.checked import Checked, code_of
from sim.results.baselines.file import path_of, read
from sim.results.baselines.judge import Judged, Verdict
from sim.results.baselines.levels import Blame, Kept, Level
from sim.results.baselines.luck import probe, what_changed
from sim.results.baselines.margins import set_by_hand
from tests.baselines.made import baseline, expected
from tests.building import PARTNERS

ROOT = Path(__file__).resolve().parents[2]
OPEN = tuple(f"payment.partners.{partner}.outages=[]" for partner in PARTNERS)
WORDS = ("scenario=history", "population.scale=2e-5", "clock.end=2020-09-01", *OPEN)
"""A small scenario, without the hold of payments of June 2020: what is waited for it varies much among so few."""


def quiet(so_far: str) -> None:
    """Hear how far it is, and say nothing."""


@cache
def made() -> tuple[Asked, Baseline]:
    """Return a small scenario and its baseline."""
    asked = composed(WORDS)
    return asked, record([(asked, 5)], quiet, processes=1)[0]


@cache
def changed(*words: str) -> Checked:
    """Return what is found where some keys are changed."""
    return check([(made()[1], composed(instead(WORDS, words)))], quiet, processes=1)[0]


def test_again_all_is_identical_and_two_processes_say_the_same() -> None:
    """Catches a figure that depends on the processes, or on what was simulated before it."""
    asked, baseline = made()
    some = record([(asked, 2)], quiet, processes=2)[0]
    assert {name: one.values for name, one in some.figures.items()} == {
        name: one.values[:2] for name, one in baseline.figures.items()
    }
    found = changed()
    assert (found.code, len(found.of(Verdict.IDENTICAL))) == (0, len(baseline.figures))
    assert found.replications == baseline.first == 2
    assert "Every baseline holds." in answer([found])


def test_a_changed_parameter_is_named_beside_what_moved() -> None:
    """Catches a check that stops where a parameter changed, hides it, or calls a longer queue better."""
    found = changed("processing.rate=20_000")
    assert [(one.key, one.after) for one in found.changed] == [("processing.rate", 20_000)]
    assert found.code == 1
    assert found.moved["funnel.processed"].verdict is Verdict.WORSE
    assert found.moved["wait.processing.still_waiting"].verdict is Verdict.WORSE
    assert found.replications == 5  # some could not be told with two
    assert not found.luck  # it is another queue, on the same seeds
    for text in (answer([found]), markdown([found]), "\n".join(for_github([found])), junit([found])):
        assert "processing.rate: null → 20000" in text
    assert "::error title=Capacity baseline history::" in "\n".join(for_github([found]))
    suite = ET.fromstring(junit([found]).partition("\n")[2])[0]  # noqa: S314
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == set(found.moved)
    assert len(suite.findall("testcase")) == len(found.judged) + len(found.levels)


def test_a_picture_shows_what_changed(tmp_path: Path) -> None:
    """Catches a picture that cannot be drawn, or one of nothing."""
    draw(changed("processing.rate=20_000"), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"history.png", "history.svg"}
    (tmp_path / "none").mkdir()
    draw(changed(), tmp_path / "none")
    assert list((tmp_path / "none").iterdir()) == []


def test_other_people_and_another_seed_are_not_comparable() -> None:
    """Catches figures of other people held against one another; another engine is named and compared."""
    for word in ("population.scale=4e-5", "run.seed=5", "population.applicants=70_000_000"):
        found = changed(word)
        assert (found.code, found.judged) == (4, {})
        assert "not comparable" in answer([found])
        assert "Not comparable" in junit([found])
        said = recorded(found)  # nobody is told to record anew what has just been
        assert "what moves cannot be said" in said and "Record it anew" not in said
    found = changed("engine=person")
    assert (found.code, len(found.of(Verdict.IDENTICAL))) == (0, len(found.judged))
    assert "Engine: cohort → person" in answer([found])


def test_a_changed_luck_is_recognised_and_compared_without_pairing() -> None:
    """Catches replications held against others with the same number and another luck."""
    now = probe()
    assert what_changed(now, now) == []
    before = {**now, "gone": "00", "check": "another"}
    del before["certificate"]
    assert what_changed(before, now) == ['"certificate" is new', '"gone" is gone', '"check" draws otherwise']
    asked, baseline = made()
    found = check([(replace(baseline, luck=before), asked)], quiet, processes=1)[0]
    assert len(found.luck) == 3
    assert "pairing is lost" in answer([found])


def test_a_key_that_changes_unseen_shows_by_its_figures() -> None:
    """Catches luck that is dealt anew where no decision's draws tell: the replications have nothing in common."""
    _, baseline = made()
    turned = {name: replace(one, values=(*one.values[2:], *one.values[:2])) for name, one in baseline.figures.items()}
    other = replace(baseline, figures=turned, first=5)
    found = check([(other, made()[0])], quiet, processes=1)[0]
    assert found.luck == (NOTHING_IN_COMMON,)
    assert not found.moved


def test_github_is_told_no_more_than_it_shows() -> None:
    """Catches a level that is broken, or a second baseline, behind more lines than GitHub shows."""
    found = [Checked(baseline(**{name: expected([1.0] * 20) for name in FIGURES})) for _ in range(2)]
    moved = Judged(Verdict.WORSE, 1.0, 2.0, 1.0, 0.9, 1.1, 0.1)
    found = [replace(each, judged=dict.fromkeys(FIGURES, moved)) for each in found]
    told = list(for_github(found))
    assert len(told) == MOST_ANNOTATIONS
    assert told[-1].endswith(f"{2 * len(FIGURES) - MOST_ANNOTATIONS + 1} more, see the summary")
    named = [line.rpartition("::")[2].split(":")[0] for line in told[:2]]
    assert named == ["Figure 0", "Figure 0"], "both baselines take turns"


FIGURES = [f"figure_{number}" for number in range(12)]


def test_of_several_codes_the_first_of_the_order_holds() -> None:
    """Catches a baseline that moved behind one that cannot be compared."""
    assert [code_of(codes) for codes in ([0, 3], [3, 4], [4, 1, 3], [0, 0], [])] == [3, 4, 1, 0, 0]


def test_a_broken_service_level_says_how_far_since_when_and_where() -> None:
    """Catches a broken promise without its cause, and one that was broken before and fails every check."""
    _, baseline = made()
    judged = {"funnel.awarded": Judged(Verdict.IDENTICAL, 1.0, 1.0)}
    blame = Blame("ovo", 0.6, more=True)
    level = Level("first_incentive_within_30_days", 0.95, 0.99, 0.9, Kept.KEPT, Kept.BROKEN, "2020-08-01", blame)
    found = Checked(baseline, judged, (level,), words={"ovo": "OVO"})
    said = " ".join(answer([found]).split())
    assert found.code == 1
    assert "BROKEN: 90.0 %, 95.0 % asked, 99.00 % expected, 5.00 points short, since 1 August 2020;" in said
    assert "to blame is OVO (60 % of the person-days waited beyond what is expected)" in said
    assert "BROKEN" in junit([found])
    only_the_month = replace(found, levels=(level._replace(since="2020-08", blame=blame._replace(more=False)),))
    said = " ".join(answer([only_the_month]).split())
    assert "since August 2020; most was waited at OVO (60 % of the person-days)" in said
    as_before = replace(found, levels=(level._replace(before=Kept.BROKEN),))
    assert as_before.code == 0
    assert "as in the baseline" in answer([as_before])


def test_payments_that_are_late_break_the_level_at_the_partners() -> None:
    """Catches a level that is judged by other figures than those that were found, and blamed on no partner."""
    found = changed("payment.capacity=0")
    level = found.levels[0]
    assert (level.now, level.before, found.code) == (Kept.BROKEN, Kept.KEPT, 1)
    assert level.blame is not None
    assert level.blame.station in ("bni", "ovo", "gopay", "linkaja")
    assert level.blame.more


# The commands


def test_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a baseline recorded over unasked, a change not told, and one accepted that fails again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(baselines, "processes_for", lambda tasks: 1)  # others take longer to begin than to run
    (tmp_path / "mine.yaml").write_text(MINE.format(rate="null"))
    record_it = ["baseline", "./mine.yaml", "population.scale=2e-5", "replications=8"]
    assert main(record_it) == 0
    path = path_of("mine", tmp_path / "results/baselines")
    first = path.read_text()
    assert main(record_it) == 2
    assert "--replace" in capsys.readouterr().err
    assert main(["check"]) == 0
    (tmp_path / "mine.yaml").write_text(MINE.format(rate=20_000))
    assert main(["check", "mine", "--junit", "out/junit.xml", "--markdown=out/check.md", "--annotations"]) == 1
    said = capsys.readouterr().out
    assert "processing.rate: null → 20000" in said
    assert "::error" in said
    assert "mine" in (tmp_path / "out/check.md").read_text()
    ET.parse(tmp_path / "out/junit.xml")  # noqa: S314
    assert any(file.suffix == ".png" for file in (tmp_path / "results/runs").rglob("*"))
    assert path.read_text() == first
    assert main(["baseline", "--all", "--replace"]) == 0
    assert len(read(path).replications) == 8
    assert "What moves:" in capsys.readouterr().out
    assert main(["check"]) == 0
    path.write_text(path.read_text().replace('"of_mean": true', '"of_mean": false', 1))
    assert main(["check"]) == 2
    assert "changed by hand" in capsys.readouterr().err
    assert main(["baseline", "--all"]) == 2
    refused = capsys.readouterr().err
    assert "is there already" in refused and "recorded over" not in refused
    for beside in ("--replace", "replications=9", "run.seed=7"):
        assert main(["baseline", "mine", "--seal", beside]) == 2
        assert f"{beside}: has no use beside --seal" in capsys.readouterr().err
    assert main(["baseline", "mine", "--seal"]) == 0
    sealed = capsys.readouterr().out
    (name, margin), *others = set_by_hand(read(path)).items()
    assert f"Margins set by hand: {name} " in sealed and not others and not margin.relative
    # By its name, or by its file: with the size and the margin that it has.
    for again in (["mine"], ["./mine.yaml"], ["--all"]):
        assert main(["baseline", *again, "--replace"]) == 0
        assert "Margins set by hand" in capsys.readouterr().out
        assert set_by_hand(read(path)) == {name: margin}
        assert len(read(path).replications) == 8
    assert main(["check", "processing.rate=10_000"]) == 1
    assert "Asked of this check alone: processing.rate=10_000" in capsys.readouterr().out
    (tmp_path / "mine.yaml").write_text(MINE.format(rate=20_000).replace("name: mine", "name: yours"))
    assert main(["check"]) == 2
    assert "mine.json: asks for yours" in capsys.readouterr().err
    (tmp_path / "mine.yaml").unlink()
    assert main(["check"]) == 2
    refused = " ".join(capsys.readouterr().err.split())
    assert refused.startswith(
        "One thing to mend: results/baselines/mine.json: asks for what cannot be composed any more"
    )
    path.write_text("{")
    (tmp_path / "mine.yaml").write_text(MINE.format(rate=20_000))
    assert main(["baseline", "./mine.yaml", "population.scale=2e-5", "replications=8", "--replace"]) == 0
    refused = " ".join(capsys.readouterr().err.split())
    assert "is damaged, or was cut off" in refused and "It is recorded over all the same" in refused
    assert "Take it back" not in refused


MINE = """\
# @package _global_
scenario:
  name: mine
  question: What if it were so?
clock:
  end: 2020-06-01
processing:
  rate: {rate}
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "has no baseline"),
        (["check", "nowhere"], "is not there"),
        (["check", "--junit"], "needs a value"),
        (["check", "--junit", "."], "is a folder"),
        (["check", "--junit", "/dev/null/x.xml"], "cannot be written in /dev/null"),
        (["check", "run.replication=3"], "is not said of a baseline"),
        (["check", "--janit", "x"], "is no option here"),
        (["check", "replications=5"], "is not said of a check"),
        (["baseline"], "of which scenario"),
        (["baseline", "history", "processing.rate=5"], "the baseline of another question"),
        (["baseline", "history", "replications=7"], "must be a whole number from 8"),
        (["baseline", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a traceback, another exit code, and a file that is left behind."""
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_scale_of_a_scenario_of_ones_own_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a scale that its file says and that the one of baselines takes the place of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(f"{MINE.format(rate='null')}population:\n  scale: 2e-5\n")
    assert main(["baseline", "./mine.yaml", "replications=8"]) == 0
    assert read(path_of("mine")).parameters["population.scale"] == 2e-5


@pytest.mark.exhaustive
def test_another_processor_gives_identical_figures(tmp_path: Path) -> None:
    """Catches machine code of which the processor decides a figure: kernels compiled for a generic one."""
    path = tmp_path / "results/baselines/history.json"
    words = ["history", "population.scale=1e-4", "replications=8"]
    for command in (["baseline", *words], ["check"]):
        generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        own = {**os.environ, "PYTHONPATH": str(ROOT), **(generic if command == ["check"] else {})}
        done = subprocess.run(
            [sys.executable, "-m", "sim", *command], cwd=tmp_path, env=own, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert f"{len(read(path).figures)} identical" in done.stdout
