"""The order in which tests are run against a mutant: those that tell most of the changed source come first."""

from __future__ import annotations

from pathlib import Path

ORDER = {
    "rules": "rules market programme stations equality limits journey engine theory peer",
    "stations": "stations market equality rules limits theory peer programme engine journey",
    "programme": "programme market equality engine limits rules stations theory peer journey",
    "engines": "equality market engine limits rules stations theory peer programme journey",
    "observers": "engine equality market limits theory rules stations programme peer journey",
}
"""Folders of tests by the folder of the changed source, the most telling first; all other tests follow."""

NOT_RUN = ("benchmarks", "campaigns")
"""Folders whose tests say nothing of a mutant's behaviour, or would run mutants themselves."""


def ordered(root: Path, source: str) -> list[str]:
    """Return the files of tests in the order in which they tell most of a source; its own come first."""
    folders = ORDER[source.split("/")[1]].split()
    own = f"test_{Path(source).stem}.py"
    files = [file.relative_to(root) for file in sorted((root / "tests").rglob("test_*.py"))]
    files = [file for file in files if file.parts[1] not in NOT_RUN]

    def place(file: Path) -> tuple[bool, int, str]:
        folder = file.parts[1]
        return file.name != own, folders.index(folder) if folder in folders else len(folders), file.as_posix()

    return [file.as_posix() for file in sorted(files, key=place)]
