"""What stands on the screen: nothing in it hides, and nothing is wider than the screen."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from collections.abc import Iterable, Sequence

from sim.parameters.problems import printable
from sim.report.text import wrapped

WIDTH = 80
"""Columns of what is answered, whatever the terminal: the same command gives the same bytes."""


def say(text: str) -> None:
    """Print an answer; lines of words are wrapped, indented further than they began."""
    print("\n".join(fitted(text, WIDTH)))


def remark(text: str) -> None:
    """Print to the standard error what is said beside the answer: on a terminal as wide as it is, else line by line."""
    print("\n".join(on_stderr(text)), file=sys.stderr)


def on_stderr(text: str) -> list[str]:
    """Return lines for the standard error."""
    if not sys.stderr.isatty():
        return list(map(printable, text.split("\n")))
    return fitted(text, shutil.get_terminal_size((WIDTH, 24)).columns)


def fitted(text: str, width: int) -> list[str]:
    """Return the lines of a text, none wider than `width` where it can be broken."""
    lines: list[str] = []
    for line in map(printable, text.split("\n")):
        if len(line) <= width:
            lines.append(line)
            continue
        indent = " " * (len(line) - len(line.lstrip()))
        lines += wrapped(line.strip(), indent, indent + "  ", width)
    return lines


def cut(text: str, width: int) -> str:
    """Return a line of at most `width` columns; what is left out shows as three dots."""
    return text if len(text) <= width else text[: width - 3] + "..."


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return out.getvalue().rstrip("\n")
