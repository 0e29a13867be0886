"""A comparison from end to end, tiny: the same bytes by one or two processes, resumed, planned, and with a run lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sim import compare
from sim.command.main import main
from sim.composition import folders
from sim.composition.study import asked
from sim.experiments import memory
from sim.experiments.comparing import plan, specification
from sim.experiments.comparing.plan import plan_of, workers_for
from sim.experiments.comparing.replications import Replications
from sim.experiments.jobs.executors import KILLED_TWICE, Failure, Here
from sim.experiments.jobs.job import Job
from sim.experiments.members import FILE, Members, read_members
from sim.parameters import BadInput
from sim.report.comparing import IN_FULL

WORDS = (
    "processing.rate=5_000_000,20_000_000",
    "replications=2",
    "population.scale=2e-5",
    "clock.end=2020-06-15",
    "market=open",
    "run.figures=none",
)
"""1,600 people, until the first of them are paid."""


def files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files of a comparison that say nothing of times."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in found.items() if name.name != "manifest.json"}


class InThis(Here):
    """Do jobs in this process, whose kernels are there already."""

    def __init__(self, workers: int) -> None:
        assert workers > 0

    def __enter__(self) -> InThis:
        return self

    def __exit__(self, *raised: object) -> None:
        pass


class LosesOne(InThis):
    """Lose the second replication of the second scenario."""

    def do(self, jobs: Mapping[str, Job]) -> Iterator[tuple[str, bytes | Failure]]:
        """Do all jobs but one."""
        lost = {name for name, job in jobs.items() if "20000000, replication 2" in job.label}
        yield from super().do({name: job for name, job in jobs.items() if name not in lost})
        yield from ((name, MemoryError(KILLED_TWICE)) for name in lost)


def test_the_same_bytes_by_one_or_two_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch tables that depend on how many processes there are, or on what was done before."""
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as here:
        here.setattr("sim.experiments.comparing.evaluate.Processes", InThis)
        assert main(["compare", *WORDS, "workers=1", "run.folder=one"]) == 0
    said = capsys.readouterr()
    assert "Plan: 2 scenarios, 2 worlds, each with a luck: 4 runs of 1,600 people (population.scale=2e-05)." in said.err
    assert "the same command goes on from the runs that are done (results/.runs)" in said.err
    one = files(tmp_path / "one")
    kept = sorted((tmp_path / "results" / ".runs").iterdir())
    assert len(kept) == 4
    whole, screen = one["answer.txt"].decode(), said.out.split("\n\nTables, figures")[0]
    head, finding, *_ = whole.split("\n\n")
    assert screen.startswith(f"{head}\n\n{finding}\n\n"), "the finding of the screen is that of the folder"
    assert screen.endswith(IN_FULL.format("Person by person, bottlenecks"))
    assert "Money, rupiah" in whole and "Money, rupiah" not in screen
    kept[0].unlink()
    kept[1].write_bytes(kept[1].read_bytes()[:-100])
    before = [path.stat().st_mtime_ns for path in kept[2:]]
    assert main(["compare", *WORDS, "workers=2", "run.folder=two"]) == 0
    assert "4 runs of 1,600 people (population.scale=2e-05), 2 of them done before" in capsys.readouterr().err
    assert files(tmp_path / "two") == one
    assert [path.stat().st_mtime_ns for path in kept[2:]] == before
    assert {f"tables/{name}.parquet" for name in ("kpis", "differences", "tasks", "people_changes")} <= set(one)
    origin = json.loads(Path("two/manifest.json").read_text())
    assert [each["name"] for each in origin["scenarios"]] == ["processing.rate=5000000", "processing.rate=20000000"]
    assert (origin["replications"], origin["reference"], origin["left_out"]) == (2, "processing.rate=5000000", [])
    rows = duckdb.sql("SELECT scenario, replication, luck, done FROM 'two/tables/tasks.parquet'").fetchall()
    assert [(luck, done) for _, _, luck, done in rows] == [(1, "true"), (2, "true")] * 2
    assert main(["compare", *WORDS, "plan=true"]) == 0
    planned = " ".join(capsys.readouterr().out.split())
    assert "4 of them done before" in planned
    assert "Nothing is left to simulate" in planned
    assert main(["compare", *WORDS, "plan=true", "people=none"]) == 0
    assert "Nothing is left to simulate" in " ".join(capsys.readouterr().out.split()), "runs with people have it all"
    again = compare(["history"], WORDS)
    assert again.answer + "\n" == one["answer.txt"].decode()


def test_a_comparison_is_made_again_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch worlds that are those of another fit: the ensemble and the values of the base are others by then."""
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as here:
        here.setattr("sim.experiments.comparing.evaluate.Processes", InThis)
        assert main(["compare", *WORDS, "workers=1", "figures=[funnel.awarded]", "run.folder=one"]) == 0
    capsys.readouterr()
    members = folders.configs() / FILE

    def of_another_fit(file: Path, *about: Any) -> Members:
        assert file == members
        found = read_members(file, *about)
        return replace(found, rows=found.rows[::-1])

    monkeypatch.setattr("sim.composition.ensemble.read_members", of_another_fit)
    assert main(["compare", *WORDS, "plan=true"]) == 0
    assert "done before" not in capsys.readouterr().out, "the ensemble is another"
    assert main(["compare", "config=one", "workers=1", "run.figures=none", "run.folder=two"]) == 0
    assert "4 of them done before" in capsys.readouterr().err
    assert files(tmp_path / "two") == files(tmp_path / "one")
    assert main(["compare", "config=one/comparison.yaml", "processing.rate=7", "plan=true"]) == 2
    assert "is the same as" in capsys.readouterr().err
    assert main(["compare", "config=one", "replications=3", "plan=true"]) == 2
    assert "must be at most 2" in capsys.readouterr().err


def test_a_run_that_is_lost_is_named_and_the_rest_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a comparison that is lost with one run, or that says nothing of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.experiments.comparing.evaluate.Processes", LosesOne)
    assert main(["compare", *WORDS, "run.folder=lost", "people=none"]) == 1
    said = capsys.readouterr()
    assert "Left out: processing.rate=20000000, replication 2, which ended its process twice" in said.err
    assert "processing.rate=20000000" in said.out
    rows = duckdb.sql(
        "SELECT scenario, replication, why FROM 'lost/tables/tasks.parquet' WHERE done = 'false'"
    ).fetchall()
    assert rows[0][:2] == ("processing.rate=20000000", 2)
    assert len(json.loads(Path("lost/manifest.json").read_text())["left_out"]) == 1


def test_what_is_kept_of_a_run_is_read_as_the_same(tmp_path: Path) -> None:
    """Catch a number that changes on its way through a file, and half a file that is taken for whole."""
    request = asked(["processing.rate=5_000_000,20_000_000", "worlds=base", *WORDS[1:]])
    design = request.design
    made = Replications(design, tmp_path, Here()).compare()
    for file in tmp_path.iterdir():
        contents = file.read_bytes()
        outcome = specification.read_whole(contents)
        assert specification.written(outcome) == contents.partition(b"\n")[0]
        for cut in (10, len(contents) // 2, len(contents) - 1):
            with pytest.raises(ValueError):
                specification.read_whole(contents[:cut])
    assert [world.values for world in design.worlds[0]] == [{}, {}]
    assert made.in_worlds is False


def test_no_more_side_by_side_than_memory_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch twenty runs of the full population that are begun at once, on a machine that holds three."""
    assert workers_for(40, 3_000_000_000, 10_000_000_000, 8) == 3
    assert workers_for(2, 1, None, 8) == 2
    assert workers_for(40, 3_000_000_000, 1_000_000_000, None) == 1
    words = ["rate_200k", "rate_800k", "population.scale=1", "worlds=base"]
    design = asked([*words, "replications=20"]).design
    (tmp_path / "memory.current").write_text("0")
    (tmp_path / "memory.stat").write_text("inactive_file 0")
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    for module in (memory, plan):
        monkeypatch.setattr(module, "resident", lambda: 150_000_000)
    for limit, workers in ((8.1e9, 2), (7.3e9, 1), (4.2e9, 1)):  # 3.6 GB each, 0.4 GB beside them
        (tmp_path / "memory.max").write_text(f"{limit:.0f}")
        planned = plan_of(design, tmp_path, workers=8)
        assert planned.workers == workers
        assert "not 8: memory allows no more" in planned.text
        assert planned.threads == (1 if workers > 1 else None)
    for limit, do in ((3.7e9, "a smaller population.scale or people=none"), (2.5e9, "a smaller population.scale")):
        (tmp_path / "memory.max").write_text(f"{limit:.0f}")
        with pytest.raises(BadInput) as caught:
            plan_of(design, tmp_path)
        assert caught.value.text.rstrip().endswith(f"{limit / 1e9:.2f} GB are free. Set {do}.")
    assert main(["compare", *words, "plan=true"]) == 2


def test_a_run_that_finds_too_little_memory_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a comparison that another program ends as bad input, hours after it began, by taking memory."""
    compared, world = next(asked(["processing.rate=5_000_000,20_000_000", "worlds=base", *WORDS[1:]]).design.runs([1]))
    monkeypatch.setattr(memory, "available", lambda: 10_000)
    monkeypatch.setattr(memory, "resident", lambda: 0)
    for with_people in (False, True):
        with pytest.raises(MemoryError, match="GB are free"):
            specification.job_of(compared, world, with_people=with_people).do()


def test_the_example_of_the_readme_compares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch an example that a reader copies in vain."""
    pytest.importorskip("pandas")
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(from sim import compare.*?)```", readme, re.DOTALL)
    own = '"replications": 4, "population.scale": 0.001'
    few = '"replications": 1, "population.scale": 1e-5, "clock.end": "2020-06-15", "worlds": "base"'
    assert own in example
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.experiments.comparing.evaluate.Processes", InThis)
    tiny = compile(example.replace(own, f'{few}, "run.figures": "none"'), "README.md", "exec")
    exec(tiny, {"__name__": "__main__"})  # noqa: S102
    assert "rate_800k" in (tmp_path / "results/mine/answer.txt").read_text(encoding="utf-8")
    assert {"differences.csv", "differences.parquet"} <= {
        path.name for path in (tmp_path / "results/mine/tables").iterdir()
    }


def test_what_is_wrong_is_told_before_any_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a misspelt figure, of a study too, or a folder that cannot be had, told after minutes of runs."""
    monkeypatch.chdir(tmp_path)
    Path("full").mkdir()
    Path("full/mine.txt").write_text("mine")
    study = "study: {name: a, question: b, scenarios: [rate_200k, rate_800k], figures: [weeks_to_cleer]}"
    Path("mine.yaml").write_text(study)
    for words, said in (
        (["figures=[weeks_to_cleer]"], "Did you mean processing.weeks_to_clear?"),
        (["run.folder=full"], "run.folder"),
        (["run.folder=full/mine.txt/two"], "run.folder"),
        (["run.folder=full", "plan=true"], "run.folder"),
    ):
        assert main(["compare", *WORDS, "worlds=base", *words]) == 2
        assert said in capsys.readouterr().err
    assert main(["compare", "study=./mine.yaml", "worlds=base", "replications=2", "population.scale=2e-5"]) == 2
    assert "Did you mean processing.weeks_to_clear?" in capsys.readouterr().err
    assert not Path("results").exists()
