"""Records of parameters for compiled code, filled by field name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def record(dtype: np.dtype[Any], **fields: Any) -> NDArray[np.void]:
    """Return an array of one record; raise TypeError where a field is missing or unknown."""
    names = dtype.names or ()
    if set(fields) != set(names):
        missing, unknown = sorted(set(names) - set(fields)), sorted(set(fields) - set(names))
        raise TypeError(f"a record of {', '.join(names)}: missing {missing}, unknown {unknown}")
    filled = np.zeros(1, dtype=dtype)
    for name, value in fields.items():
        filled[name] = value
    return filled
