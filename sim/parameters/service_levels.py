"""Service levels: how many of those who wait are to get it within how many days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.parameters.block import Block
from sim.parameters.quantities import Share, WholeDays, choice
from sim.parameters.run import Text

MOST_LEVELS = 50
"""Service levels of a run: each counts people by all their groups."""

Beginning = Annotated[Literal["due", "ready"], choice("due", "ready", do="Choose one; null where no payment waits.")]


class ServiceLevel(Block):
    """Ask that a share of those who began a wait get it within some days.

    A payment is counted from being due, or from being ready for a run of its partner; other waits from their beginning.
    """

    wait: Text
    counted_from: Beginning | None = Field(alias="from")
    days: WholeDays
    share: Share
