"""Where the configs and the scenarios are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def configs() -> Path:
    """Return the folder of the numbers."""
    return _home() / "configs"


def scenarios() -> Path:
    """Return the folder of the questions."""
    return _home() / "scenarios"


def _home() -> Path:
    shipped = PACKAGE / "_shipped"
    return shipped if shipped.is_dir() else PACKAGE.parent
