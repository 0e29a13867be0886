"""Imports point one way, from the command line down to the calendar; one folder alone knows Hydra."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import sim

PACKAGE = Path(sim.__file__).resolve().parent

ORDER = (
    "command",
    "library",
    "composition",
    "experiments",
    "report",
    "results",
    "observers|engines",
    "programme",
    "stations",
    "rules",
    "parameters",
    "journey",
    "calendar",
)
"""The folders of the package, each knowing only those after it; engines and observers know one another."""

LEVEL = {name: level for level, names in enumerate(ORDER) for name in names.split("|")}


def imports(path: Path) -> Iterator[str]:
    """Yield the modules that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"sim.{each.name}" for each in node.names) if node.module == "sim" else [node.module])
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def sources() -> Iterator[tuple[str, Path]]:
    """Yield every source of a folder of the package, with the name of the folder."""
    for path in sorted(PACKAGE.rglob("*.py")):
        above = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if above not in ("__init__", "__main__"):
            yield above, path


def test_imports_point_one_way() -> None:
    """Catches a part that reaches up, so that a reader of it would have to know what stands above."""
    up = [
        f"{path.relative_to(PACKAGE)} imports {each}"
        for above, path in sources()
        for each in imports(path)
        if each.startswith("sim.") and each.split(".")[1] != "__version__" and LEVEL[each.split(".")[1]] < LEVEL[above]
    ]
    assert up == []


def test_one_folder_knows_hydra() -> None:
    """Catches a part that composes for itself, and would not be refused what the others are."""
    knows = {
        above for above, path in sources() for each in imports(path) if each.split(".")[0] in ("hydra", "omegaconf")
    }
    assert knows == {"composition"}
