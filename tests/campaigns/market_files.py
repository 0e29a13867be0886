"""Files of courses for the fuzzing: as a planner might write them, and with faults in cells, lines and form."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

from sim.parameters.market_file import COLUMNS
from tests.campaigns.hostile import NUMBERS, SIGNS, TEXTS

COURSES = (0, 1, 2, 5, 40)


def market_file(platforms: list[str], chance: random.Random, hostile: bool) -> bytes:
    """Return a file of courses on some platforms; a hostile one has, more often than not, a fault somewhere."""
    rows = [_row(number, platforms, chance) for number in range(chance.choice(COURSES[0 if hostile else 1 :]))]
    header = list(COLUMNS)
    if hostile:
        for row in rows:
            if chance.random() < 0.3:
                row[chance.choice(COLUMNS)] = _cell(chance)
        if chance.random() < 0.2:
            _spoil(header, chance)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=chance.choice(",,,;\t") if hostile else ",")
    writer.writerow(header)
    writer.writerows([row[column] for column in COLUMNS] for row in rows)
    written = text.getvalue()
    if hostile and chance.random() < 0.3:
        at = chance.randrange(len(written) + 1)
        written = (
            written[:at] + chance.choice(('"', ",", "\n", "\r", "\0", ",,,,", "x" * 200_000, *SIGNS)) + written[at:]
        )
    return written.encode("utf-8", "surrogatepass")


def _row(number: int, platforms: list[str], chance: random.Random) -> dict[str, Any]:
    """Return a course that may stand in a file."""
    live = chance.random() < 0.5
    return {
        "provider": f"Provider {chance.randrange(4)}",
        "course": f"Course {number}",
        "platforms": " ".join(chance.sample(platforms, chance.randrange(1, len(platforms) + 1))),
        "kind": "live" if live else "self-paced",
        "seats": chance.choice((0, 1, 30, 100_000)) if live else "",
        "classes_per_week": chance.choice((0.5, 2, 168)) if live else "",
        "first": chance.choice(("2020-04-11", "2020-04-11T09:00", "2020-09-01")),
        "until": chance.choice(("", "", "2021-01-01", "2030-01-01T00:00")),
        "price": chance.choice((1, 24_000, 250_000, 1_000_000)),
        "popularity": chance.choice((1, 1e-6, 2.5, "1e3")),
        "duration": chance.choice((0, ".5", 7, 60)),
        "completion": chance.choice((0, 0.9, 1)),
    }


def _cell(chance: random.Random) -> str:
    """Return what no column expects."""
    many = chance.choice((1, 61, 10_001))
    return str(
        chance.choice((*TEXTS, *NUMBERS[:-1], "", "9" * many, "one two", "store_1 store_1", "live ", "1,5", "x" * many))
    )


def _spoil(header: list[str], chance: random.Random) -> None:
    """Leave out a column, name one twice, or mistype one."""
    at = chance.randrange(len(header))
    how = chance.randrange(4)
    if how == 0:
        del header[at]
    elif how == 1:
        header.insert(at, chance.choice(header))
    elif how == 2:
        header[at] = header[at].upper() + " "
    else:
        header[at] = chance.choice(TEXTS)
