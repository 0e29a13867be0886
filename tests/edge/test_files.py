"""A file that asks for too much, or for what it must not, is refused before anything is made of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.composition import base, folders, limits, yaml_file
from tests.edge.cases import ASKED, refused


def grown(first: str, each: Callable[[str, str], str]) -> str:
    """Return lines of keys a0 to a11: the first as it stands, of each other what it is of ten times the one before."""
    lines = [f"a0: {first}", *(f"a{k}: {each(f'a{k}', f'a{k - 1}')}" for k in range(1, 12))]
    return "\n".join([*lines, ""])


TEN = ", ".join("x" * 10)
LAUGHS = grown(f"&a0 [{TEN}]", lambda name, before: f"&{name} [{', '.join([f'*{before}'] * 10)}]")
MERGES = grown("&a0 {x: 1}", lambda name, before: f"&{name} {{<<: [{', '.join([f'*{before}'] * 10)}]}}")
REFERENCES = grown(f"[{TEN}]", lambda name, before: str([f"${{{before}}}"] * 10))
TEXTS = grown("xxxxxxxxxx", lambda name, before: '"' + f"${{{before}}}" * 10 + '"')

FILES: dict[str, tuple[bytes | str, str]] = {
    "billion laughs": (LAUGHS, "holds more than 10,000 keys and values"),
    "billion laughs, merged": (MERGES, "holds more than 10,000 keys and values"),
    "billion laughs, by reference": (REFERENCES, "references must stand for no more than 20,000 keys and values"),
    "billion laughs, in a text": (TEXTS, "must have at most 10,000 characters"),
    "an anchor that contains itself": ("portal: &p {rate: *p}\n", "p contains itself"),
    "an anchor that merges itself": ("portal: &p {<<: *p}\n", "p contains itself"),
    "an alias of nothing": ("portal: *p\n", "found undefined alias 'p'"),
    "3,000 brackets": (f"portal: {'[' * 3000}{']' * 3000}\n", "is nested more than 20 deep"),
    "3,000 braces": (f"portal: {'{a: ' * 3000}\n", "is nested more than 20 deep"),
    "3,000 dashes": (f"portal:\n  {'- ' * 3000}x\n", "is nested more than 20 deep"),
    "3,000 blocks": ("\n".join(f"{' ' * k}a:" for k in range(300)) + "\n", "is nested more than 20 deep"),
    "400 digits": (f"portal: {{rate: {'9' * 400}}}\n", "a number has 400 digits"),
    "5,000 digits": (f"portal: {{rate: {'9' * 5000}}}\n", "a number has 5,000 digits"),
    "400 digits of a hexadecimal": (f"portal: {{rate: 0x{'f' * 400}}}\n", "a number has 402 digits"),
    "a number of minutes of minutes": (f"portal: {{rate: 1{':59' * 400}}}\n", "a number has 1,201 digits"),
    "a tag that names code": ("portal: !!python/object/apply:os.system [ls]\n", "is not allowed, it could name code"),
    "a tag of a path": ("portal: !!python/object/apply:pathlib.Path [/]\n", "is not allowed, it could name code"),
    "a tag of one's own": ("portal: !mine 1\n", "a tag (!mine) is not allowed"),
    "a key twice": ("portal: {rate: 1, rate: 2}\n", "line 2: duplicate key rate"),
    "a number as a key, twice": ("1: 1\n1: 2\n", "line 3: duplicate key 1"),
    "a number as a key": ("portal: {1: 2}\n", "portal.1 = 2: must be a plain key"),
    "a truth as a key": ("portal: {on: 2}\n", "portal.True = 2: must be a plain key"),
    "a list as a key": ("? [a, b]\n: 1\n", "a key must be written out"),
    "an alias as a key": ("portal: &p rate\n*p : 1\n", "a key must be written out"),
    "a long key": (f"{'k' * 500}: 1\n", "a key has more than 100 characters"),
    "a key of half a file": (f"{'k' * 100_000}: 1\n", "cannot be read: line 2"),
    "a long text": (f"portal: {'x ' * 20_000}\n", "a text has more than 10,000 characters"),
    "a huge file": (f"# {'x' * 300_000}\n", "is larger than 262,144 bytes"),
    "a huge list": (f"portal: {{outages: [{'1, ' * 30_000}]}}\n", "holds more than 10,000 keys and values"),
    "huge blocks": ("".join(f"k{k}: 1\n" for k in range(6_000)), "holds more than 10,000 keys and values"),
    "many unknown keys": ("".join(f"rates{k}: 1\n" for k in range(4_900)), "and 4,850 more"),
    "many unknown partners": (
        f"payment: {{partners: {{{', '.join(f'bank{k}: {{cap: 1}}' for k in range(2_000))}}}}}\n",
        "things to mend",
    ),
    "not UTF-8": (b"portal: {rate: \xff}\n", "is not written in UTF-8 (byte 71)"),
    "UTF-16": ("portal: {rate: 1}\n".encode("utf-16"), "is not written in UTF-8"),
    "a NUL": (b"portal: {rate: \0}\n", r"holds \x00, which YAML does not allow"),
    "an escape sequence": (b"portal: {rate: \x1b[31m}\n", r"holds \x1b, which YAML does not allow"),
    "a NUL, escaped": ('portal: {rate: "\\0"}\n', 'portal.rate = "\\x00": must not hold control characters'),
    "half a character": ('portal: {rate: "\\ud800"}\n', 'portal.rate = "\\ud800": must not hold control characters'),
    "a control character in a key": ('portal: {"ra\\te\\a": 1}\n', r"portal.ra\te\x07 = 1: must be a plain key"),
    "two documents": ("---\nportal: {rate: 1}\n", "but found another document"),
    "no end": ('portal: "\n', "cannot be read: line"),
    "a percent": ("%\n", "cannot be read: line"),
    "no value": ("portal: {rate: '???'}\n", "is Hydra's sign for a value that is not given"),
    "code": ("portal: {_target_: os.system}\n", "names code"),
    "a list for a block": ("portal: [1]\n", "portal = [1]: must be a block of keys"),
    "a block for a list": ("portal: {outages: {a: 1}}\n", "portal.outages = {a: 1}: must be a list"),
    "a reference to itself": ("portal: {rate: '${portal.rate}'}\n", "portal.rate refers to itself"),
    "a reference around": ("portal: {rate: '${run.seed}'}\nrun: {seed: '${portal.rate}'}\n", "refers to itself"),
    "a reference to what it is in": ("portal: {rate: '${portal}'}\n", "portal refers to itself"),
    "a reference to nothing": ("portal: {rate: '${portal.speed}'}\n", "refers to portal.speed, which is not there"),
    "a reference beyond a list": ("portal: {rate: '${portal.outages[9]}'}\n", "which is not there"),
    "a block in a text": ("portal: {rate: 'a ${run}'}\n", "run is no text and no number"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_beyond_the_limits_is_refused(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a file that ends in a traceback, or in nothing for a minute."""
    contents, expected = FILES[case]
    file = tmp_path / "mine.yaml"
    file.write_bytes(ASKED.encode() + (contents.encode() if isinstance(contents, str) else contents))
    said = refused(["run", f"scenario={file}"], capsys)
    assert expected in said
    assert all(line.isprintable() for line in said.splitlines())


def test_a_file_of_the_base_is_held_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch limits that hold for a scenario only: whatever is composed is read alike, and named."""
    home = tmp_path / "configs"
    for file in folders.configs().rglob("*.yaml"):
        copy = home / file.relative_to(folders.configs())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    monkeypatch.setattr(folders, "configs", lambda: home)
    kept = {name: (home / name).read_text() for name in ("waves/weekly.yaml", "base.yaml")}
    for name, change, expected in [
        ("waves/weekly.yaml", LAUGHS, "configs/waves/weekly.yaml: cannot be read: line"),
        ("waves/weekly.yaml", "x: !!python/name:os.system\n", "a tag (tag:yaml.org,2002:python/name:os.system)"),
        ("waves/weekly.yaml", "x: '${oc.env:HOME}'\n", "configs/waves/weekly.yaml: x = "),
        ("waves/weekly.yaml", "defaults: [../../../etc/passwd]\n", "configs/waves/weekly.yaml: defaults"),
        ("base.yaml", "  - ../../etc: passwd\n", "../../etc: is no part of the configs"),
        ("base.yaml", "  - waves: ../../passwd\n", "must name a file in configs/waves/"),
        ("base.yaml", "  - //etc/passwd\n", "configs/base.yaml"),
    ]:
        before = kept[name]
        at = before.index("  - _self_\n") if name == "base.yaml" else 0
        (home / name).write_text(before[:at] + change + before[at:])
        said = refused(["run", "waves=weekly"], capsys)
        assert expected in said
        assert str(Path.home()) not in said
        (home / name).write_text(before)
    (home / "waves" / "weekly.yaml").write_text(LAUGHS)
    assert "configs/waves/weekly.yaml: cannot be read" in refused(["assumptions"], capsys)


def test_what_is_no_file_is_never_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a command that reads a pipe or a device for ever."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for path in (
        pipe,
        Path("/dev/zero"),
        tmp_path,
        tmp_path / "none",
        Path("x" * 300 + ".yaml"),
        Path("~nobody/x.yaml"),
    ):
        assert "is no file" in refused(["run", f"scenario='{path}'"], capsys)
    for path in (pipe, Path("/dev/zero")):  # a file that becomes a pipe between the look and the reading
        with pytest.raises(yaml_file.UnreadableError):
            yaml_file.load(path)
    for path in (Path("/proc/self/mem"), Path("/etc/passwd")):
        refused(["run", f"scenario={path}"], capsys)


def test_a_file_that_cannot_be_read_shows_nothing_of_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a message that carries lines of a file to the screen."""
    file = tmp_path / "secret.yaml"
    file.write_text("password = [hunter2\nuser: {a\n")
    assert "hunter2" not in refused(["run", f"scenario={file}"], capsys)


def test_what_is_meant_is_read(tmp_path: Path) -> None:
    """Catch limits that keep a planner from asking: an anchor, a merge key, a byte order mark."""
    file = tmp_path / "mine.yaml"
    text = "down: &down [{from: a, until: b}]\nportal: &p {outages: *down, rate: 1e6}\nother: {<<: *p, rate: 0.5}\n"
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    down = [{"from": "a", "until": "b"}]
    assert yaml_file.load(file) == {
        "down": down,
        "portal": {"outages": down, "rate": 1e6},
        "other": {"outages": down, "rate": 0.5},
    }


def test_the_base_is_far_from_the_limits() -> None:
    """Catch limits that the programme's own configs come near to as they grow."""
    files = list(folders.configs().rglob("*.yaml"))
    assert sum(file.stat().st_size for file in files) < limits.MOST_BYTES / 3
    longest = max(len(word) for file in files for word in file.read_text().splitlines())
    assert longest < limits.LONGEST_TEXT / 4
    assert sorted(base.parts()) == sorted(group for group in base.options() if group in base.parts())
