"""Figures of a run, drawn from its saved tables only."""
from pathlib import Path
from typing import Any
def draw_figures(tables: Path, folder: Path, composed: dict[str, Any]) -> None:
    folder.mkdir()
