"""Every number of the configs and scenarios says beside it what it is and what it rests on."""

from pathlib import Path

import pytest

from sim.composition import folders
from sim.composition.comments import numbers

FILES = sorted([*folders.configs().rglob("*.yaml"), *folders.scenarios().rglob("*.yaml")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_number_has_unit_source_and_date(file: Path) -> None:
    """Catch a number without `# unit; source, or assumption: what it rests on; date; kind` on its line."""
    bare = {f"{file.name}:{number.line} {number.key}": number.comment for number in numbers(file) if not number.parts}
    assert bare == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_assumption_says_what_it_rests_on(file: Path) -> None:
    """Catch the bare word `assumption`."""
    empty = [
        number.key
        for number in numbers(file)
        if number.assumed and number.parts and len(number.parts[1].removeprefix("assumption").strip(" :")) < 5
    ]
    assert empty == []


def test_numbers_are_found_wherever_they_stand(tmp_path: Path) -> None:
    """Catch a reader that misses numbers in lists, in blocks on one line, or after a text with a sign."""
    file = tmp_path / "some.yaml"
    file.write_text(
        "a: 1  # people; here; 2020\n"
        "b:\n"
        "  - 2.5  # share; assumption: there; 2020-04\n"
        "  - {c: 3, d: {e: 4e-3, f: true, g: null}, h: '5'}  # x, y; z; a; 2020-04-11\n"
        "i: [6, 7]\n"
        "j: 'text # 8'  # no number\n"
        "k: 9  # people; somewhere\n"
    )
    found = {number.key: (number.value, number.parts, number.assumed) for number in numbers(file)}
    assert found == {
        "a": (1, ("people", "here", "2020"), False),
        "b[0]": (2.5, ("share", "assumption: there", "2020-04"), True),
        "b[1].c": (3, ("x, y", "z; a", "2020-04-11"), False),
        "b[1].d.e": (0.004, ("x, y", "z; a", "2020-04-11"), False),
        "i[0]": (6, None, False),
        "i[1]": (7, None, False),
        "k": (9, None, False),
    }
