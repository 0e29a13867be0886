"""Queues: one unit and scale, outages where they bind, and the bottleneck that the waits tell too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.report.figures import payments, queues, waits
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE
from sim.report.figures.words import day, percent
from tests.report.figures.pictures import spans, texts
from tests.report.figures.runs import full, table


def test_the_pool_is_one() -> None:
    """Catches "the pool on a scale of their own"."""
    station, payments, pool = (queues.Picture(name, name, np.zeros(1)) for name in ("processing", "payments", "pool"))
    for others, said in (
        ([pool], "The pool on a scale of its own."),
        ([payments], "Payments on a scale of their own."),
        ([payments, pool], "Payments and the pool on scales of their own."),
    ):
        assert queues.says([station], others).endswith(f" {said}")


def test_queues_that_are_compared_have_one_unit_and_scale(runs: Callable[[str], Saved]) -> None:
    """Catches thousands beside millions, and a short queue drawn as high as a long one."""
    saved = runs("two_queues")
    with look(PAGE):
        drawn = queues.draw(saved, PAGE)
    by_title = {axes.get_title("left"): axes for axes in drawn.figure.axes}
    stations = [by_title[label] for label in ("Processing", "Civil registry")]
    assert len({axes.get_ylim() for axes in stations}) == 1
    units = [axes.get_ylabel().replace("\n", " ") for axes in drawn.figure.axes]
    assert len({unit.split(", ")[1] for unit in units}) == 1, units
    assert {axes.get_ylabel().split(",")[0] for axes in stations} == {"people"}
    assert by_title["Payment partners"].get_ylabel().startswith("payments") if "Payment partners" in by_title else True


def test_outages_are_shaded_and_named_where_they_bind(runs: Callable[[str], Saved]) -> None:
    """Catches an outage of one partner drawn on another, on other days, or without its name."""
    saved = runs("ovo_closed")
    begin, end = (float(np.datetime64(day, "D").astype(int)) for day in ("2020-11-01", "2020-11-11"))
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            shaded = {axes.get_title("left"): spans(axes) for axes in payments.draw(saved, sheet).figure.axes}
            autumn = {name: [span for span in of if span[0] >= begin] for name, of in shaded.items()}
            assert {name for name, of in autumn.items() if of} == {"OVO"}
            assert autumn["OVO"] == [(begin, end)]
            # The hold of June 2020 is of all four that there were.
            assert {name for name, of in shaded.items() if of} == {"BNI", "OVO", "GoPay", "LinkAja"}
            closed = [text for text in texts(payments.draw(saved, sheet)) if text.startswith("closed ")]
            assert sum("closed 2 times" in text or "November" in text for text in closed) == 1, closed
            shaded = {axes.get_title("left"): spans(axes) for axes in queues.draw(saved, sheet).figure.axes}
            assert {name.partition(":")[0] for name, of in shaded.items() if of} == {"Payment partners"}
            said = texts(queues.draw(saved, sheet))[3:]
            assert any("OVO closed" in text and "November 2020" in text for text in said), said


@pytest.mark.parametrize("name", ["history", "rate", "partner_closed"])
def test_the_finding_of_queues_and_waits(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches a bottleneck where not most person-days were waited, and a peak of another day or size."""
    saved = runs(name)
    stations = {row["station"]: row for row in table(saved, "stations")}
    rows = {row["wait"]: row for row in table(saved, "waits")}
    waited: Counter[str] = Counter({"Places": float(rows["place"]["person_days"])})  # type: ignore[dict-item]
    waited["Providers (classes)"] = float(rows["booking_to_class"]["person_days"])  # type: ignore[assignment]
    for row in stations.values():
        group = "Payment partners" if row["bank"] else row["label"].removesuffix(", again")
        waited[group] += float(row["person_days_waited"])  # type: ignore[assignment]
    most = max(waited, key=lambda label: waited[label])
    verb = "are" if most in ("Places", "Payment partners") else "is"
    share = percent(waited[most] / sum(waited.values()))
    for said in (queues.finding(saved), waits.finding(saved)):
        assert said.startswith(f"{most} {verb} the bottleneck")
    assert share in waits.finding(saved)
    way = [row for name, row in stations.items() if name not in saved.composed["payment"]["partners"]]
    longest = max(way, key=lambda row: int(row["peak_queue"]))
    if most == "Places":
        assert f"; on the way to the pool {longest['label']} has the longest queue, " in queues.finding(saved)
    else:
        here = [row for row in stations.values() if row["bank"] or row["label"] == most]
        longest = max(here, key=lambda row: float(row["person_days_waited"]))
    assert f" {full(saved, longest['peak_queue'])}" in queues.finding(saved)
    assert queues.finding(saved).endswith(f" on {day(date.fromisoformat(longest['peak_queue_date']))}")


def test_a_checkout_is_not_told_as_on_the_way_to_the_pool(runs: Callable[[str], Saved]) -> None:
    """Catches a queue after the award told as one before it, and a platform's outage that is not drawn."""
    saved = runs("checkout_short")
    longest = max(table(saved, "stations"), key=lambda row: int(row["peak_queue"]))
    assert longest["station"] == "checkout"
    assert "; after the award Checkout has the longest queue, " in queues.finding(saved)
    saved = runs("checkout_closed")
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            drawn = queues.draw(saved, sheet)
        shaded = {axes.get_title("left").partition(":")[0] for axes in drawn.figure.axes if spans(axes)}
        assert shaded == {"Checkout", "Payment partners"}  # the latter by the hold of June 2020
        assert any("Marketplace 1 closed 1 to 10 September 2020" in text for text in texts(drawn))


def test_providers_may_be_the_bottleneck(runs: Callable[[str], Saved]) -> None:
    """Catches a finding that looks for a provider among the stations, and a queue of classes that is not drawn."""
    saved = runs("rate")
    here = replace(saved, _read={})
    others = [row | {"rank": row["rank"] + 1} for row in here.rows("bottlenecks") if row["group"] != "providers"]
    own = [row | {"rank": 1, "share": 0.5} for row in here.rows("bottlenecks") if row["group"] == "providers"]
    here._read["bottlenecks"] = [*own, *others]
    wait = next(row for row in here.rows("waits") if row["wait"] == "booking_to_class")
    said = waits.finding(here)
    assert said.startswith(f"Providers (classes) are the bottleneck, {percent(0.5)} of all waiting: ")
    assert f"{full(here, wait['got_it'])} bookings came to a class" in said
    when, most = here.days.peak(here.days.queue("queue_classes"))
    assert most > 0
    assert queues.finding(here).endswith(f": {full(here, most)} bookings wait for a class on {day(when)}")
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            titles = {axes.get_title("left").partition(":")[0] for axes in queues.draw(here, sheet).figure.axes}
        assert "Classes booked, not yet begun" in titles
