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
from sim.report.intervals import ENDS, Told, amounts, in_days, in_weeks, rows_of, shares, table_of
from sim.report.outages import outage_lines
from sim.report.published import scope_in_words
from sim.report.text import block, percent, wrapped
from sim.results.bottleneck import bottleneck
from sim.results.figure import Value
from sim.results.figures_of_tables import published_name
from sim.results.tables.worlds import said

MOST_HELD = 6
"""Numbers held that the screen tells; config.yaml has all."""


def answer(told: Told, named: Named) -> str:
    """Return the answer of a run in many worlds as text."""
    parts = [_head(told, named), _unmoved(told), _funnel(told), _waits(told), _stations(told), _bottleneck(told)]
    parts += [_findings(told), _outages(told), _money(told), _published(told), _predicted(told)]
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
        f"Base: the fitted values. 90 %: from the 5th to the 95th percentile of {told.worlds} worlds (of "
        f"{told.members}), each with its own values of what nobody knows, and a luck of its own. {_luck(told)}"
    )
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


def _luck(told: Told) -> str:
    if told.worlds < 2:
        return "One world has no interval."
    return (
        f"Luck: its share of the variance, the rest is not knowing; from {told.twice} worlds run with two lucks, so "
        "right to a factor of two or so."
    )


def _unmoved(told: Told) -> list[str]:
    lines = []
    if told.held:
        each = [f"{key} = {value}" for key, value in told.held.items()]
        more = f" and {len(each) - MOST_HELD} more (see config.yaml)" if len(each) > MOST_HELD else ""
        lines.append(f"Set by the question, the same in every world: {', '.join(each[:MOST_HELD])}{more}.")
    if told.absent:
        each = [f"{block} ({count} numbers)" for block, count in told.absent.items()]
        lines.append(f"Uncertain in the base, but not in this scenario: {', '.join(each)}.")
    if told.unknown:
        lines.append(f"Uncertain here, but not in the ensemble, so the same in every world: {', '.join(told.unknown)}.")
    return [line for each in lines for line in wrapped(each)]


def _funnel(told: Told) -> list[str]:
    stages = [(f"funnel.{row['stage']}", str(row["label"])) for row in told.tables["funnel"].rows]
    return table_of("Funnel", rows_of(told, stages, amounts))


def _waits(told: Told) -> list[str]:
    lines: list[str] = []
    for what, words in (("median", "Half of those who got it waited"), ("p95", "95 % of those who got it waited")):
        each = [(f"wait.{wait}.{what}_days_got_it", WAITS[wait].label) for wait in WAITS]
        rows = rows_of(told, each, in_days)
        lines += [*([""] if lines and rows else []), *table_of(words, rows)]
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
    lines = table_of("Peak queue", rows_of(told, queued, amounts))
    used_up = rows_of(told, busy, shares)
    return [*lines, *([""] if lines and used_up else []), *table_of("Capacity used, busiest month", used_up)]


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
    return lines + table_of("Share of the days waited", rows_of(told, ranked[:MOST_GROUPS], shares))


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
    return [*table_of("Also", [*weeks, *counts, *wait, *_market(told)]), *_levels(told)]


def _market(told: Told) -> list[list[str]]:
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
        ends = f"{base}, 90 % from {low} to {high}; {percent(row['share_asked'])} asked"
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
    return [*lines, *table_of("Outages", rows)]


def _money(told: Told) -> list[str]:
    words = {"awarded": "awarded", **{name: MONEY[name] for name in ("paid", "returned", *OUTCOMES)}}
    rows = rows_of(told, [(f"money.{name}", label.capitalize()) for name, label in words.items()], amounts)
    return table_of("Money, rupiah", rows)


def _published(told: Told) -> list[str]:
    rows, inside = [], 0
    for row in told.tables["published"].rows:
        interval = told.intervals.get(published_name(row))
        if row["published"] is None or row["role"] == "input" or interval is None or interval["low"] is None:
            continue
        figure, published = str(row["figure"]), float(row["published"])
        words = shares if figure.endswith("share") else amounts
        where = "below" if published < interval["low"] else "above" if published > interval["high"] else ""
        inside += not where
        name = f"{_words(figure)}{scope_in_words(row['scope'])}"
        rows.append([name, f"{row['at']:%Y-%m-%d}", *words(published, interval["low"], interval["high"]), where])
    if not rows:
        return []
    lines = block(("Against published", "on", "published", "90 % from", "to", "lies"), rows)
    told_of = f"  {inside} of {len(rows)} published figures lie inside the interval of the worlds."
    return lines + wrapped(told_of)


def _predicted(told: Told) -> list[str]:
    """Return what is predicted for dates before the end of the run: the funnel has those at its end."""
    predicted = [row for row in told.tables["published"].rows if row["published"] is None]
    end = told.figures["end"].value
    lines: list[str] = []
    for at in sorted({row["at"] for row in predicted if row["at"].isoformat() != end}):
        each = [(published_name(row), _words(row["figure"])) for row in predicted if row["at"] == at]
        lines += [*([""] if lines else []), *table_of(f"Predicted for {at:%Y-%m-%d}", rows_of(told, each, amounts))]
    return [*lines, "", *_waves(told)] if lines else []


def _waves(told: Told) -> list[str]:
    """Return of each wave announced after the last figure that was fitted how many joined, were awarded and revoked."""
    last = max((row["at"] for row in told.tables["published"].rows if row["role"] == "fitted"), default=None)
    rows = []
    for wave in told.tables["waves"].rows:
        intervals = [told.intervals.get(f"wave.{wave['wave']}.{what}") for what in WAVES]
        if any(each is None or each["low"] is None for each in intervals) or (last and wave["announced"] <= last):
            continue
        cells = [cell for each in intervals if each for cell in amounts(*(each[end] for end in ENDS))]
        rows.append([str(wave["wave"]), *cells])
    heading = ("Wave", *(word for what in WAVES for word in (what, "90 %", "to")))
    return block(heading, rows) if rows else []


WAVES = ("joined", "awarded", "revoked")
"""What is predicted of a wave."""


def _words(figure: object) -> str:
    return str(figure).replace("_share", "").replace("_", " ")
