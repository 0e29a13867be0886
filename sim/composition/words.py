"""Changes written as the words of a command line, in Hydra's grammar."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hydra.core.override_parser.types import Quote, QuotedString


def quoted(text: str) -> str:
    """Return a text in quotes, as Hydra reads it back."""
    return QuotedString(text, Quote.double).with_quotes()


def word(key: str, value: Any) -> str:
    """Return the word that sets a key to a value."""
    return f"{key}={_written(value)}"


def _written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return quoted(value.isoformat(timespec="seconds"))
    if isinstance(value, date):
        return quoted(value.isoformat())
    if isinstance(value, str | os.PathLike):
        return quoted(os.fsdecode(value))
    if hasattr(value, "tolist"):  # NumPy's: an array, or one value of it
        return _written(value.tolist())
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value)
