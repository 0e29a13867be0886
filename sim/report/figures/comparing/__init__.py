"""The figures of a comparison, drawn from its saved tables."""

from __future__ import annotations

from pathlib import Path


def draw(tables: Path, figures: Path) -> None:
    """Draw the figures into a folder that is made."""
