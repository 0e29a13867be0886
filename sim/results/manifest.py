"""Where a run comes from: all that is needed to make it again."""

from __future__ import annotations

import hashlib
import json
import platform
import resource
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sim
from sim.parameters.named import Named

LIBRARIES = ("simpy", "numpy", "numba", "hydra-core", "omegaconf", "pydantic", "duckdb", "matplotlib")


def manifest(command: list[str], composed: dict[str, Any], named: Named, seconds: dict[str, float]) -> dict[str, Any]:
    """Return the origin of a run; `seconds` are wall times of its parts."""
    return {
        "command": command,
        "scenario": named.manifest(),
        "parameters_sha256": parameters_hash(composed),
        "seed": composed["run"]["seed"],
        "replication": composed["run"]["replication"],
        "engine": composed["engine"],
        "commit": commit(),
        "versions": versions(),
        "wall_seconds": {name: round(value, 3) for name, value in seconds.items()},
        "peak_memory_bytes": peak_memory(),
    }


def parameters_hash(composed: dict[str, Any]) -> str:
    """Return the SHA-256 of the composed parameters; where the results are written is no part of it."""
    run = {key: value for key, value in composed["run"].items() if key != "folder"}
    text = json.dumps({**composed, "run": run}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of the libraries that make the results."""
    found = {"python": platform.python_version(), "prakerja": sim.__version__}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "unknown"
    return found


def commit() -> str | None:
    """Return the commit of the checkout that runs, with "+changes" if it was changed; None without git."""
    root = Path(sim.__file__).resolve().parents[1]

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=20)
        return done.stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root:
            return None
        changed = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "HEAD") + ("+changes" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return None


def peak_memory() -> int:
    """Return the peak memory of this process, bytes.

    Linux starts `ru_maxrss` of a process at that of the one which started it, so its own high-water mark is read there.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
