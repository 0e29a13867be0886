"""What a check says to machines: JUnit, a test case for each figure, and lines that GitHub shows as annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from sim.report.baselines.answer import beside_changes
from sim.report.baselines.words import levels, named, notes, sentence
from sim.results.baselines.checked import Checked
from sim.results.baselines.judge import BEYOND, Judged, Verdict
from sim.results.baselines.levels import Kept

MOST_ANNOTATIONS = 10
"""GitHub shows ten errors of a step, and leaves out the others."""


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
    """Yield lines that GitHub shows as errors and warnings, so many of a baseline at most, levels first."""
    for checked in found:
        title = f"Capacity baseline {checked.baseline.name}"
        if checked.not_comparable:
            yield _line("error", title, " ".join(notes(checked)))
        told = zip(checked.levels, levels(checked, every=True), strict=True)
        yield from (_line("error", title, said) for level, said in told if level.newly_broken)
        for figure, one in list(checked.moved.items())[:MOST_ANNOTATIONS]:
            yield _line("error", title, _message(figure, one, checked))
        if len(checked.moved) > MOST_ANNOTATIONS:
            yield _line("error", title, f"{len(checked.moved) - MOST_ANNOTATIONS} more figures moved")
        for figure, one in list(checked.of(Verdict.UNCLEAR).items())[:MOST_ANNOTATIONS]:
            yield _line("warning", title, _message(figure, one, checked))


def _line(kind: str, title: str, text: str) -> str:
    return f"::{kind} title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
