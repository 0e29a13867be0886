"""The folder of a comparison: tables, figures, the answer, and all that is needed to make it again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import sim
from sim.experiments.comparing.plan import Plan
from sim.results.comparison import Comparison
from sim.results.table import Table


def write(
    comparison: Comparison,
    tables: dict[str, Table],
    answer: str,
    command: list[str],
    folder: Path,
    *,
    made: str | None,
    plan: Plan,
    seconds: float,
    draws: bool,
) -> None:
    """Write a comparison into a folder that is there and empty; `made` says how the ensemble was."""
    from sim.report.figures.comparing import draw
    from sim.results.write import write_json, write_tables, write_yaml

    reference = comparison.scenarios[comparison.reference].compared
    write_tables(tables, folder / "tables", reference.parameters.results.csv)
    (folder / "answer.txt").write_text(answer + "\n", encoding="utf-8")
    (folder / "scenarios").mkdir()
    for number, each in enumerate(comparison.scenarios, 1):
        write_yaml(each.compared.config, folder / "scenarios" / f"{file_of(number, each.compared.name)}.yaml")
    if draws:
        draw(folder / "tables", folder / "figures")
    write_json(manifest(comparison, command, made, plan, seconds), folder / "manifest.json")


def file_of(number: int, name: str) -> str:
    """Return what the files of a scenario are called: its number, and its name as far as a file may have it."""
    plain = re.sub(r"[^A-Za-z0-9_.=-]+", "-", name)[:80].strip("-.")
    return f"{number:02}-{plain}"


def manifest(
    comparison: Comparison, command: list[str], made: str | None, plan: Plan, seconds: float
) -> dict[str, Any]:
    """Return the origin of a comparison."""
    from sim.results.manifest import commit, parameters_hash, peak_memory, versions

    reference = comparison.scenarios[comparison.reference].compared
    precision = comparison.precision
    return {
        "command": command,
        "study": comparison.study,
        "question": comparison.question,
        "reference": reference.name,
        "scenarios": [
            {
                **each.compared.named.manifest(),
                "name": each.compared.name,
                "label": each.compared.label,
                "sweep": each.compared.sweep,
                "parameters_sha256": parameters_hash(each.compared.config),
                "config": f"scenarios/{file_of(number, each.compared.name)}.yaml",
                "replications": len(each.runs),
            }
            for number, each in enumerate(comparison.scenarios, 1)
        ],
        "figures": list(comparison.figures),
        "replications": len(comparison.replications),
        "worlds": {"made": made} if comparison.in_worlds else "base",
        "precision": None
        if precision is None
        else {
            "asked": precision.asked,
            "figures": list(precision.figures),
            "widest": precision.widest,
            "of": precision.of,
            "reached": precision.reached,
        },
        "left_out": [
            {"scenario": each.scenario, "replication": each.replication, "why": each.why}
            for each in comparison.left_out
        ],
        "scale": comparison.scale,
        "seed": reference.config["run"]["seed"],
        "replication": reference.config["run"]["replication"],
        "engine": reference.config["engine"],
        "workers": plan.workers,
        "runs_done_before": plan.kept,
        "commit": commit(),
        "versions": versions() | {"prakerja": sim.__version__},
        "wall_seconds": round(seconds, 3),
        "peak_memory_bytes": peak_memory(),
    }
