"""What a message shows of a value: all that is in it, on its line, and nothing that acts on the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.command.main import main
from sim.parameters.problems import BLANK, BadInput, Problem, cut, printable, shown, suggestion
from tests.edge.cases import ASKED, ROOT, TINY, refused, shell

HIDING = {
    "newline": ("\n", r"\n"),
    "return": ("\r", r"\r"),
    "tabulator": ("\t", r"\t"),
    "bell": ("\a", r"\x07"),
    "backspace": ("\b", r"\x08"),
    "escape": ("\x1b[31m", r"\x1b[31m"),
    "delete": ("\x7f", r"\x7f"),
    "one-byte escape": ("\x9b31m", r"\x9b31m"),
    "next line": ("\x85", r"\x85"),
    "line separator": ("\u2028", r"\u2028"),
    "paragraph separator": ("\u2029", r"\u2029"),
    "right-to-left override": ("\u202e", r"\u202e"),
    "left-to-right override": ("\u202d", r"\u202d"),
    "right-to-left isolate": ("\u2067", r"\u2067"),
    "right-to-left mark": ("\u200f", r"\u200f"),
    "Arabic letter mark": ("\u061c", r"\u061c"),
    "zero width space": ("\u200b", r"\u200b"),
    "zero width joiner": ("\u200d", r"\u200d"),
    "word joiner": ("\u2060", r"\u2060"),
    "byte order mark": ("\ufeff", r"\ufeff"),
    "soft hyphen": ("\xad", r"\xad"),
    "no-break space": ("\xa0", r"\xa0"),
    "combining grapheme joiner": ("\u034f", r"\u034f"),
    "variation selector": ("\ufe0f", r"\ufe0f"),
    "Hangul filler": ("\u3164", r"\u3164"),
    "tag": ("\U000e0041", r"\U000e0041"),
    "half a character": ("\udcff", r"\udcff"),
    "private use": ("\ue000", r"\ue000"),
    "unassigned": ("\U0003ffff", r"\U0003ffff"),
}


@pytest.mark.parametrize("case", HIDING)
def test_what_hides_is_escaped_wherever_it_stands(case: str) -> None:
    """Catch a value, a key or advice that breaks the line, turns it around or speaks to the terminal."""
    sign, escaped = HIDING[case]
    assert printable(f"a{sign}b") == f"a{escaped}b"
    assert shown(f"a{sign}b") == f'"a{escaped}b"'
    assert shown({f"k{sign}": [f"v{sign}"]}) == f'{{k{escaped}: ["v{escaped}"]}}'
    text = BadInput([Problem(f"a.{sign}", f"{sign}", f"must {sign}", f"Do {sign}.")]).text
    head, line = text.split("\n")
    assert head == "One thing to mend:"
    assert line == f'  a.{escaped} = "{escaped}": must {escaped}. Do {escaped}.'
    assert line.isprintable()
    assert not BLANK.search(line)


def test_what_does_not_hide_stands_as_it_is() -> None:
    """Catch escapes of what people write."""
    for text in ("Gelombang 4: 800.000 peserta?", "Apakah “kuota” naik – ya!", "日本語 العربية हिन्दी", "C:\\new", "😀"):
        assert printable(text) == text


def test_what_is_long_is_cut() -> None:
    """Catch a screen full of one value, and a value whose writing out takes a minute."""
    assert shown("x" * 1_000_000) == '"' + "x" * 76 + "..."
    assert len(shown([["x" * 1000] * 100_000] * 10)) == 80
    assert len(shown({f"k{k}" * 1000: list(range(100)) for k in range(1000)})) == 80
    assert shown(10**29) == "1" + "0" * 29
    assert shown(-(10**400) + 1) == "a number of some 400 digits"
    assert shown(10**100_000) == "a number of some 100,000 digits"
    assert cut("\n" * 100, 20) == r"\n\n\n\n\n\n\n\n\..."
    assert len(Problem("x" * 10_000, "y" * 10_000, "z" * 10_000, "w" * 10_000).text) == 2_000
    assert len(suggestion("portal", (f"portal{k}" for k in range(10_000)))) < 1_000
    many = BadInput([Problem(f"key{k}", k, "must not be", "") for k in range(10_000)]).text.split("\n")
    assert many[0] == "10000 things to mend:"
    assert many[-1] == "  and 9,950 more"
    assert len(many) == 52


def test_a_hostile_file_is_told_on_clean_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a name of a file, or a value in it, that reaches the terminal as it stands."""
    monkeypatch.chdir(tmp_path)  # a long path would be cut before the name
    file = Path("\u202emine\x1b[31m\n.yaml")
    file.write_text(f'{ASKED}"port\\u202eal": {{"a": "b"}}\nportal: {{rate: "\\u202e5\\n6", per: "\\u200bweek"}}\n')
    said = refused(["run", f"scenario='{file}'"], capsys)
    assert r"\u202emine\x1b" in said
    said = refused(
        ["run", f"scenario={tmp_path}/none.yaml", "run.folder='a\u202eb'", "portal.per='\u200bweek'"], capsys
    )
    assert r'portal.per = "\u200bweek"' in said
    clean = tmp_path / "mine.yaml"
    clean.write_text(file.read_text())
    said = refused(["run", f"scenario={clean}"], capsys)
    assert r'portal.rate = "\u202e5\n6"' in said
    assert r"port\u202eal = " in said
    assert all(line.isprintable() for line in said.splitlines())


def test_the_answer_holds_nothing_that_hides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a question, or a partner's name, that turns the answer's lines around."""
    file = tmp_path / "mine.yaml"
    file.write_text('scenario: {name: mine, question: "What \\u202e if\\u200b?"}\n')
    assert main(["run", f"scenario={file}", *TINY, "run.figures=none", f"run.folder={tmp_path / 'mine'}"]) == 0
    shown = capsys.readouterr().out
    assert r"What \u202e if\u200b?" in shown
    assert all(line.isprintable() for line in shown.splitlines())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_screen_without_our_signs_shows_escapes(encoding: str, tmp_path: Path) -> None:
    """Catch an answer that ends in a traceback on an old terminal."""
    done = shell("assumptions", cwd=tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    done = shell("run", "scenario=→", cwd=tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


CLOSED = {
    "--help": ("<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", "| true"),
    "scenarios": ("<&-", ">&-", ">/dev/full", "| true"),  # answers on standard output
    "run portal.rate=-1": ("2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"),  # is refused on standard error
    " ".join(["run", *TINY]): ("<&- >&- 2>&-", ">/dev/full"),  # takes seconds
}
"""The streams that are closed or full, by the words of a command."""


@pytest.mark.parametrize(("words", "closed"), [(words, each) for words, some in CLOSED.items() for each in some])
def test_streams_that_are_closed_or_full_leave_no_traceback(words: str, closed: str, tmp_path: Path) -> None:
    """Catch a command that needs a terminal."""
    line = f'"$0" -m sim "$@" {closed}'
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line, sys.executable, *words.split()],
        cwd=tmp_path, env=settings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == (2 if "portal.rate=-1" in words or (closed == ">/dev/full") else 0)
    assert not [path for path in tmp_path.rglob("*") if "unfinished" in path.name]
