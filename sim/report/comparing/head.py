"""What a comparison is: the scenarios, the worlds, the scale."""

from __future__ import annotations

from sim.parameters.sayings import when
from sim.report.comparing.side_by_side import Sides
from sim.report.comparing.wide import wide
from sim.report.text import percent


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
    lines += wide(comparison.question or "")
    lines += [line for row in sides.scenarios if (text := _scenario(row)) for line in wide(text, "  ", "    ")]
    if comparison.scale != 1:
        stands = f"one simulated person stands for {1 / comparison.scale:,.6g}"
        lines += wide(f"Scaled: {stands}. Counts are at full population; population.scale=1 simulates all of them.")
    return [*lines, *_ends(sides), *_left_out(sides), *_precision(sides)]


def _ends(sides: Sides) -> list[str]:
    """Say when the runs end, where they do not all end alike: what is counted at the end is not of one day then."""
    of: dict[str, list[str]] = {}
    for scenario in sides.comparison.scenarios:
        end = scenario.compared.parameters.clock.end
        words = "when nothing is left to do" if end is None else f"on {when(end)}"
        of.setdefault(words, []).append(scenario.compared.name)
    if len(of) == 1:
        return []
    told = "; ".join(f"{', '.join(names)} {words}" for words, names in of.items())
    return wide(f"The runs do not end on one day, so counts at the end are not of one day: {told}.")


def _left_out(sides: Sides) -> list[str]:
    """Say which runs there are not, and which are left out since another scenario does not have them."""
    comparison = sides.comparison
    lines = [f"Not made: {each.scenario}, {each.replication}: {each.why}." for each in comparison.left_out]
    unpaired = [f"{row['left_out']} of {row['scenario']}" for row in sides.scenarios if row["left_out"]]
    if unpaired:
        lines.append(f"Left out, since another scenario does not have them: {', '.join(unpaired)}.")
    return [line for each in lines for line in wide(each)]


def _precision(sides: Sides) -> list[str]:
    """Say whether the means came to be known as well as was asked."""
    precision = sides.comparison.precision
    if precision is None:
        return []
    asked = f"Precision asked: the 95 % interval of each mean within {percent(precision.asked)} of it, either way"
    if precision.widest is None:
        return wide(f"{asked}. It cannot be said: {precision.of}.")
    found = f"{percent(precision.widest)} at the worst, of {precision.of}"
    after = sides.called(sides.replications)
    reached = "reached" if precision.reached else f"not reached, and no more than {precision.most:,} were allowed"
    return wide(f"{asked}: {reached} after {after} ({found}).")


def _scenario(row: dict[str, object]) -> str:
    """Return what a scenario is called in words; nothing where its name says it."""
    if not row["label"] or row["label"] == row["scenario"]:
        return ""
    return f"{row['scenario']}: {row['label']}"
