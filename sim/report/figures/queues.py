"""Queues over time: a small picture for each station that had a queue, the payment partners, classes, and the pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import attrgetter

import numpy as np
from matplotlib.axes import Axes

from sim.journey.measures import PAYMENT_PARTNERS, PROVIDERS
from sim.journey.route import CHECKOUT, MARKET, ROUTE
from sim.report.figures.look import BLUE, GREY, INK, PALE, SKY, amounts, dates, place, steps
from sim.report.figures.outages import outages, shade, told
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Counts, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount, day

CLASSES = "queue_classes"
"""The daily column of those who have booked and wait for a class."""

SMALL = 0.01
"""A queue less than this share of the longest one is told in words."""

AFTER_AWARD = tuple(station.name for station in MARKET)
"""Stations of the market's platforms, whose blocks in the config have the same names."""

FEW = 3
"""Pictures that a slide has room for: of the stations those with the longest queues."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What one picture shows: people, payments or bookings that wait at each day's end."""

    name: str
    label: str
    waiting: Counts
    of: str = "people"

    @property
    def most(self) -> float:
        """Return the largest queue at a day's end."""
        return float(self.waiting.max())


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw the queues by weeks: of stations on one scale; payments, classes and the pool on scales of their own."""
    stations, pool = _stations(saved), _pool(saved)
    apart = [_payments(saved), _classes(saved)]
    if sheet.slide:
        found = saved.bottleneck()
        apart = apart[1:] if found is not None and found.name == PROVIDERS.name else apart[:1]
    every = [picture for picture in (*stations, *apart) if picture.most]
    longest = max((picture.most for picture in every), default=0.0)
    long = [picture for picture in every if picture.most >= SMALL * longest]
    stations, others = ([picture for picture in long if (picture in apart) == of] for of in (False, True))
    others += [pool] * bool(pool.most)
    if sheet.slide:
        few = sorted(stations, key=attrgetter("most"), reverse=True)[: FEW - len(others)]
        stations = [picture for picture in stations if picture in few]
    shown = [*stations, *others]
    if not shown:
        return page(saved, sheet, finding(saved), "Nobody waited at the end of any day.", [], 0.0)
    notes = ["The pool: who passed and is not awarded, whether in a wave or not."] * (shown[-1].name == "pool")
    small = [picture for picture in every if picture not in shown]
    if small:
        notes.insert(0, f"Queued too, too few to draw: {', '.join(_peak_of(saved, picture) for picture in small)}.")
    drawn = page(saved, sheet, finding(saved), says(stations, others), notes, 1.5 * len(shown) + 0.35)
    high = (drawn.space - 0.34) / len(shown)
    most = max(picture.most for picture in shown)
    for number, picture in enumerate(shown):
        below = 0.34 + high * (len(shown) - number - 1)
        axes = drawn.axes(0.8, 0.35, above=0.24 + high * number, below=below + 0.06)
        scale = max(one.most for one in stations) if picture in stations else picture.most
        _queue(axes, saved, picture, scale, most, sheet)
        axes.tick_params(axis="x", labelbottom=number == len(shown) - 1)
    return drawn


def _stations(saved: Saved) -> list[Picture]:
    labels = {row["station"]: row["label"] for row in saved.rows("stations")}
    return [Picture(name, labels[name], saved.days.queue(f"queue_{name}")) for name in saved.on_the_way()]


def _payments(saved: Saved) -> Picture:
    """Return the payments, which are not compared with people: a person may wait for several."""
    return Picture("payments", "Payment partners", saved.days.queue("queue_payments"), "payments")


def _classes(saved: Saved) -> Picture:
    """Return the bookings of live courses, which are not compared with people either; none in the open market."""
    days = saved.days
    waiting = days.queue(CLASSES) if days.has(CLASSES) else np.zeros(days.dates.size)
    return Picture("classes", "Classes booked, not yet begun", waiting, "bookings")


def _pool(saved: Saved) -> Picture:
    return Picture("pool", "The pool, which is no queue", saved.days["people_in_pool"])


POOL = "the pool"


def says(stations: list[Picture], others: list[Picture]) -> str:
    """Return what is drawn, and which pictures are on one scale."""
    told = "Waiting at a day's end, the most in each week."
    own = [{"payments": "payments", "classes": "classes", "pool": POOL}[picture.name] for picture in others]
    if len(stations) + len(own) < 2:
        return told
    parts = ["one scale for the stations"] * (len(stations) > 1)
    whose = "on scales of their own" if len(own) > 1 else f"on a scale of {'its' if own == [POOL] else 'their'} own"
    parts += [f"{_listed(own)} {whose}"] * bool(own)
    return f"{told} {'; '.join(parts).capitalize()}."


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])


def _peak_of(saved: Saved, picture: Picture) -> str:
    when, most = saved.days.peak(picture.waiting)
    return f"{picture.label} ({amount(most)} on {day(when)})"


def finding(saved: Saved) -> str:
    """Return the finding of the queues in a sentence."""
    stations = {row["station"]: row for row in saved.rows("stations")}
    queued = [row for row in stations.values() if row["peak_queue"] and row["bank"] in (None, PAYMENT_PARTNERS)]
    found = saved.bottleneck()
    longest = max(queued, key=lambda row: float(row["peak_queue"]), default=None)
    places = found is not None and found.name == "places"
    if found is not None and found.name == PROVIDERS.name:
        on, most = saved.days.peak(saved.days.queue(CLASSES))
        return f"{found.label} are the bottleneck: {amount(most)} bookings wait for a class on {day(on)}"
    if longest is None:
        return (
            "Places are the bottleneck: no station had a queue" if places else "No station had a queue at a day's end"
        )
    way = saved.on_the_way()
    on_the_way = [row for row in queued if row["station"] in way]
    if places and on_the_way:
        longest = max(on_the_way, key=lambda row: float(row["peak_queue"]))
    if found is not None and not places and stations[found.worst]["peak_queue"]:
        longest = stations[found.worst]
    number = longest["peak_queue"]
    payments = " payment" if number == 1 else " payments"
    peak = amount(number) + (payments if longest["bank"] == PAYMENT_PARTNERS else "")
    when = day(longest["peak_queue_date"])
    if places:
        where = "on the way to the pool" if on_the_way else "of the payment partners"
        where = "after the award" if longest["station"] in AFTER_AWARD else where
        queue = f"{where} {longest['label']} has the longest queue, {peak} on {when}"
        return f"Places are the bottleneck; {queue}"
    if found is not None and longest["bank"] is not None:
        is_or_are = "is" if found.name == CHECKOUT else "are"
        return f"{found.label} {is_or_are} the bottleneck: the queue of {longest['label']} peaks at {peak} on {when}"
    return f"{longest['label']} is the bottleneck: its queue peaks at {peak} on {when}"


def _queue(axes: Axes, saved: Saved, picture: Picture, scale: float, most: float, sheet: Sheet) -> None:
    by_day, pool = saved.days, picture.name == "pool"
    values = by_day.largest(picture.waiting)
    axes.fill_between(by_day.edges, steps(values), step="post", color=PALE if pool else SKY, linewidth=0)
    axes.step(by_day.edges, steps(values), where="post", color=GREY if pool else BLUE, linewidth=1.2)
    room, ticks = (1.7, 2) if sheet.slide else (1.2, 4)
    unit = amounts(axes, scale * room, picture.of, beside=most, ticks=ticks)
    label = f"{picture.label}: {unit}" if sheet.slide else picture.label
    axes.set_ylabel("" if sheet.slide else unit.replace(", ", ",\n"))
    axes.yaxis.set_label_coords(-0.05, 0.5)
    dates(axes, by_day.edges)
    axes.grid(axis="y")
    axes.set_title(label, loc="left", size=9.5, weight="bold", color=INK, pad=4)
    when, peak = by_day.peak(picture.waiting)
    _peak(axes, (by_day.edges[0].item(), by_day.edges[-1].item()), when, peak, sheet)
    closed = _closed(axes, saved, picture.name)
    if closed:
        axes.set_title(
            closed if sheet.slide else f"hatched: {closed}", loc="right", size=sheet.small, color=GREY, pad=4
        )


def _closed(axes: Axes, saved: Saved, name: str) -> str:
    """Shade when a station, any platform's or any payment partner was closed, and return it in words."""
    blocks = {station.name: station.config for station in ROUTE}
    if name == "payments":
        partners = saved.composed["payment"]["partners"].values()
        found = [(f"{partner['name']} ", outages(partner, saved.days.edges)) for partner in partners]
    elif name in AFTER_AWARD:
        platforms = saved.composed["market"]["platforms"].values()
        found = [(f"{each['name']} ", outages(each[name], saved.days.edges)) for each in platforms]
    elif name in blocks:
        block = saved.composed
        for key in blocks[name].split("."):
            block = block[key]
        found = [("", outages(block, saved.days.edges))]
    else:
        return ""
    closed = [(who, spans) for who, spans in found if spans]
    for _, spans in closed:
        shade(axes, spans)
    more = f"; and {len(closed) - 1:,} more" if len(closed) > 1 else ""
    return f"{closed[0][0]}{told(closed[0][1])}{more}" if closed else ""


def _peak(axes: Axes, ends: tuple[date, date], when: date, most: float, sheet: Sheet) -> None:
    middle = place(when) + 0.5
    right = middle - place(ends[0]) < 0.6 * (ends[1] - ends[0]).days
    axes.plot([middle], [most], "o", color=INK, markersize=3.5, clip_on=False)
    at, side = (7 if right else -7, 3), "left" if right else "right"
    words = f"{amount(most)} on {day(when)}"
    axes.annotate(words, (middle, most), at, textcoords="offset points", ha=side, va="bottom", size=sheet.text)
