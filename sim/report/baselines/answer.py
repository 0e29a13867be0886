"""What a check says on the screen, and the same as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.baselines.words import cells, change, counts, inside, levels, named, notes, sentence
from sim.results.baselines.baseline import MOST, Change
from sim.results.baselines.checked import CANNOT_TELL, DONE, MOVED, NOT_COMPARABLE, Checked, code_of
from sim.results.baselines.judge import Judged, Verdict

MOST_MOVED, MOST_INSIDE = 12, 5
"""Figures that the screen shows of a baseline: moved or not clear, and changed within the margin."""

SAID = {
    DONE: "Every baseline holds.",
    MOVED: "A baseline moved.",
    CANNOT_TELL: "It cannot be told whether a baseline moved.",
    NOT_COMPARABLE: "A baseline cannot be compared.",
}

ACCEPT = "Meant so? prakerja baseline {} --replace records it anew; say why where you commit it."

ASKED = "Asked of this check alone: {}. To keep it, write it into the scenario, or configs/; then record it anew."

TELL = "To tell, record {} with replications={} at the version that it stands for, and check again."

TELL_LARGER = "To tell, record {} with population.scale={:g} at the version that it stands for, and check again."

TELL_NOT = "{}: a figure lies at its margin, and no thousand runs would tell. Widen the margin, or find what moved it."


def answer(found: Sequence[Checked], keys: Sequence[str] = ()) -> str:
    """Return what is found of every baseline, for the screen; `keys` were said of this check alone."""
    lines: list[str] = []
    for checked in found:
        lines += [*_of_one(checked), ""]
    code = code_of([checked.code for checked in found])
    lines.append(SAID[code])
    moved = [checked.baseline.name for checked in found if checked.code == MOVED]
    if moved:
        lines.append(ASKED.format(" ".join(keys)) if keys else ACCEPT.format(" ".join(moved)))
    lines += [_to_tell(checked) for checked in found if checked.code == CANNOT_TELL]
    return "\n".join(lines)


def _to_tell(checked: Checked) -> str:
    """Return how it can be told whether a baseline moved."""
    needed = [one.needed for one in checked.of(Verdict.UNCLEAR).values()]
    known = [count for count in needed if count is not None]
    if not known:
        return TELL_NOT.format(checked.baseline.name)
    if max(known) <= MOST:
        return TELL.format(checked.baseline.name, max(known))
    # So many more people in each run tell as much as so many more runs.
    baseline = checked.baseline
    larger = float(baseline.parameters["population.scale"]) * max(known) / len(baseline.replications)
    return TELL_LARGER.format(baseline.name, min(float(f"{larger:.1g}"), 1.0))


def _of_one(checked: Checked) -> list[str]:
    name, runs = checked.baseline.name, f"{checked.replications} runs"
    if checked.not_comparable:
        return [f"{name}: not comparable", *(f"  {note}" for note in notes(checked))]
    lines = [f"{name}, {runs}: {counts(checked)}", *(f"  {note}" for note in notes(checked))]
    lines += [f"  {said}" for said in levels(checked)]
    lines += _figures(checked.moved, checked, MOST_MOVED)
    unclear = checked.of(Verdict.UNCLEAR)
    if unclear:
        lines += ["  Cannot tell:", *_figures(unclear, checked, MOST_INSIDE if checked.moved else MOST_MOVED)]
    within = inside(checked)
    if within:
        lines += ["  Changed within the margin:", *_figures(within, checked, MOST_INSIDE)]
    return lines


def _figures(some: dict[str, Judged], checked: Checked, most: int) -> list[str]:
    lines = []
    for name in list(some)[:most]:
        lines += [f"  {named(name, checked)} [{name}]", f"    {sentence(name, some[name], checked)}"]
    if len(some) > most:
        lines.append(f"  ... and {len(some) - most} more")
    return lines


def recorded(old: Checked) -> str:
    """Return what a baseline that is recorded anew moves."""
    if old.not_comparable:
        told = "; ".join(map(change, old.not_comparable))
        return f"Recorded of other people or another seed ({told}): what moves cannot be said."
    return "\n".join(["What moves:", *(f"  {line}" for line in _of_one(old))])


# Markdown


def markdown(found: Sequence[Checked]) -> str:
    """Return the same as Markdown: every figure that is not identical."""
    code = code_of([checked.code for checked in found])
    lines = ["# Capacity baselines", "", f"**{SAID[code]}**", ""]
    lines += ["| baseline | runs | figures |", "|---|---:|---|"]
    for checked in found:
        what = "not comparable" if checked.not_comparable else counts(checked)
        lines.append(f"| {checked.baseline.name} | {checked.replications} | {what} |")
    for checked in found:
        lines += _section(checked)
    return "\n".join(lines) + "\n"


def _section(checked: Checked) -> list[str]:
    rows = {**checked.moved, **checked.of(Verdict.UNCLEAR), **inside(checked)}
    said = [*notes(checked), *levels(checked, every=True)]
    if not rows and not said:
        return []
    lines = ["", f"## {checked.baseline.name}", "", *(f"- {_escaped(one)}" for one in said)]
    if rows:
        lines += ["", "| figure | expected | found | change | margin | |", "|---|---:|---:|---:|---:|---|"]
        for name, one in rows.items():
            told = (f"{named(name, checked)} (`{name}`)", *cells(name, one, checked))
            lines.append(f"| {' | '.join(map(_escaped, told))} |")
    return lines


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def beside_changes(some: Sequence[Change]) -> str:
    """Return changed parameters in a line, for a message beside a figure."""
    return "; ".join(map(change, some[:3])) + ("; ..." if len(some) > 3 else "")
