"""Records are filled by field name: what is missing or unknown is an error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.rules.records import record

SOME = np.dtype([("share", "f8"), ("number", "i8"), ("law", [("mean", "f8"), ("spread", "f8")])])


def test_fields_are_filled_by_their_names() -> None:
    """Catches fields filled in the order in which they are given, a nested one among them."""
    made = record(SOME, law=(3.0, 0.5), number=7, share=0.25)
    assert made.shape == (1,)
    assert made.tolist() == [(0.25, 7, (3.0, 0.5))]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"share": 1.0, "number": 2}, r"missing \['law'\], unknown \[\]"),
        ({"share": 1.0, "number": 2, "law": (0, 0), "shape": 3}, r"missing \[\], unknown \['shape'\]"),
        ({"share": 1.0, "nunber": 2, "law": (0, 0)}, r"missing \['number'\], unknown \['nunber'\]"),
        ({}, r"missing \['law', 'number', 'share'\]"),
    ],
)
def test_a_missing_or_unknown_field_is_an_error(fields: dict[str, Any], words: str) -> None:
    """Catches a field of nought that nobody filled, and a misspelt one that nobody reads."""
    with pytest.raises(TypeError, match=words):
        record(SOME, **fields)
