"""The sizes that figures are drawn at: the page of a report, and a slide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """A size to draw at: inches and points as drawn, and by how much all of it is enlarged when shown."""

    width: float
    height: float | None
    """None: as high as what is drawn needs."""
    title: float
    says: float
    text: float
    small: float
    """The smallest letters."""
    lines: int
    """Lines that what differs from the base may take; what is cut is counted."""
    dots: int
    """Dots an inch as drawn."""
    enlarged: float

    @property
    def slide(self) -> bool:
        """Return whether there is room for the finding and little else."""
        return self.height is not None


PAGE = Sheet(9.0, None, title=13, says=9.5, text=8.5, small=7.5, lines=4, dots=150, enlarged=1)

SLIDE = Sheet(7.5, 7.5 * 9 / 16, title=12, says=9, text=9, small=9, lines=3, dots=256, enlarged=16 / 9)
"""Shown at 13.33 by 7.5 inches and 1,920 by 1,080 dots: the smallest letters are 16 points high on the slide.

It is drawn smaller and enlarged, so that lines, marks and letters grow together.
"""
