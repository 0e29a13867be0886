"""Print benchmarks: all parts, or those that are named; `--people` and `--limit` make them small for a trial."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

# Ours first, which says how Numba compiles; cimba before anything is compiled, as it teaches Numba its types.
import sim.rules.compiling  # noqa: F401

# isort: split
import cimba  # noqa: F401

# isort: split
from tests.benchmarks import floors, history, parts, ratio, sizes, spine, tandem
from tests.benchmarks.show import machine

PARTS = {
    "history": history.show,
    "spine": spine.show,
    "parts": parts.show,
    "sizes": sizes.show,
    "ratio": ratio.show,
    "tandem": tandem.show,
    "floors": floors.show,
}


def main() -> None:
    """Run the parts asked for, one after another."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--people", type=int, default=80_000_000, help="the full population (default: 80 million)")
    parser.add_argument("--customers", type=int, default=1_000_000, help="of the tandem (default: a million)")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds the person engine may take (default: 120)")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    print(machine())
    for name in asked.parts or PARTS:
        began = time.perf_counter()
        PARTS[name](asked)
        print(f"({name}: {time.perf_counter() - began:.0f} s)", flush=True)


main()
