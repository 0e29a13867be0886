"""Jobs of a design that need no simulation, in a module that other processes can import."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any


def square(config: dict[str, Any]) -> dict[str, Any]:
    """Return the square of a number."""
    return {"square": config["number"] ** 2}


def dies_once(config: dict[str, Any]) -> dict[str, Any]:
    """End this process the first time that the number 3 comes along, as the system does when memory runs out."""
    marker = Path(config["folder"]) / "died"
    if config["number"] == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(config)


def dies(config: dict[str, Any]) -> dict[str, Any]:
    """End this process for the number 3, always."""
    if config["number"] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(config)
