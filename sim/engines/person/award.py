"""An award, as the processes of a participant hand it on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Award:
    """An award: the person, the participant's number, the wave, and when the account closes (µs)."""

    person: int
    number: int
    wave: int
    closing: int
