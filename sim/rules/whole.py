"""Whole numbers as rules take them."""

from __future__ import annotations

from typing import Any

import numpy as np

Whole = int | np.signedinteger[Any]
"""A whole number: of Python, from the person engine, or of an array, from a kernel."""
