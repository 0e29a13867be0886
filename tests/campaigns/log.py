"""What a campaign has done so far: a line a trial, so that it may be stopped at any time and goes on where it was."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / ".campaigns"
"""Where campaigns keep their logs unless they are told otherwise."""


class Log:
    """Lines of JSON in a file, each the outcome of a trial by its name; a torn last line is left out."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the outcomes so far."""
        if not self.file.exists():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue  # written when the campaign was stopped

    def outcomes(self) -> dict[str, dict[str, Any]]:
        """Return the latest outcome of each trial, by its name."""
        return {line["trial"]: line for line in self.lines()}

    def add(self, trial: str, outcome: str, **more: Any) -> None:
        """Write down the outcome of a trial."""
        line = json.dumps({"trial": trial, "outcome": outcome, **more}) + "\n"
        with self.file.open("a+b") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - 1, 0))
            torn = file.read(1) not in (b"", b"\n")
            file.write(b"\n" * torn + line.encode())

    def counts(self) -> Counter[str]:
        """Return how many trials had which outcome."""
        return Counter(line["outcome"] for line in self.outcomes().values())
