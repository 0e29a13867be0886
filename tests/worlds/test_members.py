"""The table of the ensemble: written whole or not at all, read or refused in words that tell line and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.composition import folders
from sim.composition.compose import composition
from sim.composition.kinds import uncertain
from sim.experiments.members import FILE, Members, columns_of, hash_of, read_members, text_of, write_members
from sim.experiments.members_of_laws import members_of_laws
from sim.parameters import BadInput
from sim.parameters.kinds import Factor, Follows, Number, Range


@cache
def base() -> tuple[dict[str, Number], dict[str, object]]:
    """Return the uncertain numbers of the base, and its config."""
    found = composition([])
    return uncertain(found), found.config


@cache
def drawn(members: int = 3) -> Members:
    """Return members drawn from the laws."""
    return members_of_laws(base()[0], members, seed=1)


def test_the_shipped_table_goes_together_with_the_base() -> None:
    """Catch numbers or laws of configs/ that were changed and the table not: make it anew as tests/worlds/draw says."""
    numbers, config = base()
    found = read_members(folders.configs() / FILE, numbers, config)
    assert len(found) >= 40
    assert list(found.rows[0]) == columns_of(numbers)


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Catch a value that changes on the way, a row that goes lost, and what makes the table again left out."""
    numbers, config = base()
    members = drawn()
    write_members(members, numbers, config, tmp_path / "ensemble" / "members.csv")
    found = read_members(tmp_path / "ensemble" / "members.csv", numbers, config)
    assert (found.made, found.seed, found.settings) == ("laws", 1, {"design": "Latin hypercube", "members": 3})
    assert found.versions["python"]
    for key in columns_of(numbers):
        for before, after in zip(members.rows, found.rows, strict=True):
            assert after[key] == pytest.approx(before[key], rel=5e-6, abs=1e-12)
    again = tmp_path / "ensemble" / "again.csv"
    write_members(found, numbers, config, again)
    assert again.read_bytes() == (tmp_path / "ensemble" / "members.csv").read_bytes()


def test_nothing_is_written_that_could_not_be_read(tmp_path: Path) -> None:
    """Catch a table that is replaced by one that every later run refuses, and a half-written one left behind."""
    numbers, config = base()
    file = tmp_path / "members.csv"
    write_members(drawn(), numbers, config, file)
    before = file.read_bytes()
    wrong = Members("fit", 1, {}, {}, ({**drawn().rows[0], "population.women": 1.5},))
    with pytest.raises(BadInput, match=re.escape("population.women")):
        write_members(wrong, numbers, config, file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_only_what_has_luck_of_its_own_is_in_the_table() -> None:
    """Catch a number that follows another and has a column, so that the two could contradict each other."""
    numbers, _ = base()
    columns = columns_of(numbers)
    assert not any(isinstance(numbers[key].declared.law, Follows) for key in columns)
    assert len(columns) + sum(isinstance(each.declared.law, Follows) for each in numbers.values()) == len(numbers)


def test_the_hash_is_of_values_and_laws() -> None:
    """Catch a change of a value, or of a law, that leaves an old table in use."""
    numbers, _ = base()
    key = "portal.rate"
    law = numbers[key].declared.law
    assert isinstance(law, Range)
    other = Number(key, numbers[key].value + 1, numbers[key].declared)
    assert hash_of(numbers) == hash_of(dict(reversed(numbers.items())))
    assert hash_of(numbers) != hash_of(numbers | {key: other})
    wider = numbers[key].declared.__class__(numbers[key].declared.kind, Range(law.least, law.most + 1))
    assert hash_of(numbers) != hash_of(numbers | {key: Number(key, numbers[key].value, wider)})


def test_members_of_laws_fill_every_range_evenly() -> None:
    """Catch a part of a range that is drawn from twice, and numbers that are drawn together."""
    numbers, _ = base()
    many = members_of_laws(numbers, 40, seed=7)
    law = numbers["joining.patience_waves"].declared.law
    assert isinstance(law, Factor)
    values = np.array([row["joining.patience_waves"] for row in many.rows])
    inside = np.mean((values > 8 / law.factor) & (values < 8 * law.factor))
    assert inside == 0.9
    surge = np.sort([row["demand.surge.factor"] for row in many.rows])  # from 1 to 4
    assert (np.floor((surge - 1) / 3 * 40) == np.arange(40)).all()
    assert abs(np.corrcoef([row["demand.surge.factor"] for row in many.rows], values)[0, 1]) < 0.5
    fewer = members_of_laws({key: numbers[key] for key in list(numbers)[10:]}, 40, seed=7)
    assert fewer.rows[5]["portal.rate"] == many.rows[5]["portal.rate"]
    assert members_of_laws(numbers, 40, seed=8).rows[5]["portal.rate"] != many.rows[5]["portal.rate"]


def changed(member: int, column: str, value: str) -> Callable[[str], str]:
    """Return what puts another value into a table's text."""

    def change(text: str) -> str:
        head = [line for line in text.splitlines() if line.startswith("#")]
        rows = list(csv.reader(text.splitlines()[len(head) :]))
        rows[member][rows[0].index(column)] = value
        return "\n".join([*head, *(",".join(row) for row in rows)]) + "\n"

    return change


def line(begins: str, other: str) -> Callable[[str], str]:
    """Return what puts another line in place of the one that begins so."""
    return lambda text: re.sub(rf"^{re.escape(begins)}.*\n", other, text, flags=re.MULTILINE)


def swap(one: str, other: str) -> Callable[[str], str]:
    """Return what puts another text in place of the first that is so."""
    return lambda text: text.replace(one, other, 1)


def exchanged(text: str) -> str:
    """Return the table with the values of its first two members exchanged."""
    *head, first, second, third = text.splitlines()
    return "\n".join([*head, f"1{second[1:]}", f"2{first[1:]}", third]) + "\n"


FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "a text for a number": (changed(2, "portal.rate", "many"), 'line 11, portal.rate = many: must be a number'),
    "nothing for a number": (changed(2, "portal.rate", ""), "line 11, portal.rate = : must be a number"),
    "no finite number": (changed(1, "portal.rate", "nan"), "line 10, portal.rate = nan: must be a number"),
    "too many digits": (changed(1, "portal.rate", "80000.12345"), "must have at most 6 digits"),
    "a part of a server": (changed(3, "processing.screening.servers", "240.5"), "line 12, processing.screening"),
    "outside validation": (changed(2, "population.women", "1.5"), "line 11, population.women = 1.5"),
    "two that contradict": (changed(1, "market.catalogue.platforms.least", "9"), "line 10, market.catalogue.platforms"),
    "an unknown number": (swap("portal.rate,", "portal.rte,"), "Did you mean portal.rate?"),
    "a number left out": (swap(",portal.rate,", ",population.women,"), "lacks the uncertain numbers portal.rate"),
    "a column twice": (swap(",portal.rate,", ",population.women,"), "population.women: is there more than once"),
    "no column of members": (swap("\nmember,", "\nnumber,"), "must begin with the column member"),
    "a member left out": (changed(2, "member", "3"), "line 11, member = 3: must be 2"),
    "a short line": (lambda text: text.rsplit(",", 1)[0] + "\n", "fields, it has"),
    "no member": (lambda text: "\n".join(text.splitlines()[:9]) + "\n", "line 10: must be a member"),
    "no table": (lambda text: "", "lacks the lines of schema, made, seed, settings, base, versions, sha256"),
    "no head": (line("# base", ""), "lacks the lines of base"),
    "a head of another kind": (line("# seed", '# seed: "x"\n'), 'line 4, seed = "x": is no such value'),
    "a head that is no JSON": (line("# seed", "# seed: [\n"), "line 4, seed = [: cannot be read"),
    "another schema": (line("# schema", "# schema: 1\n"), "is another version of the table"),
    "another base": (line("# base", '# base: "0"\n'), "was made for other values or laws"),
    "a quote that does not end": (lambda text: text + '"', "is no CSV"),
    "a value within its range": (changed(2, "portal.rate", "91234"), "was changed since it was made"),
    "two members exchanged": (exchanged, "was changed since it was made"),
    "a setting": (swap('"members": 3', '"members": 4'), "was changed since it was made"),
    "a head field twice": (swap("# seed", "# seed: 1\n# seed"), "line 5, seed = 1: is there more than once"),
    "no seal": (line("# sha256", ""), "lacks the lines of sha256"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_with_line_and_column(case: str, tmp_path: Path) -> None:
    """Catch a faulty table that ends in a traceback, is read all the same, or is refused without saying where."""
    numbers, config = base()
    change, said = FAULTS[case]
    file = tmp_path / "ensemble" / "members.csv"
    file.parent.mkdir()
    text = text_of(drawn(), numbers)
    assert change(text) != text
    file.write_text(change(text))
    with pytest.raises(BadInput) as bad:
        read_members(file, numbers, config)
    assert "configs/ensemble/members.csv" in bad.value.text
    assert said in bad.value.text


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda file: None, "cannot be read: No such file"),
        (lambda file: file.mkdir(), "cannot be read: Is a directory"),
        (lambda file: file.write_bytes(b"\xff\xfe"), "is not written in UTF-8 (byte 1)"),
        (lambda file: file.write_bytes(b"#" * ((1 << 23) + 1)), "it is larger than 8,388,608 bytes"),
    ],
    ids=["no file", "a folder", "another encoding", "large"],
)
def test_what_is_no_table_is_refused(write: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    """Catch a file that cannot be read and ends in a traceback, or fills the memory."""
    numbers, config = base()
    write(tmp_path / "members.csv")
    with pytest.raises(BadInput, match=re.escape(said)):
        read_members(tmp_path / "members.csv", numbers, config)


def test_a_row_that_is_missing_is_told_once(tmp_path: Path) -> None:
    """Catch one row too few that is told of every row below it."""
    numbers, config = base()
    lines = text_of(drawn(9), numbers).splitlines()
    del lines[9 + 2]
    (tmp_path / "members.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(BadInput) as bad:
        read_members(tmp_path / "members.csv", numbers, config)
    assert [each.allowed for each in bad.value.problems] == ["must be 3: members are numbered from 1"]
