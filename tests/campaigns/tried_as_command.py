"""A trial of the fuzzing as a command, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaigns.hostile import UNSEEN
from tests.campaigns.leaks import contents
from tests.campaigns.messages import unclear
from tests.campaigns.scenario_files import in_yaml
from tests.campaigns.trials import GIVEN, PEOPLE, SLOW, Trial

ROOT = Path(__file__).resolve().parents[2]


def as_command(each: Trial) -> tuple[str, float, str]:
    """Try something as a command in a process of its own; return the outcome, the seconds, and what was wrong."""
    if each.config is not None:
        changed = {key: value for key, value in each.config.items() if isinstance(key, str)}
        each = Trial(each.number, "file", ["scenario=FILE"], in_yaml(changed).encode("utf-8", "surrogatepass"))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        words = [*each.words_in(folder), f"population.scale={PEOPLE / 80_000_000}", "run.folder=out"]
        if any("\0" in word for word in words):  # no command can hold it
            words = [word.replace("\0", "") for word in words]
        outcome, what = _run(["run", *words], folder)
    return outcome, time.perf_counter() - began, what


def _run(words: list[str], folder: Path) -> tuple[str, str]:
    """Run the command of some words in a folder; return the outcome, and what was wrong."""
    changes = {"UNSEEN": UNSEEN, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    with _group([sys.executable, "-m", "sim", *words], folder, changes) as process:
        try:
            _, said = process.communicate(timeout=SLOW)
        except subprocess.TimeoutExpired:
            return "hang", " ".join(words)[:2_000]
    text = said.decode("utf-8", "backslashreplace")
    left = set(contents(folder)) - {*GIVEN}
    if "Traceback" in text or process.returncode not in (0, 2):
        return "traceback", f"exit code {process.returncode}: {text[-2_000:]}"
    if process.returncode == 2:
        if left:
            return "leak", str(left)
        why = unclear(text)
        return ("unclear", f"{why}: {text[:500]!r}") if why else ("told", "")
    if {path.split("/")[0] for path in left} != {"out"} or "out/manifest.json" not in left:
        return "leak", str(sorted(path for path in left if not path.startswith("out/")))
    return "done", ""


@contextmanager
def _group(command: list[str], folder: Path, changes: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a group of processes of its own, all of which are ended at the end."""
    process = subprocess.Popen(
        [os.fsencode(word) if isinstance(word, str) else word for word in map(_encodable, command)],
        cwd=folder, env={**os.environ, **changes}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _encodable(word: str) -> str:
    """Return a word that can stand on a command line: half a character is one of its bytes."""
    return "".join(sign if not "\ud800" <= sign <= "\udfff" else "\udcff" for sign in word)
