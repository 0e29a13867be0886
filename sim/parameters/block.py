"""A block of the config, and where to find one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """Be one block of the parameters: fixed once made, without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def block_at(parameters: Block, path: str) -> Any:
    """Return the block, or the value, at a dotted path of the config, such as `processing.email`.

    Raises AttributeError where there is none.
    """
    at: Any = parameters
    for key in path.split("."):
        if isinstance(at, Mapping):
            if key not in at:
                raise AttributeError(f"{path}: {key} is not a key of the config")
            at = at[key]
        else:
            at = getattr(at, key)
    return at
