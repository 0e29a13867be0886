"""Queues over time: one small picture for each station that had a queue, and the pool."""

from __future__ import annotations

from datetime import date

from matplotlib.axes import Axes

from sim.journey.measures import PAYMENT_PARTNERS
from sim.report.figures.look import BLUE, GREY, INK, PALE, SKY, Page, amounts, dates, page, place, steps
from sim.report.figures.saved import Saved
from sim.report.figures.words import amount, day

SMALL = 0.01
"""A queue less than this share of the largest one is told in words."""

POOL = "The pool is no queue of a station: who passed and is not awarded, whether in a wave or not."

PAYMENTS = "Payment partners, all together"


def draw(saved: Saved) -> Page:
    """Draw the queue of each station that had one at a day's end, by weeks, on scales of their own."""
    by_day, labels = saved.days, names(saved)
    peaks = {name: by_day.peak(by_day.queue(f"queue_{name}")) for name in by_day.queues}
    peaks = {name: peak for name, peak in peaks.items() if peak[1] > 0}
    largest = max((people for _, people in peaks.values()), default=0.0)
    shown = [name for name, (_, people) in peaks.items() if people >= SMALL * largest]
    told = [
        f"{labels[name]} ({amount(peak[1])} on {day(peak[0])})" for name, peak in peaks.items() if name not in shown
    ]
    pool = bool(by_day["people_in_pool"].any())
    says = "Each picture has its own scale. A point is the largest queue at a day's end in its week."
    notes = [POOL] * pool
    if told:
        notes.insert(0, f"Queued too, less than 1 % of the largest queue: {', '.join(told)}.")
    pictures = len(shown) + pool
    if not pictures:
        return page(saved, finding(saved), "Nobody waited at the end of any day.", [], 0.0)
    drawn = page(saved, finding(saved), says, notes, 1.55 * pictures + 0.4)
    for number, name in enumerate([*shown, *["pool"] * pool]):
        axes = drawn.axes(0.75, 0.35, above=0.3 + 1.55 * number, below=0.4 + 1.55 * (pictures - number - 1))
        column, label = ("people_in_pool", "The pool") if name == "pool" else (f"queue_{name}", labels[name])
        _queue(axes, saved, column, label, number == pictures - 1)
    return drawn


def names(saved: Saved) -> dict[str, str]:
    """Return the words for each queue that is saved."""
    return {row["station"]: row["label"] for row in saved.rows("stations")} | {"payments": PAYMENTS}


def finding(saved: Saved) -> str:
    """Return the finding of the queues in a sentence."""
    stations = {row["station"]: row for row in saved.rows("stations")}
    queued = [row for row in stations.values() if row["peak_queue"]]
    found = saved.bottleneck()
    longest = max(queued, key=lambda row: float(row["peak_queue"]), default=None)
    places = found is not None and found.name == "places"
    if longest is None:
        return (
            "Places are the bottleneck: no station had a queue" if places else "No station had a queue at a day's end"
        )
    on_the_way = [row for row in queued if row["station"] in saved.days.queues]
    if places and on_the_way:
        longest = max(on_the_way, key=lambda row: float(row["peak_queue"]))
    if found is not None and not places and stations[found.worst]["peak_queue"]:
        longest = stations[found.worst]
    number = longest["peak_queue"]
    unit = "" if longest["station"] in saved.days.queues else " payment" if number == 1 else " payments"
    peak = amount(number) + unit
    when = day(longest["peak_queue_date"])
    if places:
        where = "on the way to the pool" if on_the_way else "of the payment partners"
        queue = f"{where} {longest['label']} has the longest queue, {peak} on {when}"
        return f"Places are the bottleneck; {queue}"
    if found is not None and found.name == PAYMENT_PARTNERS:
        return f"{found.label} are the bottleneck: the queue of {longest['label']} peaks at {peak} on {when}"
    return f"{longest['label']} is the bottleneck: its queue peaks at {peak} on {when}"


def _queue(axes: Axes, saved: Saved, column: str, label: str, last: bool) -> None:
    by_day = saved.days
    counts = by_day.queue(column)
    values = by_day.largest(counts)
    pool = column == "people_in_pool"
    axes.fill_between(by_day.edges, steps(values), step="post", color=PALE if pool else SKY, linewidth=0)
    axes.step(by_day.edges, steps(values), where="post", color=GREY if pool else BLUE, linewidth=1.2)
    when, most = by_day.peak(counts)
    unit = amounts(axes, most * 1.15, "payments" if label == PAYMENTS else "people")
    axes.set_ylabel(unit)
    axes.yaxis.set_label_coords(-0.055, 0.5)
    dates(axes, by_day.edges)
    axes.grid(axis="y")
    axes.tick_params(axis="x", labelbottom=last)
    axes.set_title(label, loc="left", size=9.5, weight="bold", color=INK, pad=4)
    _peak(axes, by_day.edges[0].item(), by_day.edges[-1].item(), when, most)


def _peak(axes: Axes, first: date, last: date, when: date, most: float) -> None:
    right = (when - first) < 0.6 * (last - first)
    middle = place(when) + 0.5
    axes.plot([middle], [most], "o", color=INK, markersize=3.5, clip_on=False)
    axes.annotate(
        f"{amount(most)} on {day(when)}",
        (middle, most),
        (7 if right else -7, 4),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom",
        size=8.5,
    )
