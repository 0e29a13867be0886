"""Lines as wide as a comparison needs."""

from __future__ import annotations

from sim.report.text import wrapped

WIDTH = 118
"""Signs of a line: several scenarios stand beside one another."""


def wide(text: str, first: str = "", later: str = "  ") -> list[str]:
    """Return a text in lines of the width of a comparison."""
    return wrapped(text, first, later, WIDTH) if text else []
