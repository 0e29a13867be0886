"""For want of what an award is revoked: codes that compiled code reads too, which is why no labels stand here."""

from __future__ import annotations

NOTHING_TRIED, NO_CHECKOUT, NO_SEAT, NO_COURSE_TO_BUY, NO_PLATFORM = range(5)
"""Why an award is revoked: nothing was tried; the buyer stood at checkout at the deadline; or how the buyer's last try
ended: no chosen course had a class soon enough; nothing was on sale that the balance buys; no platform was there."""
