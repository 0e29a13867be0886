"""What a config may not say: it must not name code, nor read the machine it runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.parameters.problems import Problem, joined

KEY_ALONE = re.compile(r"\$\{[\w.\[\]]+\}")
CODE = ("_target_", "_args_", "_partial_", "_recursive_", "_convert_")


def harms(value: Any, path: str = "") -> Iterator[Problem]:
    """Find interpolations other than `${another.key}`, and keys that name code."""
    if isinstance(value, dict):
        for key, inner in value.items():
            below = joined(path, str(key))
            if str(key).split(".")[-1] in CODE:
                yield Problem(below, inner, "names code, which a config must not", "Leave it out.")
            elif "${" in str(key):
                yield Problem(below, inner, "must be a plain key", "Write the key out.")
            else:
                yield from harms(inner, below)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from harms(inner, joined(path, f"[{index}]"))
    elif isinstance(value, str) and "${" in KEY_ALONE.sub("", value):
        do = "Write the value itself."
        yield Problem(path, value, "must not call a resolver (it could read what is outside the configs)", do)
