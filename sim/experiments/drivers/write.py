"""Write what drives figures: tables, the picture, and what makes it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.experiments.drivers.drive import Found
from sim.parameters.named import Named
from sim.results.table import Table


def write(
    found: Found, tables: dict[str, Table], composed: dict[str, Any], named: Named, command: list[str], folder: Path
) -> None:
    """Write all of it into a folder that is there and empty; `command` are the words that make it again."""
    from sim.report.figures import draw_drivers
    from sim.results.manifest import manifest
    from sim.results.write import write_json, write_tables, write_yaml

    write_tables(tables, folder / "tables", composed["results"]["csv"])
    write_yaml(composed, folder / "config.yaml")
    if composed["run"]["figures"] != "none":
        draw_drivers(folder / "tables", folder / "figures", composed, named)
    about = {
        "points": len(found.worlds),
        "again": found.again,
        "made": found.ensemble.made,
        "members": len(found.ensemble.rows),
        "figures": [figure.name for figure in found.figures],
    }
    write_json(
        manifest(command, composed, named, {"all": found.seconds}) | {"drivers": about}, folder / "manifest.json"
    )
