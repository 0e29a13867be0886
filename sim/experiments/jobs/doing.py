"""Jobs are done: what is kept already is not computed again, and what is left is told with the time it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.jobs.executors import Executor, Failed
from sim.experiments.jobs.job import Job, keep, missing, plain, remove_what_nobody_writes

Tell = Callable[[str], None]
"""Is told in words how far it is."""


def do_all(
    jobs: Sequence[Job],
    folder: Path,
    executor: Executor,
    tell: Tell = lambda so_far: None,
    read: Callable[[bytes], Any] = plain,
) -> Failed:
    """Have all jobs done that are not; what they give stands in the folder then, under the name of each.

    Returns why some were left out, by the name of their file. `read` raises ValueError of a file that is not whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_what_nobody_writes(folder)
    whole, left = len({job.file for job in jobs}), missing(jobs, folder, read)
    began, before = time.monotonic(), whole - len(left)
    done = before

    def one_more(name: str, contents: bytes) -> None:
        nonlocal done
        keep(contents, folder / name)
        done += 1
        spent = time.monotonic() - began
        tell(f"run {done} of {whole}{_left(spent * (whole - done) / (done - before))}")

    return executor.do(left, one_more) if left else {}


def _left(seconds: float) -> str:
    return f", {duration(seconds)} left" if seconds >= 1 else ""


def duration(seconds: float) -> str:
    """Return a time in words, as exactly as such a time is known."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
