"""Runs in processes of their own, where no file may be larger than a size, or the whole disk is small."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.campaigns.faulty_runs import WORDS, judged

ROOT = Path(__file__).resolve().parents[2]

HANGS = 60.0
"""Seconds that a run may take; more is a hang."""


def with_limited_files(folder: Path, size: int) -> tuple[str, str]:
    """Run where no file may be larger than a size."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    words = [sys.executable, "-m", "sim", "run", f"run.folder={folder / 'run'}", *WORDS]
    return _alone(words, folder, limit)


def on_a_small_disk(folder: Path, size: int) -> tuple[str, str]:
    """Run on a disk of a size, where one can be had."""
    disk = folder / "disk"
    disk.mkdir()
    words = [sys.executable, "-m", "sim", "run", f"run.folder={disk / 'run'}", *WORDS]
    script = (
        f'mount -t tmpfs -o size={size}k none "$0" 2>/dev/null || exit 77; "$@"; code=$?; '
        'test $code = 0 || test -z "$(ls -A "$0")" || { echo "left: $(ls -A "$0")" >&2; code=78; }; exit $code'
    )
    options = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    return _alone(["unshare", *options, "sh", "-c", script, str(disk), *words], folder, None, whole=None)


def _alone(
    words: list[str], folder: Path, before: Callable[[], None] | None, whole: bool | None = True
) -> tuple[str, str]:
    """Run some words; return the outcome, and what was wrong. Before them something may be done in the process."""
    changes = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            words, cwd=folder, env={**os.environ, **changes}, capture_output=True, text=True, check=False,
            timeout=HANGS, preexec_fn=before, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "hang", " ".join(words)
    except FileNotFoundError:  # no unshare here
        return "cannot be had", ""
    if done.returncode == 77:
        return "cannot be had", ""
    if done.returncode == 78:
        return "leak", done.stderr[-500:]
    if whole is None:  # the disk is gone with the process
        if "Traceback" in done.stderr or done.returncode not in (0, 2):
            return "traceback", done.stderr[-2_500:]
        return ("whole" if done.returncode == 0 else "told"), ""
    return judged(done.returncode, done.stderr, folder, None, None)
