"""For want of what an award is revoked: codes that compiled code reads too, which is why no labels stand here."""

from __future__ import annotations

NOTHING_TRIED, NO_CHECKOUT, NO_SEAT = 0, 1, 2
"""Why an award is revoked: nothing was tried; the buyer stood at checkout at the deadline; no seat was found."""
