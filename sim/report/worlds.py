"""The answer of a run in many worlds: beside each figure the interval of 90 % of the worlds, and what of it is luck."""

from __future__ import annotations

import re
from datetime import date, datetime

from sim.journey.measures import PAYMENT_PARTNERS, WAITS, revoked_for
from sim.journey.money import OUTCOMES
from sim.journey.route import PROCESSED_AT
from sim.parameters.named import Named
from sim.parameters.sayings import day, when
from sim.report.answer import MONEY
from sim.report.intervals import ENDS, Row, Told, amounts, in_days, in_weeks, rows_of, shares, table_of
from sim.report.outages import outage_lines
from sim.report.text import percent, plain, wrapped
from sim.report.worlds_published import predicted_lines, published_lines
from sim.results.bottleneck import bottleneck
from sim.results.figure import Value
from sim.results.spread import LEAST
from sim.results.tables.worlds import said

MOST_HELD = 6
"""Numbers held that the screen tells; config.yaml has all."""


def answer(told: Told, named: Named) -> str:
    """Return the answer of a run in many worlds as text."""
    parts = [_head(told, named), _unmoved(told), _funnel(told), _waits(told), _stations(told), _bottleneck(told)]
    parts += [_findings(told), _outages(told), _money(told), published_lines(told), predicted_lines(told)]
    text = "\n\n".join("\n".join(part) for part in parts if part)
    if re.search(r"\(in \d+ of \d+\)", text):
        some = f"(in n of {told.worlds}): so many worlds have a value at all, and the ends are those of them."
        text = "\n".join([text, "", *wrapped(some)])
    return text


def _head(told: Told, named: Named) -> list[str]:
    begins, ends = (when(datetime.fromisoformat(str(told.figures[name].value))) for name in ("start", "end"))
    number = f"{told.worlds} worlds" if told.worlds > 1 else "one world"
    head = [f"{named.title}, in {number}{f': {named.question}' if named.question else '.'}"]
    if named.against_base:
        head.append(f"{named.against_base}.")
    people, scale = told.figures["people"].value, float(told.figures["scale"].value or 1)
    took = f"{len(told.runs)} runs in {told.seconds:,.0f} s"
    head.append(f"From {begins} to {ends} WIB{_other_ends(told)}; {people:,} people; {took}.")
    if scale != 1:
        head.append(f"Scaled: one simulated person stands for {1 / scale:,.6g}. Counts are at full population.")
    head.append(
        f"Base: the fitted values. {_ends(told)} Each world (of {told.members}) has its own values of what nobody "
        f"knows, and a luck of its own. {_luck(told)}"
    )
    head.append(_without_error(told))
    if told.made == "laws":
        head.append("The worlds are drawn from the ranges of the assumptions; no published figure has narrowed them.")
    return [line for each in head for line in wrapped(each)]


def _other_ends(told: Told) -> str:
    """Return between which days the worlds end, where they do not all end on the day of the base."""
    days = sorted({str(run.figures["end"].value)[:10] for run in told.runs})
    if len(days) == 1:
        return ""
    first, last = (day(date.fromisoformat(each)) for each in (days[0], days[-1]))
    return f" (in the worlds {first} to {last})"


def _ends(told: Told) -> str:
    """Return what the ends of the intervals are."""
    n = told.worlds
    if n < 2:
        return "One world has no interval."
    if n < LEAST:
        return (
            f"Least and greatest: of {n} worlds, too few for an interval of 90 %; between them lies a further world in "
            f"about {100 * (n - 1) / (n + 1):.0f} of 100 cases (from {LEAST} worlds on there is one)."
        )
    return f"90 %: from the 5th to the 95th percentile of {n} worlds."


def _without_error(told: Told) -> str:
    """Return that the tables leave the model's own error out, and how large it is as a standard deviation."""
    if not told.discrepancy:
        return (
            "The tables are of the simulated programme: how far the model itself is off is not known, and not in them."
        )
    before, after = (f"{100 * size:.1f} %" for size in told.discrepancy)
    others = ", but for those of what is published and predicted," if told.tables["published"].rows else ""
    return (
        f"The tables{others} leave out the model's own error: a standard deviation of {before} up to the award, "
        f"{after} after it."
    )


def _luck(told: Told) -> str:
    if told.worlds < 2:
        return "Neither is luck told."
    return (
        f"Luck: its share of the variance, the rest is not knowing; from {told.twice} worlds run with two lucks, so "
        "right to a factor of two or so."
    )


def _unmoved(told: Told) -> list[str]:
    lines = []
    if told.held:
        each = [f"{key} = {value}" for key, value in told.held.items()]
        more = f" and {len(each) - MOST_HELD} more (see config.yaml)" if len(each) > MOST_HELD else ""
        still = ", ".join(f"{steps} ({count} numbers)" for steps, count in told.about.items())
        vary = f" Its steps by date still vary: {still}." if len(told.about) == 1 else ""
        vary = f" Their steps by date still vary: {still}." if len(told.about) > 1 else vary
        lines.append(f"Set by the question, the same in every world: {', '.join(each[:MOST_HELD])}{more}.{vary}")
    if told.absent:
        each = [f"{block} ({count} numbers)" for block, count in told.absent.items()]
        lines.append(f"Uncertain in the base, but not in this scenario: {', '.join(each)}.")
    if told.unknown:
        lines.append(f"Uncertain here, but not in the ensemble, so the same in every world: {', '.join(told.unknown)}.")
    if told.outside:
        each = [
            f"{key} = {plain(base)} ({plain(low)} to {plain(high)})" for key, (base, low, high) in told.outside.items()
        ]
        more = f" and {len(each) - MOST_HELD} more (see prakerja assumptions)" if len(each) > MOST_HELD else ""
        lines.append(
            f"Values of the base that lie outside those of 90 % of the worlds: {', '.join(each[:MOST_HELD])}{more}."
        )
    return [line for each in lines for line in wrapped(each)]


def _funnel(told: Told) -> list[str]:
    stages = [(f"funnel.{row['stage']}", str(row["label"])) for row in told.tables["funnel"].rows]
    return table_of(told, "Funnel", rows_of(told, stages, amounts))


def _waits(told: Told) -> list[str]:
    lines: list[str] = []
    for what, words in (("median", "Half of those who got it waited"), ("p95", "95 % of those who got it waited")):
        each = [(f"wait.{wait}.{what}_days_got_it", WAITS[wait].label) for wait in WAITS]
        rows = rows_of(told, each, in_days)
        lines += [*([""] if lines and rows else []), *table_of(told, words, rows)]
    return lines


def _stations(told: Told) -> list[str]:
    used = [row for row in told.tables["stations"].rows if row["bank"] in (None, PAYMENT_PARTNERS)]
    queued = [
        (f"station.{row['station']}.peak_queue", str(row["label"]))
        for row in used
        if (told.intervals.get(f"station.{row['station']}.peak_queue") or {}).get("high")
    ]
    queued.append(("peak.queue_payments", "All payments that wait"))
    busy = [(f"station.{row['station']}.utilisation_busiest_month", str(row["label"])) for row in used]
    lines = table_of(told, "Peak queue", rows_of(told, queued, amounts))
    used_up = rows_of(told, busy, shares)
    return [*lines, *([""] if lines and used_up else []), *table_of(told, "Capacity used, busiest month", used_up)]


def _bottleneck(told: Told) -> list[str]:
    labels = {row["group"]: str(row["group_label"]) for row in told.tables["bottlenecks"].rows}
    found = said("bottleneck", told.runs)
    lines = wrapped(f"Bottleneck: {_in_worlds(found, told.worlds, labels)}.")
    base = bottleneck(told.tables["bottlenecks"].rows)
    if base is not None and (not found or found[0][0] != base.name):
        lines += wrapped(f"  In the base it is {base.label}.")
    groups = [(f"bottleneck.{group}.share", label) for group, label in labels.items()]
    ranked = [each for each in groups if (told.intervals.get(each[0]) or {}).get("high")]
    ranked.sort(key=lambda each: -told.intervals[each[0]]["median"])
    return lines + table_of(told, "Share of the days waited", rows_of(told, ranked[:MOST_GROUPS], shares))


MOST_GROUPS = 3
"""Groups whose share of the days waited the screen tells; the table has all."""


def _in_worlds(found: list[tuple[Value, int]], worlds: int, labels: dict[str, str]) -> str:
    """Return what is so in how many worlds: "Places (the quota) in 38 of 40 worlds, Payment partners in 2"."""
    if not found:
        return f"none in {worlds} worlds"
    named = [("none" if value is None else labels.get(str(value), str(value)), number) for value, number in found]
    (first, most), *others = named
    of_all = "the one world" if worlds == 1 else f"all {worlds} worlds"
    head = f"{first} in {of_all if most == worlds else f'{most} of {worlds} worlds'}"
    return ", ".join([head, *(f"{label} in {number}" for label, number in others)])


def _findings(told: Told) -> list[str]:
    weeks = rows_of(told, [("processing.weeks_to_clear", "Weeks until all are processed")], in_weeks)
    counts = rows_of(
        told,
        [
            ("processing.peak_backlog", "Peak backlog of processing"),
            ("processing.processed_by_2022_02_09", "Processed by 9 February 2022"),
            ("places.refused_by_budget", "Places refused by the budget"),
        ],
        amounts,
    )
    wait = rows_of(told, [(f"wait.{PROCESSED_AT}.median_days", "Wait for processing, median")], in_days)
    return [*table_of(told, "Also", [*weeks, *counts, *wait, *_market(told)]), *_levels(told)]


def _market(told: Told) -> list[Row]:
    each = [(f"market.{name}", label) for name, label in MARKET.items()]
    for want, label in REVOKED.items():
        name = f"market.{revoked_for(want)}"
        if (told.intervals.get(name) or {}).get("high"):
            each.append((name, label))
    return rows_of(told, each, amounts)


MARKET = {
    "courses_sold": "Courses sold",
    "next_choices": "Of them a next choice",
}
"""Figures of the market that the screen tells."""

REVOKED = {
    "seat": "Revoked for a seat",
    "checkout": "Revoked at a checkout",
    "course": "Revoked for a course to buy",
    "platform": "Revoked for a platform",
}
"""For want of what awards are revoked, where anybody is in the worlds."""


def _levels(told: Told) -> list[str]:
    """Return of each service level the share with its interval, and in how many worlds it is kept."""
    lines = []
    for row in told.tables["service_levels"].rows:
        name = f"service_level.{row['level']}"
        interval = told.intervals.get(name)
        if row["by"] != "all" or interval is None or interval["base"] is None or interval["low"] is None:
            continue
        base, low, high = (percent(interval[end]) for end in ENDS)
        found = [run.figures[name].value for run in told.runs if run.world and not run.luck]
        kept = sum(isinstance(value, float) and value >= row["share_asked"] for value in found)
        first, second = told.ends
        ends = f"{base}, {first} {low}{',' * (first == 'least')} {second} {high}; {percent(row['share_asked'])} asked"
        lines.append(f"{row['label']}: {ends}: kept in {kept} of {told.worlds} worlds.")
    return [line for each in lines for line in wrapped(each)]


def _outages(told: Told) -> list[str]:
    """Return what the outages did in the base, and of each that touched somebody how many and how much later."""
    table = told.tables.get("outages")
    if table is None:
        return []
    lines = ["In the base:", *outage_lines(table)]
    rows = []
    for row in table.rows:
        name = f"outage.{row['place']}.{row['number']}"
        rows += rows_of(told, [(f"{name}.touched", f"{row['label']}, on another day")], amounts)
        rows += rows_of(told, [(f"{name}.median_days_later", f"{row['label']}, later by, median")], in_days)
    return [*lines, *table_of(told, "Outages", rows)]


def _money(told: Told) -> list[str]:
    words = {"awarded": "awarded", **{name: MONEY[name] for name in ("paid", "returned", *OUTCOMES)}}
    rows = rows_of(told, [(f"money.{name}", label.capitalize()) for name, label in words.items()], amounts)
    return table_of(told, "Money, rupiah", rows)
