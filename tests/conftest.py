"""What all tests share: where they find the project, and how long and how surely properties are tried."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

# The same modules for `pytest` and for `python -m pytest`: `sim` and the builders in `tests.building`.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# A shell that starts the tests in the background has them, and what they start, ignore an interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "same_every_time",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same_every_time")


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what is loaded by now: each run of the cohort engine calls it."""
    gc.collect()
    gc.freeze()
