"""What a check says to machines: JUnit, a test case for each figure, and lines that GitHub shows as annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from xml.etree import ElementTree as ET

from sim.report.baselines.answer import beside_changes
from sim.report.baselines.words import levels, named, notes, sentence
from sim.results.baselines.checked import Checked
from sim.results.baselines.judge import BEYOND, Judged, Verdict
from sim.results.baselines.levels import Kept

MOST_ANNOTATIONS = 10
"""GitHub shows ten errors of a step, and ten warnings, and leaves out the others."""


def junit(found: Sequence[Checked]) -> str:
    """Return the report that build servers read: a suite for each baseline, a case for each figure and level.

    A figure that moved is a failure, one of which it cannot be told an error, as is a baseline that cannot be compared.
    """
    root = ET.Element("testsuites", name="capacity baselines")
    for checked in found:
        _suite(root, checked)
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, checked: Checked) -> None:
    name = checked.baseline.name
    suite = ET.SubElement(root, "testsuite", name=name)
    of = f"baselines.{name}"
    if checked.not_comparable:
        case = ET.SubElement(suite, "testcase", classname=of, name="comparable")
        ET.SubElement(case, "error", message=" ".join(notes(checked)))
    for figure, one in checked.judged.items():
        case = ET.SubElement(suite, "testcase", classname=of, name=figure)
        kind = "failure" if one.verdict in BEYOND else "error" if one.verdict is Verdict.UNCLEAR else None
        if kind:
            ET.SubElement(case, kind, message=_message(figure, one, checked), type=one.verdict.value)
        elif one.verdict is Verdict.SAME:
            ET.SubElement(case, "system-out").text = sentence(figure, one, checked)
    for level, said in zip(checked.levels, levels(checked, every=True), strict=True):
        case = ET.SubElement(suite, "testcase", classname=of, name=f"service level {level.name}")
        if level.newly_broken:
            ET.SubElement(case, "failure", message=said, type=Kept.BROKEN.value)
        else:
            ET.SubElement(case, "system-out").text = said
    for kind, tag in (("tests", "testcase"), ("failures", "testcase/failure"), ("errors", "testcase/error")):
        suite.set(kind, str(len(suite.findall(tag))))


def _message(figure: str, one: Judged, checked: Checked) -> str:
    told = f"{named(figure, checked)}: {sentence(figure, one, checked)}"
    return f"{told}. Changed: {beside_changes(checked.changed)}" if checked.changed else told


def for_github(found: Sequence[Checked]) -> Iterator[str]:
    """Yield lines that GitHub shows as errors and warnings, of either as many as it shows: first levels, then figures.

    The figures of all baselines take turns, the farthest of each first.
    """
    yield from _at_most("error", [*_levels(found), *_in_turn(found, lambda checked: checked.moved)])
    yield from _at_most("warning", list(_in_turn(found, lambda checked: checked.of(Verdict.UNCLEAR))))


def _at_most(kind: str, told: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield lines; where there are more than are shown, the last says how many more."""
    some = told if len(told) <= MOST_ANNOTATIONS else told[: MOST_ANNOTATIONS - 1]
    yield from (_line(kind, title, text) for title, text in some)
    if len(some) < len(told):
        yield _line(kind, "Capacity baselines", f"{len(told) - len(some)} more, see the summary")


def _levels(found: Sequence[Checked]) -> Iterator[tuple[str, str]]:
    """Yield what cannot be compared, and the service levels that are newly broken, each with its title."""
    for checked in found:
        title = _title(checked)
        if checked.not_comparable:
            yield title, " ".join(notes(checked))
        told = zip(checked.levels, levels(checked, every=True), strict=True)
        yield from ((title, said) for level, said in told if level.newly_broken)


def _in_turn(found: Sequence[Checked], of: Callable[[Checked], Mapping[str, Judged]]) -> Iterator[tuple[str, str]]:
    """Yield figures of all baselines, the first of each, then the second of each, and so on, with their titles."""
    for some in zip_longest(*(((checked, item) for item in of(checked).items()) for checked in found)):
        for checked, (figure, one) in (each for each in some if each is not None):
            yield _title(checked), _message(figure, one, checked)


def _title(checked: Checked) -> str:
    return f"Capacity baseline {checked.baseline.name}"


def _line(kind: str, title: str, text: str) -> str:
    return f"::{kind} title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
