"""The command: help at once, exit codes, no traceback, nothing left behind, from a checkout and a wheel."""

import csv
import errno
import io
import os
import re
import shlex
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pytest

import sim
from sim.command import edge
from sim.command.help import HELP
from sim.command.main import COMMANDS, main
from sim.command.progress import progress
from sim.composition import folders
from sim.composition.base import base_files
from sim.composition.compose import load
from sim.composition.scenario import names
from sim.composition.study_file import names as studies

ROOT = Path(__file__).resolve().parent.parent


def shell(*words: str, home: Path = ROOT, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_imports_nothing_heavy() -> None:
    """Catch an import that makes the help slow, by name: a time would depend on the machine."""
    code = "import sys; from sim.command.main import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    heavy = {
        "hydra",
        "omegaconf",
        "pydantic",
        "numpy",
        "numba",
        "scipy",
        "matplotlib",
        "duckdb",
        "simpy",
        "ruamel",
    }
    assert loaded & heavy == set()


def test_bad_input_and_a_finished_run_are_read_without_compiling_or_plotting() -> None:
    """Catch an import by which validation, or reading the tables of a finished run, waits for Numba or matplotlib."""
    reads = "import sim.report.answer, sim.report.figures.saved, sim.results.write"
    code = f"import sys; from sim.composition.compose import load; load([]); {reads}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert {"hydra", "duckdb"} <= loaded
    assert loaded & {"numba", "matplotlib", "simpy"} == set()


def test_help_teaches_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a command without an example."""
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if f"prakerja {name}" not in shown] == []
    for name in COMMANDS:
        assert main([name, "--help"]) == 0
        assert f"prakerja {name}" in capsys.readouterr().out


def test_the_examples_of_the_help_are_good_input() -> None:
    """Catch an example that no longer works: every key=value of the help composes and validates."""
    lines = [re.split(r"\s{3,}", line.strip())[0] for line in HELP.splitlines() if re.match("  [a-z]", line)]
    lines = [line.removeprefix("prakerja run") for line in lines]
    asked = [shlex.split(line) for line in lines if "prakerja" not in line and "mine" not in line]
    assert len(asked) >= 8
    for words in asked:
        load(words)


def test_no_word_shows_the_help_and_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a script that forgets its command and is told that all is well."""
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", HELP)


def test_an_unknown_command_is_told_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a mistyped command that ends in a traceback."""
    assert main(["rnu"]) == 2
    assert "Did you mean run?" in capsys.readouterr().err


def test_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a list without a question, or with a heading that a script must skip."""
    assert main(["scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("history  ")
    assert (
        " ".join(lines).count("?") == len([line for line in lines if line[0] != " "]) == len(names()) + len(studies())
    )
    assert main(["scenarios", "x"]) == 2


def test_assumptions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch an assumption that is not shown, or a published number that is shown as one."""
    assert main(["assumptions"]) == 0
    shown = capsys.readouterr().out
    servers = "\nprocessing.screening.servers = 240 servers (2026-11)\n    uncertain: whole numbers from 200 to 400\n"
    assert re.search(
        rf"{re.escape(servers)}    in the worlds: from \d+ to \d+\n    carries what the third layer", shown
    )
    assert "processing.test.minutes " not in shown
    assert main(["assumptions", "rate_800k"]) == 0
    of_one = capsys.readouterr().out
    assert "waves.rule.first_day = 7" in of_one
    assert "budget/two_years" not in of_one
    assert main(["assumptions", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["key"] for row in rows} > {"processing.screening.servers", "waves.rule.first_day"}
    assert all(row["unit"] and row["rests_on"] and row["file"] for row in rows)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a command that cannot say which version a planner has."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"prakerja {sim.__version__}\n"


def test_bad_input_in_a_process_of_its_own(tmp_path: Path) -> None:
    """Catch an exit code that main returns but the process does not, or a warning beside the message."""
    done = shell("run", "processing.rate=-5", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == "One thing to mend:"
    assert len(done.stderr.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


def test_calibrate_rewrites_the_base_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a fit of one scenario that is written into the files of another."""
    assert main(["calibrate", "waves=weekly", "scenario=rate_800k"]) == 2
    assert capsys.readouterr().err.count("cannot be said here") == 2
    assert all((folders.configs() / file).is_file() for file in base_files().values())
    assert base_files()["waves"] == "waves/calendar.yaml"


def test_a_small_run_and_a_journey(tmp_path: Path) -> None:
    """Catch a command that composes and validates but does not run, and rows of people without a codebook."""
    small = ("population.scale=1e-6", "clock.end=2020-06-01T00:00", "run.figures=none")
    done = shell("run", *small, "run.folder=mine", "run.people=all", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert (tmp_path / "mine" / "manifest.json").is_file()
    rows = (tmp_path / "mine" / "codebook.csv").read_text(encoding="utf-8").splitlines()
    written = duckdb.sql(f"SELECT * FROM '{tmp_path / 'mine' / 'people.parquet'}'").columns
    assert [row.split(",")[0] for row in rows] == ["column", *written]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    again = shell("run", *small, "run.folder=mine", cwd=tmp_path)
    assert again.returncode == 2
    assert "is not empty" in again.stderr
    told = shell("trace", "person=3", *small, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "opens an account on the portal" in told.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "must be one person's number"),
        (["person=1", "person=2"], "must be one person's number"),
        (["person=x"], "must be a whole number from 0"),
        (["person=-1"], "must be a whole number from 0 to 79,999,999"),
        (["person=80000000"], "must be a whole number from 0 to 79,999,999"),
        (["person=0", "population.applicants=0"], "nobody is simulated"),
        (["portal.rate=-1"], "2 things to mend"),
    ],
)
def test_trace_wants_a_person_of_the_run(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a person who is not in the run."""
    assert main(["trace", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        ("KeyboardInterrupt()", 130, "Interrupted"),
        ("OSError(errno.ENOSPC, 'No space left on device', 'x.parquet')", 2, "disk is full (x.parquet)"),
        ("OSError(errno.EDQUOT, 'Disk quota exceeded')", 2, "disk is full"),
        ("OSError(errno.EACCES, 'Permission denied', 'x')", 2, "Permission denied (x)"),
        ("OSError(errno.EFBIG, 'File too large', 'x')", 2, "A file may not be larger here (x)"),
        ("OSError(errno.EROFS, 'Read-only file system', 'x')", 2, "The disk can only be read (x)"),
        ("OSError(errno.ENOENT, 'No such file or directory', 'x')", 2, "A folder was taken away while the run"),
        ("OSError(errno.EMFILE, 'Too many open files', 'x')", 2, "Too many files are open (x)"),
        ("OSError(errno.ENOMEM, 'Cannot allocate memory')", 2, "The machine ran out of memory"),
        ('RuntimeError("can\'t start new thread")', 2, "The machine ran out of memory"),
        ("ImportError('x.so: failed to map segment from shared object')", 2, "The machine ran out of memory"),
        ("BrokenPromise('12 people lost')", 1, "12 people lost"),
    ],
)
def test_what_goes_wrong_has_its_exit_code(error: str, code: int, said: str) -> None:
    """Catch a traceback for what a planner can mend, and an exit code that says something else."""
    program = (
        "import errno, sys\nfrom sim.command.edge import guarded\n"
        "from sim.programme.ledger import BrokenPromise\n"
        f"def fail(): raise {error}\nsys.exit(guarded(fail))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_that_is_terminated_leaves_nothing(threads: int, tmp_path: Path) -> None:
    """Catch a half-written folder, or a thread that goes on, where `timeout` or a scheduler ends a run."""
    words = ["run", f"run.folder={tmp_path / 'run'}", "population.scale=0.2", f"run.threads={threads}"]
    code = f"import sys; from sim.command.main import main; sys.exit(main({words}))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        while not (tmp_path / ".run.unfinished").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(4)  # until it simulates
        process.terminate()
        said = process.communicate()[1]
    assert process.returncode == 143
    assert said.splitlines()[-1] == "Terminated. Nothing is half-written."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_an_end_while_a_file_is_written_is_told_as_one(number: str, code: int, tmp_path: Path) -> None:
    """Catch DuckDB's own error for it, and a second signal that stops the cleaning up."""
    program = f"""
import os, signal, sys, threading, time
from sim.command.edge import guarded
from pathlib import Path
from sim.results.folder import whole_folder
from sim.results.write import connection
def signals():
    for wait in (0.5, 0.02):
        time.sleep(wait)
        os.kill(os.getpid(), signal.{number})
def writes():
    with whole_folder(Path({str(tmp_path / "run")!r})) as aside:
        for each in range(2000):
            (aside / str(each)).touch()
        threading.Thread(target=signals).start()
        connection().execute(f"COPY (SELECT random() FROM range(1000000000)) TO '{{aside}}/x.parquet' (FORMAT parquet)")
    return 0
sys.exit(guarded(writes))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.endswith("Nothing is half-written.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_is_not_hidden() -> None:
    """Catch an edge that swallows a programming error."""

    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        edge.guarded(fail)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_said_in_words() -> None:
    """Catch a traceback when the answer itself cannot be written."""
    words = [sys.executable, "-m", "sim", "scenarios"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("The disk is full")
    assert len(done.stderr.splitlines()) == 1


def test_a_machine_out_of_memory_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a traceback where the memory that was free at the start is gone."""

    def takes_too_much() -> int:
        np.empty(1 << 60, np.uint8)
        return 0

    assert edge.guarded(takes_too_much) == 2
    assert capsys.readouterr().err.startswith("The machine ran out of memory. ")


def test_progress_is_readable_in_a_log() -> None:
    """Catch control characters in a log, and a line for every call."""
    log = io.StringIO()
    tell = progress(log)
    for people in range(1000):
        tell(f"11 April 2020, {people:,} people")
    assert log.getvalue() == ""  # a run that is over at once needs no progress


def test_the_command_works_from_a_wheel(tmp_path: Path) -> None:
    """Catch configs and scenarios that do not travel, and a command that finds those of a checkout only."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(installed)
        names = packed.namelist()
    assert not [name for name in names if name.startswith(("tests/", "configs/", "scenarios/"))]
    assert {"sim/py.typed", "sim/_shipped/configs/results/files.yaml"} <= set(names)
    away = tmp_path / "away"
    away.mkdir()
    listed = shell("scenarios", home=installed, cwd=away)
    assert (listed.returncode, listed.stdout) == (0, shell("scenarios").stdout)
    refused = shell("run", "scenario=rate_800k", "processing.rate=-1", home=installed, cwd=away)
    assert refused.returncode == 2
    assert "processing.rate = -1" in refused.stderr
    assert list(away.iterdir()) == []


def test_a_full_disk_names_the_kept_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a message that leaves the planner to look for what takes the room."""
    monkeypatch.chdir(tmp_path)
    full = OSError(errno.ENOSPC, "No space left on device")
    assert "results/.runs" not in edge.cannot_write(full)
    Path("results/.runs").mkdir(parents=True)
    Path("results/.runs/one.run").write_bytes(bytes(300_000))
    assert "The runs kept in results/.runs (0.3 MB) may be moved or removed" in edge.cannot_write(full)
