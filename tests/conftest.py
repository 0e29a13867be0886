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

from sim.command.ask import sums_in_one_order

# Before NumPy is loaded, and for all that tests start: as in a fit, and tests that run side by side do not wait for
# each other's threads.
sums_in_one_order()

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


gc.set_threshold(20_000, 20, 20)  # a run makes objects by the ten thousand, and hardly any in a circle


@pytest.fixture(scope="module", autouse=True)
def _leave_alone_what_is_loaded() -> None:
    """Let the garbage collector not look at what is there before a file: each run of the cohort engine calls it."""
    gc.collect()
    gc.freeze()


SIMULATE_TOGETHER = ("tests/report/figures/",)
"""Folders whose files share runs."""

COMPILE_NOTHING = tuple(
    f"tests/{file}.py"
    for file in ("test_named", "test_bad_input", "edge/test_words", "edge/test_files", "test_kinds", "test_scenarios")
)
"""Files that ask, and simulate little or nothing: one process begins with them, while another compiles for both."""


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

        def _assign_work_unit(self, node: Any) -> None:
            if node is not self.nodes[0]:
                asking = next((scope for scope in self.workqueue if scope in COMPILE_NOTHING), None)
                if asking is not None:
                    self.workqueue.move_to_end(asking, last=False)
            super()._assign_work_unit(node)

    return ByFile(config, log)
