"""The file of a baseline: reads as it was written, and says what is wrong with any other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.parameters import BadInput
from sim.results.baselines.baseline import changes, flat
from sim.results.baselines.file import names, path_of, read, write_whole, written
from sim.results.meaning import Better
from tests.baselines.made import baseline, expected, runs

ROOT = Path(__file__).resolve().parents[2]

MADE = baseline(
    awarded=expected(runs(np.random.default_rng(1), 6)),
    never=expected([None] * 6, "days", Better.LESS),
    bottleneck=expected(["places"] * 5 + ["portal"], "group", Better.NEITHER),
    closed=expected([0] * 6),
)
TEXT = written(MADE)


def refused(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(BadInput) as told:
        read(path)
    assert len(told.value.problems) == 1
    return told.value.text


def test_it_reads_as_it_was_written_and_is_sorted(tmp_path: Path) -> None:
    """Catches a value that changes on the way, and keys in an order that makes a diff unreadable."""
    path = path_of("made_up", tmp_path)
    write_whole(path, TEXT)
    assert read(path) == MADE
    assert written(read(path)) == TEXT
    assert names(tmp_path) == ["made_up"]
    assert list(tmp_path.iterdir()) == [path]
    content = json.loads(TEXT)
    for block in (content, content["figures"], content["parameters"]):
        assert list(block) == sorted(block)
    of_a_figure = [line for line in TEXT.splitlines() if '"awarded"' in line]
    assert len(of_a_figure) == 1


def test_every_cut_is_told(tmp_path: Path) -> None:
    """Catches a file that was cut off and is taken for whole, or ends in a traceback."""
    for end in (*range(0, len(TEXT) - 2, 97), len(TEXT) - 2):
        assert "made_up.json" in refused(tmp_path / "made_up.json", TEXT[:end])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"closed": {"always": 0,', '"closed": {"always": 1,', "changed by hand"),
        ('"better": "more"', '"better": "less"', "--seal"),
        ('"schema": 2', '"schema": 3', "of a later version"),
        ('"schema": 2', '"schema": "x"', "no form that is known"),
        ('"schema": 2', '"schema": 2, "schema": 2', "a key stands twice"),
        ('"always": 0', '"always": NaN', "NaN is no number"),
        ('"always": 0', '"always": 1e999', "1e999 is too large a number"),
        ('"always": 0', '"always": 0,,', "is damaged"),
    ],
)
def test_one_message_says_what_is_wrong(old: str, new: str, said: str, tmp_path: Path) -> None:
    """Catches a file changed by hand, of a later form or damaged that is read all the same."""
    assert old in TEXT
    assert said in refused(tmp_path / "made_up.json", TEXT.replace(old, new, 1))


@pytest.mark.parametrize("text", [b"", b"[]", b"5", b"\xff\xfe\x00", b"[" * 100_000, b'{"schema": 2}'])
def test_what_is_no_baseline_is_told(text: bytes, tmp_path: Path) -> None:
    """Catches a traceback where the file is anything else."""
    assert "made_up.json" in refused(tmp_path / "made_up.json", text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"first": 3', '"first": 7'),
        ('"replications": [0, 1, 2, 3, 4, 5]', '"replications": [0, 1]'),
        ('"why": "counting"', '"why": "mood"'),
        ('"engine": "cohort"', '"engine": "person"'),
        ('"always": 0', '"always": [0]'),
        (TEXT[TEXT.index('"figures": {') + 12 : TEXT.index('  },\n  "first"')], "\n"),
    ],
)
def test_a_change_by_hand_that_makes_no_sense_cannot_be_accepted(old: str, new: str, tmp_path: Path) -> None:
    """Catches a seal on what is no baseline."""
    path = tmp_path / "made_up.json"
    assert old in TEXT
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(BadInput, match="not as a baseline is written"):
        read(path, sealed=False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"closed": {"always": 0,', '"closed": {"always": 1,'),
        ('"processing.rate": 800000', '"processing.rat": 800000'),
        ('"better": "more"', '"better": "less"'),
        (TEXT[TEXT.index('    "closed"') : TEXT.index("\n", TEXT.index('    "closed"')) + 1], ""),
    ],
)
def test_only_margins_may_be_changed_by_hand(old: str, new: str, tmp_path: Path) -> None:
    """Catches a seal on values, parameters or directions that nobody recorded, and on a figure that was taken out."""
    path = tmp_path / "made_up.json"
    assert old in TEXT
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(BadInput, match="in more than its margins"):
        read(path, sealed=False)
    path.write_text(TEXT.replace('"why": "counting"', '"why": "hand"'))
    assert read(path, sealed=False).name == "made_up"


def test_a_file_under_another_name_is_told(tmp_path: Path) -> None:
    """Catches the figures of one scenario held against those of another."""
    assert "is the baseline of made_up. Call it made_up.json" in refused(tmp_path / "rate_800k.json", TEXT)


def test_missing_is_told_with_what_there_is(tmp_path: Path) -> None:
    """Catches a message that leaves the planner to guess."""
    write_whole(path_of("made_up", tmp_path), TEXT)
    with pytest.raises(BadInput, match=r"is not there. There are made_up. Record it: prakerja baseline other"):
        read(path_of("other", tmp_path))


def test_killed_at_any_moment_the_old_file_stands(tmp_path: Path) -> None:
    """Catches a file that is written in place: half of it would be left."""
    path = path_of("made_up", tmp_path)
    write_whole(path, TEXT)
    code = (
        "import sys; from pathlib import Path; from sim.results.baselines.file import write_whole\n"
        "print('ready', flush=True)\n"
        "while True: write_whole(Path(sys.argv[1]), 'x' * 5_000_000)"
    )
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "other.json")], stdout=subprocess.PIPE, env=own()
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert not (tmp_path / "other.json").exists() or (tmp_path / "other.json").stat().st_size == 5_000_000
    assert read(path) == MADE
    assert set(names(tmp_path)) <= {"made_up", "other"}


def own() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_parameters_are_flat_and_their_changes_named() -> None:
    """Catches a change that is not told, and one told that moves nothing: a seed, the scenario's name."""
    config = {"run": {"seed": 1, "folder": "x"}, "processing": {"rate": 800_000, "steps": [1]}, "engine": "cohort"}
    before = flat(config)
    assert before == {"engine": "cohort", "processing.rate": 800_000, "processing.steps": [1], "run.seed": 1}
    after = {**before, "processing.rate": 600_000, "engine": "person", "run.seed": 2, "new": None}
    assert [tuple(change) for change in changes(before, after)] == [
        ("new", "(none)", None),
        ("processing.rate", 800_000, 600_000),
    ]
