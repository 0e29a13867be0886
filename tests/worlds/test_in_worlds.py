"""A run in many worlds: the same bytes whatever the processes, the same again from its folder, and what it says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from sim.command.main import main
from sim.composition.compose import composition
from sim.composition.named import named_as
from sim.experiments.in_worlds import InWorlds, evaluate_in_worlds
from sim.experiments.tasks import Task, processes_for
from sim.journey.measures import STAGES
from sim.library import load
from sim.report.intervals import Told, amounts, share
from sim.report.text import WIDTH
from sim.report.worlds import answer
from sim.results.figure import Figure
from sim.results.tables.worlds import Run, intervals, said, weeks, worlds
from tests.worlds.small import WORDS, asked

KEYS = ("value", "unit", "low", "median", "high", "luck_share", "reached", "worlds")


@cache
def made(processes: int) -> InWorlds:
    """Return what a small programme gives in three worlds."""
    found, three = asked(*WORDS, "worlds=3")
    return evaluate_in_worlds(found.parameters, found.config, three.worlds, processes=processes)


def test_the_processes_change_nothing() -> None:
    """Catch a figure or a series that depends on how many processes there are, or on who is done first."""
    one, two = made(1), made(2)
    assert len(one.runs) == 1 + 3 + 3
    for a, b in zip(one.runs, two.runs, strict=True):
        assert (a.world, a.luck, a.figures) == (b.world, b.luck, b.figures)
        assert {name: values.tobytes() for name, values in a.weeks.items()} == {
            name: values.tobytes() for name, values in b.weeks.items()
        }
    assert {name: table.rows for name, table in one.tables.items()} == {n: t.rows for n, t in two.tables.items()}


def test_worlds_and_lucks_differ() -> None:
    """Catch worlds that are all the base, and a second luck that is the first."""
    stages = [tuple(run.figures[f"funnel.{stage}"].value for stage in STAGES) for run in made(1).runs]
    assert len(set(stages)) == len(stages)


def test_a_run_in_worlds_is_made_again_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch worlds that a folder does not hold, or holds rounded: a fit that is made later would change the run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.experiments.tasks.cores", lambda: 1)
    words = ["payment.partners.bni.cap=70000", "run.figures=none"]
    assert main(["run", *WORDS, *words, "worlds=2", "run.folder=first"]) == 0
    answered = capsys.readouterr().out
    assert "in 2 worlds" in answered
    assert "the same in every world: payment.partners.bni.cap = 70000, payment.partners.ovo.cap" in " ".join(
        answered.split()
    )
    members_made = asked(*WORDS, "worlds=2")[1].made
    monkeypatch.setattr("sim.composition.ensemble.FILE", Path("nowhere.csv"))
    assert main(["run", "config=first/config.yaml"]) == 0
    (again,) = (tmp_path / "results" / "runs").iterdir()
    assert re.match(r"history.*-in-2-worlds-\d{4}-", again.name)
    files = sorted(path.relative_to("first") for path in Path("first").rglob("*") if path.is_file())
    for file in files:
        if file.name != "manifest.json":
            same = (Path("first") / file).read_bytes() == (again / file).read_bytes()
            assert same or file.name == "config.yaml", file
    assert {"worlds", "intervals", "weeks_in_worlds", "published_in_worlds"} <= {file.stem for file in files}
    base = composition(["config=first/config.yaml", "worlds=base"])
    assert base.config == composition(["config=first/config.yaml"]).config
    figures = json.loads(Path("first/kpis.json").read_text())
    assert list(figures["funnel.awarded"]) == list(KEYS)
    assert list(figures["bottleneck"]) == ["value", "unit"]
    origin = json.loads(Path("first/manifest.json").read_text())["worlds"]
    assert (origin["worlds"], origin["twice"], origin["made"]) == (2, 2, members_made)
    told = "SELECT base, low, high FROM 'first/tables/intervals.parquet' WHERE figure = 'funnel.awarded'"
    assert duckdb.sql(told).fetchall() == [tuple(figures["funnel.awarded"][key] for key in ("value", "low", "high"))]


def test_a_folder_of_a_stranger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a worlds.csv that ends in a traceback, or that moves what is no number."""
    found, two = asked(*WORDS, "worlds=2")
    from sim.results.write import write_yaml

    block = two.block()
    cases: list[tuple[Any, str | None, str]] = [
        (block, None, "worlds.csv: cannot be read: No such file"),
        (block, two.text.replace("world,", "number,", 1), "must begin with the column world"),
        (block, two.text + "1,2\n", "line 5: must be world 3"),
        (block, two.text.replace("\n1,", "\n1,x", 1), "must be a number"),
        (block, two.text.splitlines()[0] + "\n", "must have the base and 1 to 999 worlds"),
        (block | {"laws": {"engine": "times 2"}}, two.text, "worlds.laws: engine: is no number of the config"),
        (block | {"laws": {"portal.rate": "os.system"}}, two.text, "which is no law"),
        (block | {"laws": {"portal.cap": "times 2"}}, two.text, "is no number of the config"),
        (block | {"worlds": "many"}, two.text, "worlds = "),
        ({"worlds": 3}, two.text, "must say worlds, made, members, laws, held, absent, unknown"),
        (block | {"discrepancy": [0.1, "x"]}, two.text, 'worlds.discrepancy = [0.1, "x"]: must be two numbers'),
        ([1], two.text, "worlds = [1]"),
    ]
    for number, (said_of_them, text, refused) in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_yaml(found.config | {"worlds": said_of_them}, folder / "config.yaml")
        if text is not None:
            (folder / "worlds.csv").write_text(text)
        assert main(["run", f"config={folder / 'config.yaml'}", f"run.folder={folder / 'run'}"]) == 2, refused
        told = capsys.readouterr().err
        assert refused in told
        assert "Traceback" not in told


@pytest.mark.parametrize("command", ["trace", "config", "assumptions", "calibrate"])
def test_worlds_are_of_runs(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a command that takes the word and does not heed it."""
    assert main([command, *(["person=1"] if command == "trace" else []), "worlds=3"]) == 2
    assert "worlds=3" in capsys.readouterr().err


def run_of(world: int, value: float | None, luck: int = 0, text: str = "places") -> Run:
    """Return a run of which two figures and a series are known."""
    figures = {"x": Figure(value, "people"), "bottleneck": Figure(text, "group")}
    return Run(world, luck, figures, {"queue_portal": np.arange(world + 1.0), "registered": np.arange(world + 1.0)})


def test_an_interval_of_known_runs() -> None:
    """Catch an interval of the wrong runs: the base and the second lucks are no worlds."""
    runs = [run_of(0, 100), *(run_of(k, float(k)) for k in range(1, 41)), run_of(1, 3.0, luck=1)]
    (row,) = intervals(runs).rows
    assert (row["base"], row["median"], row["reached"], row["worlds"], row["twice"]) == (100, 20.5, 40, 40, 1)
    assert row["low"] == pytest.approx(0.05 * (40 + 1 / 3) + 1 / 3)
    luck = 2.0  # (3 - 1)² / 2, with one degree of freedom
    assert 0 < row["luck_share"] < luck / 100
    assert len(worlds(runs).rows) == 2 * len(runs)


def test_a_figure_that_is_not_reached_is_told() -> None:
    """Catch worlds that are left out in silence, or counted as nothing."""
    runs = [run_of(0, None), run_of(1, 5), run_of(2, None), run_of(3, 7)]
    (row,) = intervals(runs).rows
    assert (row["base"], row["low"], row["high"], row["reached"], row["worlds"]) == (None, 5, 7, 2, 3)
    nobody = intervals([run_of(0, 1), run_of(1, None)]).rows[0]
    assert (nobody["low"], nobody["reached"], nobody["luck_share"]) == (None, 0, None)


def test_what_differs_in_words_is_counted() -> None:
    """Catch a bottleneck of the base, or of a second luck, among those of the worlds."""
    runs = [run_of(0, 1, text="z"), run_of(1, 1, text="b"), run_of(2, 1, text="a"), run_of(3, 1, text="b")]
    runs.append(run_of(1, 1, luck=1, text="z"))
    assert said("bottleneck", runs) == [("b", 2), ("a", 1)]


def test_a_world_that_ends_sooner_stays_as_it_ended() -> None:
    """Catch a run that ends sooner and is taken for one that never was: its people stay where they are."""
    from datetime import date

    found = weeks([run_of(1, 1), run_of(1, 1), run_of(3, 1)], date(2020, 4, 11))
    runs = [Run(0, 0, {}, run_of(1, 1).weeks), run_of(1, 1), run_of(3, 1)]
    found = weeks(runs, date(2020, 4, 11))
    rows = [row for row in found.rows if row["series"] == "registered"]
    assert [(row["week"].isoformat(), row["base"], row["low"], row["high"]) for row in rows] == [
        ("2020-04-11", 0, 0, 0),
        ("2020-04-18", 1, 1, 1),
        ("2020-04-25", 1, 1, 2),
        ("2020-05-02", 1, 1, 3),
    ]


def test_weeks_add_up_to_the_figures() -> None:
    """Catch a week that is counted twice or left out: the last is what the funnel and the answer say."""
    base = made(1).runs[0]
    tables = made(1).base.tables
    for row in tables["funnel"].rows:
        assert base.weeks[row["stage"]][-1] == row["people"]
    paid = sum(row["incentives_paid"] + row["surveys_paid"] for row in tables["daily"].rows)
    assert base.weeks["payments_paid"].sum() == paid > 0
    assert base.figures["peak.queue_registry"].value == base.figures["station.registry.peak_queue"].value


def test_the_answer_says_what_a_planner_needs() -> None:
    """Catch an answer without an interval, without what is luck, or wider than a screen."""
    question = load("history", [*WORDS, "worlds=3"])
    assert question.worlds is not None
    many = made(1)
    kept = question.worlds.unmoved
    beside = {row["figure"]: row for row in many.tables["published_in_worlds"].rows}
    about = (many.base.tables, many.base.figures, many.runs, many.intervals)
    told = Told(*about, "laws", 60, {"a": 1}, {"market": 41}, ["b"], 7.0, beside)
    text = answer(told, named_as(composition([*WORDS])))
    assert kept.held == {}
    assert max(map(len, text.splitlines())) <= WIDTH + 1
    flat = " ".join(text.split())
    for words in (
        "in 3 worlds",
        "7 runs in 7 s",
        "Funnel base least greatest luck",
        "Least and greatest: of 3 worlds, too few for an interval of 90 %; between them lies a further world in about "
        "50 of 100 cases",
        "from 3 worlds run with two lucks",
        "Set by the question, the same in every world: a = 1.",
        "Uncertain in the base, but not in this scenario: market (41 numbers).",
        "Uncertain here, but not in the ensemble, so the same in every world: b.",
        "The tables are of the simulated programme: how far the model itself is off is not known, and not in them.",
        "no published figure has narrowed them",
        "fitted figures and",
        "lie inside. How far the model itself is off is not known of these members",
    ):
        assert words in flat, words
    known = " ".join(answer(replace(told, discrepancy=(0.0124, 0.0426)), named_as(composition([*WORDS]))).split())
    head = "leave out the model's own error: a standard deviation of 1.2 % up to the award, 4.3 % after it. "
    assert 0 < known.index(head) < known.index("Funnel base")
    still = answer(replace(told, about={"email.passes_steps": 6}), named_as(composition([*WORDS])))
    assert "every world: a = 1. Its steps by date still vary: email.passes_steps (6 numbers)." in " ".join(
        still.split()
    )
    beyond = replace(
        told, outside={"payment.run_hour": (14.0, 8.44, 11.72), "portal.rate": (80_000.0, 86_509.5, 1.5e5)}
    )
    flat = " ".join(answer(beyond, named_as(composition([*WORDS]))).split())
    assert (
        "lie outside those of 90 % of the worlds: payment.run_hour = 14 (8.44 to 11.72), portal.rate = 80,000 (86,"
        in flat
    )
    assert re.search(r"Email verified +[\d.]+ m +[\d.]+ m +[\d.]+ m +(<1|\d+) %", text)


def test_every_want_for_which_awards_are_revoked_is_told() -> None:
    """Catch a cause of revocation that the screen leaves out, and a row of one that nobody was revoked for."""
    many = made(1)
    some = dict(many.intervals)
    for want in ("course", "platform"):
        row = some[f"market.revoked_for_{want}"]
        some[row["figure"]] = row | {"base": 40.0, "low": 20.0, "high": 60.0}
    told = Told(many.base.tables, many.base.figures, many.runs, some, "laws", 60, {}, {}, [], 7.0)
    text = answer(told, named_as(composition([*WORDS])))
    assert re.search(r"Revoked for a course to buy +40 +20 +60", text)
    assert re.search(r"Revoked for a platform +40 +20 +60", text)
    assert "Revoked at a checkout" not in text


def test_numbers_of_a_row_are_in_one_unit() -> None:
    """Catch 0.98 m beside 1,020,000, which nobody compares at a glance."""
    assert amounts(980_000.0, 1_020_000.0, None) == ["0.98 m", "1.02 m", "-"]
    assert amounts(4_000.0, 2_280_000.0) == ["4,000", "2,280,000"]
    assert amounts(0.0, 2e12) == ["0.00 tn", "2.00 tn"]
    assert [share(of) for of in (None, 0.0, 0.009, 0.01, 0.126, 1.0)] == ["-", "<1 %", "<1 %", "1 %", "13 %", "100 %"]


def test_processes_are_fewer_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch two runs at full population side by side on a machine that holds one."""
    found, _ = asked("worlds=2", "population.scale=1")
    tasks = [Task(found.parameters)] * 4
    monkeypatch.setattr("sim.experiments.tasks.cores", lambda: 3)
    for gigabytes, processes in ((1, 1), (3.5, 1), (6.5, 2), (100, 3)):
        monkeypatch.setattr("sim.experiments.tasks.available", lambda there=gigabytes: there * 1e9)
        assert processes_for(tasks) == processes
    assert processes_for(tasks[:2]) == 2


def test_the_library_gives_the_same(tmp_path: Path) -> None:
    """Catch a word that only the command heeds."""
    question = load("history", [*WORDS, "worlds=3"])
    assert question.worlds == asked(*WORDS, "worlds=3")[1]
    assert load("history", {"worlds": 3}).worlds == asked("worlds=3")[1]
    assert load("history").worlds is None
