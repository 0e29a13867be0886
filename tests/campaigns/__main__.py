"""Run a campaign by name: `python -m tests.campaigns engines --help`.

A campaign is a module of this folder with a function `main`, which takes the words behind its name and returns the
exit code: 0 where nothing was found.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from sim.command.ask import sums_in_one_order

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def campaigns() -> list[str]:
    """Return the names of all campaigns: the modules that have a `main`."""
    modules = (file for file in sorted(HERE.glob("*.py")) if not file.stem.startswith("_"))
    return [file.stem for file in modules if "\ndef main(" in file.read_text(encoding="utf-8")]


def main(words: list[str]) -> int:
    """Run the campaign that the first word names."""
    if not words or words[0] not in campaigns():
        print(f"Usage: python -m tests.campaigns NAME ...; there are {', '.join(campaigns())}", file=sys.stderr)
        return 2
    sums_in_one_order()  # before NumPy is loaded
    found = importlib.import_module(f"tests.campaigns.{words[0]}").main(words[1:])
    return int(found)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
