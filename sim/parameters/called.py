"""What a parameter is called in words, where its key alone does not say it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Called:
    """Say, beside a field's type, the words for it and its unit, and what it means that there is none."""

    words: str
    unit: str = ""
    none: str = "none"
