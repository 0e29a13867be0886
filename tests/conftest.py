"""What all tests share: where they find the project, and how long and how surely properties are tried."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
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


SIMULATE_TOGETHER = ("tests/report/figures/",)
"""Folders whose files share runs."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a file, or a folder that shares runs, to one process whole: what its tests share is then made once."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            together = [folder for folder in SIMULATE_TOGETHER if nodeid.startswith(folder)]
            return together[0] if together else nodeid.split("::", 1)[0]

    return ByFile(config, log)
