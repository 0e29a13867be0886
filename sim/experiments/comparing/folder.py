"""The folder of a comparison: tables, figures, the answer, and all that is needed to make it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sim
from sim.experiments.comparing.plan import Plan
from sim.experiments.jobs.executors import side_by_side
from sim.experiments.worlds_again import COPY as WORLDS
from sim.parameters.market_file import COPY as MARKET
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
    words: Sequence[str] = (),
    worlds: Sequence[tuple[dict[str, Any], str] | None] = (),
) -> None:
    """Write a comparison into a folder that is there and empty; `made` says how the ensemble was.

    `words` say how it was asked, and `worlds` are of each scenario what its config says of its worlds, and their values
    as CSV (None in the base world): by these it is made again.
    """
    from sim.results.write import write_json, write_tables, write_yaml

    reference = comparison.scenarios[comparison.reference].compared
    write_tables(tables, folder / "tables", reference.parameters.results.csv)
    (folder / "answer.txt").write_text(answer + "\n", encoding="utf-8")
    for each, config, its in zip(comparison.scenarios, configs(comparison), worlds, strict=True):
        file = folder / config
        file.parent.mkdir(parents=True)
        write_yaml(each.compared.config | ({} if its is None else {"worlds": its[0]}), file)
        if its is not None:
            file.with_name(WORLDS).write_text(its[1], encoding="utf-8")
        market = each.compared.parameters.market
        if market is not None and market.file is not None:
            file.with_name(MARKET).write_bytes(market.file.contents)
    write_yaml({"comparison": again(comparison, words)}, folder / "comparison.yaml")
    if draws:
        # As many processes as the plan had for the runs; where none was left to do, it is not worth beginning some.
        side_by_side(_draw, [(folder, False), (folder, True)], plan.workers or 1, lambda done: None)
    write_json(manifest(comparison, command, made, plan, seconds), folder / "manifest.json")


def _draw(asked: tuple[Path, bool]) -> None:
    from sim.report.figures.comparing import draw

    folder, slides = asked
    draw(folder / "tables", folder / "figures", slides=slides)


def configs(comparison: Comparison) -> list[str]:
    """Return where the config of each scenario is: by its number, and its name as far as a folder may have it."""
    names = [each.compared.name for each in comparison.scenarios]
    plain = [re.sub(r"[^A-Za-z0-9_.=-]+", "-", name)[:80].strip("-.") for name in names]
    return [f"scenarios/{number:02}-{name}/config.yaml" for number, name in enumerate(plain, 1)]


def again(comparison: Comparison, words: Sequence[str]) -> dict[str, Any]:
    """Return what a comparison is made again by."""
    scenarios = [
        {"config": config, "name": each.compared.name, "label": each.compared.label, "sweep": each.compared.sweep}
        for each, config in zip(comparison.scenarios, configs(comparison), strict=True)
    ]
    return {
        "study": comparison.study,
        "question": comparison.question,
        "scenarios": scenarios,
        "words": [*words, f"figures=[{','.join(comparison.figures)}]"],
    }


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
                "config": config,
                "replications": len(each.runs),
            }
            for each, config in zip(comparison.scenarios, configs(comparison), strict=True)
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
