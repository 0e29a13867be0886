"""What a comparison is: the scenarios, the worlds, the scale."""

from __future__ import annotations

from sim.report.comparing.side_by_side import Sides
from sim.report.comparing.wide import wide


def head(sides: Sides) -> list[str]:
    """Return what is compared, and over what, in lines."""
    comparison, many = sides.comparison, len(sides.names)
    title = f"{comparison.study}: {many} scenarios" if comparison.study else f"{many} scenarios side by side"
    each = sides.called(sides.replications)
    if comparison.in_worlds:
        same = f"the same {each}" if sides.replications > 1 else each
        over = f"in {same} with the same luck; a world has its own values of what nobody knows"
    else:
        over = f"in the base world, {each} of luck, the same for all"
    lines = wide(f"{title}, {over}. Held against {sides.reference}.")
    lines += [line for row in sides.scenarios if (text := _scenario(row)) for line in wide(text, "  ", "    ")]
    if comparison.scale != 1:
        stands = f"one simulated person stands for {1 / comparison.scale:,.6g}"
        lines += wide(f"Scaled: {stands}. Counts are at full population; population.scale=1 simulates all of them.")
    left_out = [(row["scenario"], row["left_out"]) for row in sides.scenarios if row["left_out"]]
    if left_out:
        told = ", ".join(f"{count} of {name}" for name, count in left_out)
        lines += wide(f"Left out, since another scenario does not have them: {told} runs.")
    return lines


def _scenario(row: dict[str, object]) -> str:
    """Return what a scenario is called in words; nothing where its name says it."""
    if not row["label"] or row["label"] == row["scenario"]:
        return ""
    return f"{row['scenario']}: {row['label']}"
