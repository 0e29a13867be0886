"""What stands on the screen fits it: 80 columns, in every command; and the answer stands before any file is written."""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path

import pytest

from sim.command.help import COMMAND_HELP, HELP
from sim.command.main import COMMANDS, main
from sim.command.screen import WIDTH, fitted, on_stderr
from sim.composition.compose import composition
from sim.composition.origins import COMMAND_LINE, origins
from sim.parameters import BadInput, Problem

TINY = ["population.scale=2e-6", "clock.end=2020-09-01"]

LINES = {
    "run": ["run", "rate_800k", *TINY, "processing.rate=1600000", "run.figures=none"],
    "run of history": ["run", *TINY, "run.figures=none"],
    # The plan alone: the answer is as wide as its scenarios, up to 120 columns.
    "compare": ["compare", "rate_200k", "rate_800k", *TINY, "worlds=base", "replications=1", "plan=true"],
    "trace": ["trace", "person=8", *TINY],
    "scenarios": ["scenarios"],
    "config": ["config", "rate_step", "population.scale=0.1"],
    "assumptions": ["assumptions"],
    "assumptions of one": ["assumptions", "rate_step"],
    "version": ["--version"],
}

MANY_RUNS = {"baseline", "calibrate", "check", "drivers", "validate"}
"""Commands that make many runs: their own tests look at what they say."""


@pytest.mark.parametrize("case", LINES)
def test_at_80_columns_nothing_wraps(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a line that a terminal of 80 columns would break where it likes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.command.screen.sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(LINES[case]) == 0
    out, said = capsys.readouterr()
    assert out
    assert [line for line in (*out.splitlines(), *re.split(r"[\r\n]", said)) if len(line) > WIDTH] == []


def test_every_command_is_tried_and_helps_within_80_columns() -> None:
    """Catches a command that is not among the above, and help that is broken by the terminal."""
    assert {words[0] for words in LINES.values()} == {*COMMANDS, "--version"} - MANY_RUNS
    texts = (HELP, *COMMAND_HELP.values())
    assert [line for text in texts for line in text.splitlines() if len(line) > WIDTH] == []


def test_words_are_wrapped_and_long_ones_broken() -> None:
    """Catches text that is lost where it is wrapped, and an indentation that is."""
    assert fitted("a b", 80) == ["a b"]
    assert fitted("  " + "word " * 5, 12) == ["  word word", "    word", "    word", "    word"]
    assert all(len(line) <= 20 for line in fitted("x" * 90, 20))
    assert "".join(fitted("x" * 90, 20)).replace(" ", "") == "x" * 90


def test_messages_fit_a_terminal_and_stay_whole_in_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a message that a terminal breaks, and one that `grep` finds only half of."""
    text = BadInput([Problem("portal.rate", -5, "must be " + "very " * 30 + "large", "Do " + "much " * 9)]).text
    assert on_stderr(text) == text.split("\n")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, on_stderr(text))) <= 80
    assert " ".join(" ".join(on_stderr(text)).split()) == " ".join(text.split())


# What is composed


def test_each_value_says_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a value that is said to be the base's and is not, or that is left out."""
    found = composition(["rate_step", "portal.rate=5", "waves.rule.places=7"])
    each = {origin.key: origin for origin in origins(found)}
    assert each["portal.rate"].source == each["waves.rule.places"].source == COMMAND_LINE
    assert each["processing.rate"].source == each["processing.steps[0].rate"].source == "scenarios/rate_step.yaml"
    assert each["clock.end"].source == "scenarios/rate_step.yaml"
    assert each["waves.rule.every_days"].source == "configs/waves/weekly.yaml"
    assert each["engine"].source == "configs/base.yaml"
    for origin in each.values():
        assert origin.leaf is None or origin.leaf.value == origin.value, origin
        # The open market is written as a file without a key.
        if origin.key != "market":
            assert (origin.leaf is None) == (origin.source == COMMAND_LINE), origin
    assert main(["config", "csv", "rate_step", "portal.rate=5"]) == 0
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert rows["portal.rate"] | {"value": "5", "from": COMMAND_LINE} == rows["portal.rate"]
    assert rows["processing.rate"]["unit"] == "registrants a week"
    assert len(rows) == len(origins(composition(["rate_step"])))
    assert main(["config", "rate_step", "portal.rate=5"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"\nportal\.rate +5  command line\n", shown)
    assert re.search(r"\nprocessing\.rate +200000  scenario rate_step; ", shown)
    assert re.search(r"\nprocessing\.email\.passes +0\.\d+  share at the f", shown)


# The answer first


def test_the_answer_stands_before_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a planner who waits for tables and figures before the answer is shown."""
    from sim.results import write

    steps: list[str] = []

    class Screen(io.StringIO):
        def write(self, text: str) -> int:
            if "Money" in text or "Tables, figures" in text:
                steps.append("answer" if "Money" in text else "where")
            return super().write(text)

    real = write.write_tables
    monkeypatch.setattr(write, "write_tables", lambda *given: (steps.append("tables"), real(*given)))
    monkeypatch.setattr(sys, "stdout", Screen())
    assert main(["run", *TINY, "run.figures=none", f"run.folder={tmp_path / 'run'}"]) == 0
    assert steps == ["answer", "tables", "where"]
    assert not (tmp_path / "run" / "figures").exists()


def test_until_the_answer_nothing_that_writes_or_draws_is_loaded() -> None:
    """Catches an import on the way to the answer: a time would depend on the machine."""
    import subprocess

    code = (
        f"import sys; from sim import load, run; run(load(changes={TINY})).answer; "
        "print(*(name for name in ('duckdb', 'matplotlib', 'ruamel', 'scipy.linalg', 'pandas') if name in sys.modules))"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_csv_of_indonesia_has_semicolons_and_decimal_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches CSV that Excel reads as one column, or 0.5 as a date; Parquet must stay as it is."""
    monkeypatch.chdir(tmp_path)
    small = [*TINY, "run.figures=none", "run.people=participants"]
    assert main(["run", *small, "run.folder=plain"]) == 0
    assert main(["run", *small, "results.csv=id", "run.folder=id"]) == 0
    plain, other = Path("plain"), Path("id")
    files = sorted(path.relative_to(plain) for path in plain.rglob("*.csv"))
    assert len(files) > 10
    for file in files:
        with (plain / file).open(newline="") as one, (other / file).open(newline="") as two:
            rows, theirs = list(csv.reader(one)), list(csv.reader(two, delimiter=";"))
        assert len(rows) == len(theirs)
        for row, their in zip(rows, theirs, strict=True):
            assert their == [re.sub(r"^(-?\d+)\.(\d+(e-?\d+)?)$", r"\1,\2", cell) for cell in row], file
    for file in sorted((plain / "tables").glob("*.parquet")):
        assert file.read_bytes() == (other / "tables" / file.name).read_bytes()
    assert main(["run", "results.csv=indonesian"]) == 2
    assert "must be one of plain, id" in capsys.readouterr().err
