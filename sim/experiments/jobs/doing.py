"""Jobs are done: what is kept already is not computed again, and what is left is told with the time it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.experiments.jobs.executors import Executor, Failure
from sim.experiments.jobs.job import Job, keep, missing, plain, remove_what_nobody_writes

Tell = Callable[[str], None]
"""Is told in words how far it is."""

Failed = dict[str, Failure]
"""Why some jobs were left out, by their name."""


@dataclass
class SoFar:
    """Hold how many jobs of a plan are done, and since when; a plan may have them done in several parts."""

    whole: int
    done: int
    """By now, those that were kept before among them."""
    at_most: bool = False
    """Whether there may be fewer in the end."""
    began: float = field(default_factory=time.monotonic)
    made: int = 0

    def one_more(self) -> str:
        """Count a job that is done, and return in words how far the plan is and how long the rest takes."""
        self.done, self.made = self.done + 1, self.made + 1
        left = (time.monotonic() - self.began) * max(self.whole - self.done, 0) / self.made
        return f"run {self.done} of {'at most ' if self.at_most else ''}{max(self.whole, self.done)}{_left(left)}"


def do_all(
    jobs: Sequence[Job],
    folder: Path,
    executor: Executor,
    tell: Tell = lambda so_far: None,
    read: Callable[[bytes], Any] = plain,
    so_far: SoFar | None = None,
) -> Failed:
    """Have all jobs done that are not; what they give stands in the folder then, under the name of each.

    Returns why some were left out, by the name of their file. `read` raises ValueError of a file that is not whole.
    `so_far` counts the jobs of a plan, of which these are a part.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_what_nobody_writes(folder)
    whole, left = len({job.file for job in jobs}), missing(jobs, folder, read)
    progress = SoFar(whole, whole - len(left)) if so_far is None else so_far

    failed: Failed = {}
    for name, found in executor.do(left):
        if isinstance(found, bytes):
            keep(found, folder / name)
            tell(progress.one_more())
        else:
            failed[name] = found
    return failed


def _left(seconds: float) -> str:
    return f", {duration(seconds)} left" if seconds >= 1 else ""


def duration(seconds: float) -> str:
    """Return a time in words, as exactly as such a time is known."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
