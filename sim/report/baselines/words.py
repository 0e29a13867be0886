"""Figures, changes and findings of a check in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.parameters.problems import shown
from sim.parameters.sayings import MONTHS
from sim.parameters.units import shortened
from sim.report.text import beside, percent
from sim.results.baselines.baseline import ABSENT, Baseline, Change, Margin
from sim.results.baselines.checked import Checked, farness
from sim.results.baselines.judge import Judged, Verdict
from sim.results.baselines.levels import Kept, Level
from sim.results.baselines.margins import loosely_held, set_by_hand
from sim.results.figure import Value
from sim.results.meaning import label

MOST_CHANGES = 8
"""Changed parameters that are named on the screen."""


def amount(value: Value, unit: str) -> str:
    """Return a figure as a planner reads it."""
    if unit.startswith("first month"):
        return "never" if value is None else _when(str(value)[:7])
    if value is None:
        return "not reached"
    if isinstance(value, str | bool):
        return str(value).lower() if isinstance(value, bool) else value
    if unit.startswith("share"):
        return percent(value, 2)
    if unit == "rupiah" and abs(value) >= 1e6:
        return str(shortened(value, ",.3f"))
    if unit.startswith(("days", "weeks", "Herfindahl")):
        return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.1f}"
    return f"{value:,.0f}"


def signed(value: float, unit: str) -> str:
    """Return a change with its sign."""
    told = amount(abs(value), unit)
    return f"{'-' if value < 0 else '+'}{told}"


def named(name: str, checked: Checked) -> str:
    """Return a figure in words."""
    return label(name, checked.words)


def unit_of(name: str, checked: Checked) -> str:
    """Return the unit of a figure."""
    return checked.baseline.figures[name].unit


def cells(name: str, one: Judged, checked: Checked) -> tuple[str, str, str, str, str]:
    """Return what is expected, found, the change, the margin and the verdict."""
    unit = unit_of(name, checked)
    change = "-" if one.difference is None else signed(one.difference, unit)
    margin = "-" if one.margin is None else f"±{amount(one.margin, unit)}"
    return amount(one.expected, unit), amount(one.found, unit), change, margin, verdict(one)


def verdict(one: Judged) -> str:
    """Return a verdict in words, with how many replications would do."""
    if one.verdict is not Verdict.UNCLEAR:
        return str(one.verdict.value)
    more = f"; {one.needed} runs would" if one.needed else ": at the margin"
    return f"{one.verdict.value}{more}"


def sentence(name: str, one: Judged, checked: Checked) -> str:
    """Return what is found of a figure in a sentence."""
    expected, found, change, margin, what = cells(name, one, checked)
    unit = unit_of(name, checked).split(",")[0]
    of_unit = "" if unit.startswith("share") or one.difference is None else f" {unit}"
    more = "" if one.difference is None else f" ({change}, margin {margin})"
    return f"{expected} → {found}{of_unit}{more}: {what}{f' ({one.said})' if one.said else ''}"


def change(one: Change) -> str:
    """Return a changed parameter: "processing.rate: 800000 → 600000"."""
    before, after = (value if value == ABSENT else shown(value) for value in (one.before, one.after))
    return f"{one.key}: {before} → {after}"


def levels(checked: Checked, every: bool = False) -> Iterator[str]:
    """Yield what is said of service levels: of those that are broken, or all."""
    for level in checked.levels:
        if every or level.now is not Kept.KEPT:
            yield _level(level, checked)


def _level(level: Level, checked: Checked) -> str:
    name = label(f"service_level.{level.name}", checked.words)
    found, asked = beside(level.found or 0.0, level.asked)
    if level.now is Kept.KEPT:
        return f"{name}: {found}, {asked} asked: kept"
    short = 100 * (level.asked - (level.found or 0.0))
    before = "" if level.expected is None else f", {percent(level.expected, 2)} expected"
    if level.now is Kept.NEAR:
        return f"{name}: {found}, {asked} asked{before}: {level.now.value}"
    since = f", since {_when(level.since)}" if level.since else ""
    as_before = "" if level.newly_broken else " (as in the baseline)"
    missed = f"{found}, {asked} asked{before}, {short:.2f} points short"
    return f"{name}: BROKEN{as_before}: {missed}{since}{_blame(level, checked)}"


def _when(since: str) -> str:
    """Return a day, or a month, as it is said: "28 September 2020", "September 2020"."""
    year, month, *day = (int(part) for part in since.split("-"))
    return " ".join([*map(str, day), MONTHS[month - 1], str(year)])


def _blame(level: Level, checked: Checked) -> str:
    """Return which station is to blame."""
    if level.blame is None:
        return ""
    where, share = checked.words.get(level.blame.station, level.blame.station), percent(level.blame.share, 0)
    if level.blame.more:
        return f"; to blame is {where} ({share} of the person-days waited beyond what is expected)"
    return f"; most was waited at {where} ({share} of the person-days)"


MOST_NAMED = 3
"""Figures that are named where it is only said how many there are of a kind."""


def margins(baseline: Baseline) -> Iterator[str]:
    """Yield what is to be known of margins: those set by hand, and those that are wider than half of the figure."""
    hand = set_by_hand(baseline)
    if hand:
        yield f"Margins set by hand: {_some({name: _margin(name, one, baseline) for name, one in hand.items()})}"
    loose = loosely_held(baseline)
    if loose:
        count = "1 figure is" if len(loose) == 1 else f"{len(loose)} figures are"
        some = _some(dict.fromkeys(loose, ""))
        yield f"{count} held loosely, by a margin of more than half of what is expected: {some}"


def _margin(name: str, one: Margin, baseline: Baseline) -> str:
    return f" ±{percent(one.size, 2) if one.relative else amount(one.size, baseline.figures[name].unit)}"


def _some(told: Mapping[str, str]) -> str:
    first = ", ".join(f"{name}{more}" for name, more in list(told.items())[:MOST_NAMED])
    return f"{first}{f' and {len(told) - MOST_NAMED} more' if len(told) > MOST_NAMED else ''}"


def counts(checked: Checked) -> str:
    """Return how many figures are what."""
    told = [(verdict, len(checked.of(verdict))) for verdict in Verdict]
    return ", ".join(f"{count} {verdict.value}" for verdict, count in told if count)


def inside(checked: Checked) -> dict[str, Judged]:
    """Return the figures that changed within their margins, the farthest first."""
    found = checked.of(Verdict.SAME)
    return dict(sorted(found.items(), key=lambda item: (-farness(item[1]), item[0])))


def notes(checked: Checked) -> Iterator[str]:
    """Yield what else is to be known: another engine, another luck, changed parameters, new figures."""
    if checked.not_comparable:
        told = "; ".join(map(change, checked.not_comparable))
        yield f"Not comparable: {told}. Record it anew, or check with the same people and seed."
        return
    if checked.engine != checked.baseline.engine:
        yield f"Engine: {checked.baseline.engine} → {checked.engine}"
    if checked.luck:
        told = "; ".join(checked.luck[:MOST_CHANGES])
        more = f"; and {len(checked.luck) - MOST_CHANGES} more" if len(checked.luck) > MOST_CHANGES else ""
        yield f"Luck is another ({told}{more}): pairing is lost, compared as two samples."
    yield from (f"Changed: {change(one)}" for one in checked.changed[:MOST_CHANGES])
    if len(checked.changed) > MOST_CHANGES:
        yield f"Changed: {len(checked.changed) - MOST_CHANGES} more parameters"
    loose = checked.of(Verdict.SAME, Verdict.UNCLEAR).keys() & loosely_held(checked.baseline).keys()
    if loose:
        count = "1 figure changed that is" if len(loose) == 1 else f"{len(loose)} figures changed that are"
        told = _some(dict.fromkeys(sorted(loose), ""))
        yield f"{count} held loosely, by a margin of more than half of what is expected: {told}"
    if checked.new:
        yield f"New, and not held: {', '.join(checked.new[:MOST_CHANGES])}{', ...' * (len(checked.new) > MOST_CHANGES)}"
