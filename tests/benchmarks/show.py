"""Print tables of benchmarks, and the machine they ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "numba", "simpy", "cimba")


def machine() -> str:
    """Return the machine, the versions and the date in a line."""
    cpu = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    name = cpu[0].partition(":")[2].strip() if cpu else platform.processor() or platform.machine()
    memory = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    size = f", {memory[0] / 2**20:.0f} GiB" if memory else ""
    packages = ", ".join(f"{package} {_version(package)}" for package in PACKAGES)
    today = date.today().isoformat()  # noqa: DTZ011  (the day where the machine stands)
    return f"{name}, {os.cpu_count()} cores{size}; Python {platform.python_version()}, {packages}; {today}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | float]]) -> None:
    """Print a table; the first column stands left, figures stand right."""
    cells = [list(columns)] + [[each if isinstance(each, str) else figure(each) for each in row] for row in rows]
    widths = [max(len(row[k]) for row in cells) for k in range(len(columns))]
    print(f"\n{title}")
    for row in cells:
        print("  ".join(f"{cell:<{width}}" if k == 0 else f"{cell:>{width}}" for k, (cell, width) in
                        enumerate(zip(row, widths, strict=True))).rstrip(), flush=True)  # fmt: skip


def figure(value: float) -> str:
    """Return a figure with three digits that count, thousands apart."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
