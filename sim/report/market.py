"""What the market did, in words: what was sold where, seats taken, who found nothing, and certificates that wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sim.journey.measures import TEN, WANTS, revoked_for
from sim.journey.route import CERTIFICATES
from sim.report.text import count, percent, rupiah, wrapped
from sim.results.figure import Figure
from sim.results.table import Table


def market_lines(tables: Mapping[str, Table], figures: dict[str, Figure]) -> list[str]:
    """Return what the tables and key figures of the market say."""
    own: dict[str, Any] = {name.removeprefix("market."): figure.value for name, figure in figures.items()}
    if not own["came"]:
        return ["Market: nobody came to buy a course."]
    lines = [_sales(tables, own), _seats(own), _nothing(own), _revoked(own), _certificates(tables)]
    return ["Market", *(line for each in lines if each for line in wrapped(f"  {each}"))]


def _sales(tables: Mapping[str, Table], own: dict[str, Any]) -> str:
    sold: Counter[str] = Counter()
    for row in tables["market"].rows:
        sold[row["label"]] += row["sold"]
    sellers = sum(number > 0 for number in sold.values())
    if not sellers:
        return "No course was sold."
    (largest, most), total = sold.most_common(1)[0], sum(sold.values())
    where = f"on {largest}" if sellers == 1 else f"on {sellers:,} platforms, {percent(most / total)} on {largest}"
    providers = len(set(tables["courses"].column("provider")))
    told = f"{count(own['courses_sold'])} courses sold {where}; {rupiah(own['rupiah'])} rupiah to providers"
    if providers <= TEN:
        return f"{told}."
    return f"{told}, the ten largest of {providers:,} sell {percent(own['share_of_ten_largest'])} of the courses."


def _seats(own: dict[str, Any]) -> str:
    next_choices = f"{count(own['next_choices'])} courses sold were not the buyer's first choice."
    if not own["seats_offered"]:
        return f"No live seats were offered. {next_choices}"
    taken, offered, used = count(own["seats_taken"]), count(own["seats_offered"]), percent(own["seats_used"])
    away = f"{count(own['turned_away'])} times a chosen class was full or too late"
    return f"{taken} of {offered} live seats taken, {used}; {away}.{_added(own)} {next_choices}"


def _added(own: dict[str, Any]) -> str:
    """Say how many of the seats offered were added, where providers may add some."""
    if "seats_added" not in own:
        return ""
    added = own["seats_added"]
    return f" Providers added {count(added)} of the seats offered." if added else " No provider added seats."


WHY = {
    "found_no_seat": "since no chosen class had a seat soon enough",
    "found_nothing_to_buy": "since nothing was on sale that the balance buys",
    "found_no_platform": "since no platform was there",
    "found_platform_gone": "since the platform left",
}
"""Why people left without a course, by key figure."""


def _nothing(own: dict[str, Any]) -> str:
    if not own["found_nothing"]:
        return f"Nobody left without a course, of {count(own['came'])} times that somebody came to buy one."
    told = [f"{count(own[name])} {why}" for name, why in WHY.items() if own[name]]
    nothing, came = count(own["found_nothing"]), count(own["came"])
    return f"Of {came} times that somebody came to buy a course, {nothing} ended without one: {', '.join(told)}."


WANT_OF = dict(zip(WANTS.values(), ("checkout", "a seat", "a course to buy", "a platform"), strict=True))
"""For want of what awards are revoked, in words."""

ALWAYS_TOLD = ("checkout", "seat")
"""For want of what nobody being revoked is worth saying."""


def _revoked(own: dict[str, Any]) -> str:
    told = [
        f"{count(number) if number else 'nobody'} for want of {words}"
        for want, words in WANT_OF.items()
        if (number := own[revoked_for(want)]) or want in ALWAYS_TOLD
    ]
    return f"Revoked at the deadline: {', '.join(told)}."


def _certificates(tables: Mapping[str, Table]) -> str:
    row = next(row for row in tables["stations"].rows if row["station"] == CERTIFICATES)
    if not row["peak_queue"]:
        return "No certificate waited at the end of a day."
    return (
        f"Certificates: {count(row['peak_queue'])} waited at most, on {row['peak_queue_date']}; "
        f"{count(row['waiting_at_end']) if row['waiting_at_end'] else 'none'} at the end."
    )
