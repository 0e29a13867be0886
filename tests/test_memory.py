"""Memory: what a run is estimated to take, what can be had, and the refusal of what does not fit."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.composition.compose import load
from sim.experiments import memory
from sim.experiments.memory import WHOSE, columns_of_a_row, needed_by
from sim.parameters import BadInput
from tests.building import INSTITUTIONS, OPEN, run

ROOT = Path(__file__).resolve().parent.parent


def test_a_run_that_does_not_fit_is_refused_before_anything_is_compiled(tmp_path: Path) -> None:
    """Catch a run that is killed half-way, or refused only after a wait: here 2 GB are free, and more is needed."""
    words = ["run", f"run.folder={tmp_path / 'run'}"]
    code = (
        "import sys; from sim.command.main import main; from sim.experiments import memory; "
        f"memory.available = lambda: 2_000_000_000; print(main({words}), *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    exit_code, *loaded = done.stdout.split()
    assert exit_code == "2"
    assert not {"numba", "matplotlib"} & set(loaded)
    assert re.search(r"population.scale = 1.* needs about 3\.\d\d GB of memory, 2\.00 GB are free", done.stderr)
    assert "Set a smaller population.scale." in done.stderr
    assert not (tmp_path / "run").exists()


NOBODY_FAILS = [
    *(f"processing.{check}.passes=1" for check in ("email", "registry", "third_layer", "screening")),
    "processing.test.taken=1",
]
ALL_IN_A_DAY = (
    'demand.points=[{at: "2020-04-11T19:00", registered: 0}, {at: "2020-04-12T01:00", registered: 20000000}, '
    '{at: "2020-04-12T18:00", registered: 80000000}]'
)


@pytest.mark.parametrize(
    ("words", "peak"),
    [
        ([], 2.36e9),  # bytes, each measured of `prakerja run` on two threads, the most of two or three runs
        ([OPEN], 1.98e9),
        ([OPEN, "run.without_outages=true"], 2.65e9),
        ([OPEN, "run.people=all"], 4.78e9),
        ([OPEN, "run.people=all", "population.scale=0.03"], 2.94e9),
        ([OPEN, *NOBODY_FAILS, "population.scale=0.4"], 1.17e9),
        ([OPEN, ALL_IN_A_DAY, "population.scale=0.25"], 1.32e9),
        ([OPEN, "population.applicants=0"], 0.29e9),
    ],
)
def test_the_memory_that_is_asked_for_is_near_what_is_taken(words: list[str], peak: float) -> None:
    """Catch an estimate that lets a run be killed, or refuses one that fits."""
    assert peak <= needed_by(load(words)[0]) <= 1.6 * peak


def test_a_row_has_as_many_columns_as_memory_is_asked_for() -> None:
    """Catch a column more, or one a course or a payment, that the estimate does not know."""
    for words in ([], [INSTITUTIONS], ["purchase.further.courses=9", "budget.incentives=8", "payment.survey_days=[1]"]):
        journal = run("population.applicants=20", *words)
        columns = sum(len(kind.stamps) + len(kind.outcomes) for kind in (journal.people, journal.participants))
        assert columns_of_a_row(journal.programme.parameters) == columns + WHOSE


def test_the_lever_is_one_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch advice to write no rows where the run does not fit without them either."""
    parameters = load(["run.people=all"])[0]
    for free, lever in [(4e9, "a smaller population.scale or run.people=none."), (2e9, "a smaller population.scale.")]:
        monkeypatch.setattr(memory, "available", lambda free=free: int(free))
        monkeypatch.setattr(memory, "resident", lambda: 0)
        with pytest.raises(BadInput) as caught:
            memory.refuse_what_does_not_fit(parameters)
        assert caught.value.text.endswith(f"Set {lever}")


@pytest.mark.parametrize("version", [1, 2])
def test_the_limit_of_a_container_is_what_can_be_had(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch a container's limit that is not seen, or whose cached files count as used."""
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    whole = memory.available()
    assert whole is not None
    assert whole > 10_000
    group = tmp_path / "memory" if version == 1 else tmp_path
    group.mkdir(exist_ok=True)
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if version == 1 else ("memory.max", "memory.current")
    (group / names[0]).write_text("10000\n")
    (group / names[1]).write_text("4000\n")
    assert memory.available() == 6_000
    idle = "total_inactive_file" if version == 1 else "inactive_file"
    (group / "memory.stat").write_text(f"cache 12\n{idle} 1500\nother 7\n")
    assert memory.available() == 7_500
    monkeypatch.setattr(memory, "OWN", tmp_path / "own")
    own = "0::/slurm/job_5/step_0\n" if version == 2 else "12:pids:/\n5:cpu,memory:/slurm/job_5/step_0\n0::/\n"
    (tmp_path / "own").write_text(own)
    inner = group / "slurm" / "job_5"
    inner.mkdir(parents=True)
    (inner / names[0]).write_text("9000\n")
    (inner / names[1]).write_text("8000\n")
    (inner / "memory.stat").write_text("")
    assert memory.available() == 1_000, "the group of the job stands between that of the step and the outermost"
    (inner / names[1]).write_text("9500\n")
    assert memory.available() == 0
    (tmp_path / "own").write_text("0::/../other\n5:memory:/../other\n")
    assert memory.available() == 7_500
    (group / names[0]).write_text("max\n")
    without_a_limit = memory.available()
    assert without_a_limit is not None
    assert without_a_limit > 10_000
