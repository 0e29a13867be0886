"""A file of courses of the planner's own: what is read of it, how its faults are told, and its copy."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.command.main import main
from sim.composition.compose import composition
from sim.journey import limits
from sim.parameters import BadInput
from sim.parameters.market_file import COLUMNS, LONGEST_NAME, MOST_BYTES
from sim.programme.compiling import compile_programme
from sim.rules.choosing import SELF_PACED

HEAD = ",".join(COLUMNS)
SELF = "Academy,Bread,marketplace_1 store_1,self-paced,,,2020-04-11,,250000,2.5,3.5,0.97"
LIVE = 'Academy,"Speech, in public",marketplace_1,live,30,2,2020-05-01T09:00,2021-01-01,1000000,1e1,.5,1'
OTHER = "School,Bread,store_1,live,1,0.5,2020-04-11T00:00:30,,24000,7,14,0.9"


def asked(path: Path, *words: str) -> list[str]:
    """Return the words that ask for a market with a file."""
    return ["market=institutions", f"market.file='{path}'", *words]


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    """Write a file of courses and return its path."""
    path = folder / "mine.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def faults(path: Path, *words: str) -> list[str]:
    """Return what is told of a file, a line a fault."""
    with pytest.raises(BadInput) as caught:
        composition(asked(path, *words))
    return caught.value.text.splitlines()[1:]


def test_the_courses_of_a_file_are_those_on_sale(tmp_path: Path) -> None:
    """Catches a column read as another, a date without an hour, and a class that begins at another time."""
    path = written(tmp_path, SELF, "", LIVE, OTHER)
    table = compile_programme(
        composition(asked(path, "population.applicants=1000", "population.scale=1")).parameters
    ).seats
    assert table is not None
    assert table.providers == ("Academy", "School")
    assert table.course_names == ("Bread", "Speech, in public", "Bread")
    by_platform = [table.listed[slice(*bounds)].tolist() for bounds in table.bounds]
    assert by_platform == [[0, 1], *[[]] * 5, [0, 2], *[[]] * 3]
    assert table.popularity.tolist() == [0.2, 1.0, 2.5 / 9.5, 1.0]
    first = 20 * DAY + 9 * DAY // 24
    expected = {
        "since": [0, first, 30 * 10**6],
        "first": [0, first + WEEK // 2, 30 * 10**6 + 2 * WEEK],
        "until": [NEVER, 265 * DAY, NEVER],
        "seats": [SELF_PACED, 30, 1],
        "price": [250_000, 1_000_000, 24_000],
        "duration": [7 * DAY // 2, DAY // 2, 14 * DAY],
        "completion": [0.97, 1.0, 0.9],
        "provider": [0, 0, 1],
    }
    assert {name: table.courses[name].tolist() for name in expected} == expected
    assert table.courses["interval"].tolist()[1:] == [WEEK // 2, 2 * WEEK]


def test_twenty_faults_are_told_in_twenty_lines(tmp_path: Path) -> None:
    """Catches a fault that hides another, and one told without its file, line and column."""
    bad = {
        "provider": ["", "x" * (LONGEST_NAME + 1)],
        "course": [""],
        "platforms": ["", "store_1 store_1", "store_9"],
        "kind": ["webinar"],
        "seats": ["-1", "12.5", "1,000"],
        "classes_per_week": ["0", "many"],
        "first": ["2020-02-30", "soon"],
        "until": ["2020-04-11T00:00"],
        "price": ["0", "nan", "1000001"],
        "duration": ["-2"],
        "completion": ["1.5"],
    }
    rows, expected = [], []
    for column, values in bad.items():
        for value in values:
            row = dict(zip(COLUMNS, OTHER.split(","), strict=True)) | {"course": f"c{len(rows)}"}
            row[column] = f'"{value}"'
            rows.append(",".join(row.values()))
            expected.append((len(rows) + 1, column))
    assert len(rows) == 20
    path = written(tmp_path, *rows)
    told = faults(path)
    assert len(told) == 20
    named = [re.search(r"market\.file\[.*mine\.csv, line (\d+), (\w+)\]", line) for line in told]
    found = [(int(each[1]), each[2]) for each in named if each]
    assert sorted(found) == sorted(expected)  # one above the balance is told behind those of the file alone
    assert sum("Write 1000 or 1_000" in line for line in told) == 1


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((SELF, OTHER.replace("store_1", "store_9")), 'line 3, platforms] = "store_9": is no platform'),
        ((SELF, SELF), 'line 3, course] = "Bread": is in line 2 already'),
        ((SELF.replace("250000", "1000001"),), "line 2, price] = 1000001: must be at most budget.training_balance"),
        ((SELF.replace(",,,2020", ",3,,2020"),), "line 2, seats] = 3: must be empty"),
        ((OTHER.replace("live,1,", "live,,"),), "line 2, seats] = : must be there"),
        ((SELF + ",more",), "line 2]: must have 12 fields, it has 13"),
        ((), "line 2]: must be a course"),
        (('"a\nb,c',), "is no CSV"),
        ((OTHER.replace("School", "a\u202eb"),), "line 2, provider]"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_told(tmp_path: Path, rows: tuple[str, ...], told: str) -> None:
    """Catches a course that is listed nowhere, twice, above the balance, or read from a row of another form."""
    assert told in "\n".join(faults(written(tmp_path, *rows)))


@pytest.mark.parametrize(
    ("column", "value", "meant"),
    [
        ("price", "300.000", "Write 300000:"),
        ("price", "1.000", "Write 1000:"),
        ("seats", "1.000", "Write 1000:"),
        ("price", "24000.0", "Write 24000."),
        ("seats", "12.", "Write 12."),
        ("seats", "12.5", "Write a whole number."),
        ("price", "300.00000000000000000001", "Write a whole number."),
        ("price", ".5", "Write a whole number."),
    ],
)
def test_a_whole_number_has_no_decimal_mark(tmp_path: Path, column: str, value: str, meant: str) -> None:
    """Catches a price of 300.000 that is read as 300 rupiah, and one told without its place and what to write."""
    row = dict(zip(COLUMNS, OTHER.split(","), strict=True)) | {column: value}
    (told,) = faults(written(tmp_path, SELF, ",".join(row.values())))
    assert f"mine.csv, line 3, {column}] = {value}: must be a whole number, written without a decimal mark" in told
    assert meant in told


def test_a_quote_that_is_not_closed_is_a_fault_of_its_line(tmp_path: Path) -> None:
    """Catches an open quote that takes the lines behind it for its own, and so hides their faults."""
    bad = [SELF, OTHER.replace("Bread", '"Bread'), OTHER.replace(",24000,", ",0,"), 'a"b', '"a"b,c', LIVE, SELF]
    told = faults(written(tmp_path, *bad))
    assert [re.search(r"line (\d+)", line)[1] for line in told] == ["3", "4", "5", "6", "8"]  # type: ignore[index]
    assert "line 3]: is no CSV (a quote is not closed)" in told[0]
    assert ", price] = 0: " in told[1]
    assert "must have 12 fields, it has 1" in told[2]
    assert "line 6]: is no CSV (" in told[3]
    assert "is in line 2 already" in told[4]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(tmp_path: Path, end: str) -> None:
    """Catches a course that is lost, or counted in another line, by the ends of the lines."""
    path = tmp_path / "mine.csv"
    path.write_bytes(end.join([HEAD, SELF, "", LIVE, OTHER.replace(",24000,", ",0,")]).encode())
    (told,) = faults(path)
    assert ", line 5, price] = 0: " in told
    path.write_bytes(end.join([HEAD, SELF, "", LIVE, OTHER]).encode())
    market = composition(asked(path)).parameters.market
    assert market is not None
    assert market.file is not None
    assert market.file.lines == (2, 4, 5)


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        (HEAD.replace("price", "prize"), '= "prize": is no column. Did you mean price?'),
        (HEAD.replace("price", "prize"), "must name once: price"),
        (HEAD + ",price", "must name once: price"),
        (HEAD.replace(",", ";"), "must be separated by commas"),
        ("", "must name once: provider"),
        (b"\xff\xfe", "is not written in UTF-8 (byte 1)"),
        (b"a" * (MOST_BYTES + 1), "it is larger than"),
        (HEAD + "\n" + "x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, contents: str | bytes, told: str) -> None:
    """Catches a file of another kind that is read, and one without an end that is waited for."""
    path = tmp_path / "mine.csv"
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    assert told in "\n".join(faults(path))


def test_no_more_courses_and_providers_than_the_stores_hold(tmp_path: Path) -> None:
    """Catches a file beyond the numbers of courses and providers, and ten thousand courses refused."""

    def many(count: int, providers: int) -> list[str]:
        return [OTHER.replace("School", f"p{k % providers}").replace("Bread", f"c{k}") for k in range(count)]

    path = written(tmp_path, *many(10_000, limits.PROVIDERS))
    market = composition(asked(path)).parameters.market
    assert market is not None
    assert market.file is not None
    assert len(market.file.rows) == 10_000
    assert f"at most {limits.PROVIDERS:,} providers" in faults(written(tmp_path, *many(2_500, limits.PROVIDERS + 1)))[0]
    assert f"at most {limits.ON_SALE:,} courses" in faults(written(tmp_path, *many(limits.ON_SALE + 1, 5)))[0]


def test_live_only_gives_all_the_seats_of_live_courses(tmp_path: Path) -> None:
    """Catches a self-paced course that stays so, and a file without a live course to go by."""
    path = written(tmp_path, SELF, OTHER)
    scale = ("population.applicants=1000", "population.scale=1", "market.live_only=true")
    table = compile_programme(composition(asked(path, *scale)).parameters).seats
    assert table is not None
    assert table.courses["seats"].tolist() == [1, 1]
    assert np.unique(table.courses["interval"]).tolist() == [2 * WEEK]
    assert "needs a live course" in faults(written(tmp_path, SELF), "market.live_only=true")[0]


def test_a_run_again_reads_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a run that is made again from a file that has changed since, or is gone."""
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, SELF, LIVE, OTHER)
    small = ["population.scale=2e-6", "run.figures=none", "engine=person"]
    assert main(["run", *asked(path, *small), "run.folder=first"]) == 0
    before = path.read_bytes()
    path.unlink()
    assert (tmp_path / "first" / "market.csv").read_bytes() == before
    assert main(["run", "config=first/config.yaml", "run.folder=again"]) == 0
    capsys.readouterr()
    for file in ("kpis.json", "market.csv", "tables/daily.parquet"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file
