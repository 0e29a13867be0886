"""The answer on the screen: funnel, waits, stations, bottleneck, money, and published figures for history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sim.journey.measures import PAYMENT_PARTNERS, WAITS
from sim.journey.money import OUTCOMES
from sim.journey.route import PROCESSED_AT
from sim.parameters.named import Named
from sim.parameters.run import Run
from sim.parameters.sayings import when
from sim.report.market import market_lines
from sim.report.outages import outage_lines
from sim.report.published import published_lines
from sim.report.text import beside, block, count, days, percent, rupiah, wrapped
from sim.results.figure import Figure
from sim.results.table import Table

Tables = Mapping[str, Table]


def answer(tables: Tables, figures: dict[str, Figure], named: Named, run: Run, seconds: float) -> str:
    """Return the answer of a run, which took some seconds, as text."""
    lines = [
        *_head(figures, named, run, seconds),
        "",
        *_funnel(tables, figures["scale"].value != 1),
        "",
        *_waits(tables, figures),
        "",
        *_stations(tables),
    ]
    lines += ["", *_bottlenecks(tables["bottlenecks"]), "", *_findings(tables, figures)]
    lines += [*level_lines(tables["service_levels"]), "", *_money(figures)]
    if "market" in tables:
        lines += ["", *market_lines(tables, figures)]
    if "outages" in tables:
        lines += ["", *outage_lines(tables["outages"])]
    if tables["published"].rows:
        lines += ["", *published_lines(tables["published"])]
    return "\n".join(lines)


def _head(figures: dict[str, Figure], named: Named, run: Run, seconds: float) -> list[str]:
    scale = float(figures["scale"].value or 1)
    who = f"{count(figures['people'].value)} people{' one to one' if scale == 1 else ''}"
    head = [f"{named.title}: {named.question}" if named.question else f"{named.title}."]
    if named.against_base:
        head.append(f"{named.against_base}.")
    head.append(
        f"From {_when(figures['start'])} to {_when(figures['end'])} WIB; {who}; "
        f"replication {run.replication} of seed {run.seed}; {seconds:.1f} s."
    )
    if scale != 1:
        simulated = count(figures["people.simulated"].value)
        head.append(
            f"Scaled: one simulated person stands for {1 / scale:,.6g}, {simulated} in all, capacities and quotas "
            "with them. Counts are people and payments at full population."
        )
    return [line for each in head for line in wrapped(each)]


def _when(figure: Figure) -> str:
    return when(datetime.fromisoformat(str(figure.value)))


def _funnel(tables: Tables, scaled: bool) -> list[str]:
    rows = [
        (
            str(row["label"]),
            count(row["people"]),
            *([count(row["simulated"])] if scaled else []),
            percent(row["share_of_registered"]),
            percent(row["share_of_stage_before"]),
        )
        for row in tables["funnel"].rows
    ]
    simulated = ["simulated"] if scaled else []
    return block(("Funnel", "people", *simulated, "of registered", "of before"), rows)


def _waits(tables: Tables, figures: dict[str, Figure]) -> list[str]:
    waits = [row for row in tables["waits"].rows if row["kind"] == "journey" and row["began"]]
    got = [
        (
            str(row["label"]),
            count(row["got_it"]),
            days(row["median_days_got_it"]) if row["got_it"] else "-",
            days(row["p95_days_got_it"]) if row["got_it"] else "-",
        )
        for row in waits
    ]
    others = [
        (
            str(row["label"]),
            count(row["left_without"]) if row["left_without"] else "none",
            days(row["median_days_left_without"]) if row["left_without"] else "-",
            count(row["still_waiting"]) if row["still_waiting"] else "none",
            days(row["median_days"]),
        )
        for row in waits
        if row["left_without"] or row["still_waiting"]
    ]
    lines = block(("Waits of those who got it", "got it", "median", "95th percentile"), got) if got else []
    if others:
        heading = ("Of all who began", "left", "median", "still wait", "half within")
        lines += ["", *block(heading, others)]
    if any(row["wait"] == "place" for row in waits):
        counts = f"{WAITS['place'].label} counts {WAITS['place'].who}; from registration"
        lines += wrapped(f"  {counts} on count {WAITS['registered_to_incentive'].who}.")
    return lines + _in_the_pool({str(row["wait"]): row for row in waits}, bool(figures["waves.follow"].value))


def _in_the_pool(waits: dict[str, dict[str, Any]], waves_follow: bool) -> list[str]:
    """Say who those are that wait on although nobody waits for a place any more."""
    place, award = waits.get("place"), waits.get("registered_to_award")
    if place is None or award is None or place["still_waiting"] or not award["still_waiting"]:
        return []
    left = award["still_waiting"]
    on_the_way = waits["registered_to_pool"]["still_waiting"]
    follows = "further waves follow" if waves_follow else "no wave follows"
    words = f"{count(left - on_the_way)} of those who still wait for an award are in the pool, and {follows}"
    return wrapped(f"  {words}{f'; {count(on_the_way)} are on the way to it' if on_the_way else ''}.")


def _stations(tables: Tables) -> list[str]:
    waits = {row["wait"]: row for row in tables["waits"].rows}
    used = [row for row in tables["stations"].rows if row["arrived"] and row["bank"] in (None, PAYMENT_PARTNERS)]
    waited = [row for row in used if row["person_days_waited"]]
    some_gave_up = any(row["gave_up"] for row in waited)
    queued = [
        (
            str(row["label"]),
            days(waits[row["station"]]["median_days_got_it"]) if row["served"] else "-",
            days(waits[row["station"]]["p95_days_got_it"]) if row["served"] else "-",
            *([count(row["gave_up"])] if some_gave_up else []),
            count(row["peak_queue"]) if row["peak_queue"] else "none",
            str(row["peak_queue_date"]) if row["peak_queue"] else "",
        )
        for row in waited
    ]
    busy = [
        (
            str(row["label"]),
            percent(row["utilisation"]),
            percent(row["utilisation_busiest_month"]),
            f"{row['busiest_month']:%Y-%m}" if row["busiest_month"] else "",
            percent(row["time_over_capacity"]),
        )
        for row in used
        if row["kind"] != "plenty"
    ]
    gave_up = ["gave up"] if some_gave_up else []
    heading = ("Stations (served)", "median", "95th pct", *gave_up, "peak queue", "on")
    lines = block(heading, queued) if queued else []
    without = [str(row["label"]) for row in used if row not in waited]
    lines += wrapped(f"  Nobody waited at: {', '.join(without)}.") if without else []
    if busy:
        heading = ("Capacity used", "until the last", "busiest month", "", "time with a queue")
        lines += ["", *block(heading, busy)]
        boundless = [str(row["label"]) for row in used if _had_no_limit(row)]
        no_share = "  No share (-), without limit at some time or on some platform:"
        lines += wrapped(f"{no_share} {', '.join(boundless)}.") if boundless else []
    plenty = [str(row["label"]) for row in used if row["kind"] == "plenty"]
    return lines + (wrapped(f"  Without limit: {', '.join(plenty)}.") if plenty else [])


def _had_no_limit(row: dict[str, Any]) -> bool:
    """Return whether some were served and no share can be told, since there was no limit at some time or place."""
    return bool(row["kind"] != "plenty" and row["served"] and row["utilisation"] is None)


def _bottlenecks(table: Table) -> list[str]:
    groups = [row for row in table.rows if row["member"] is None and row["person_days"]]
    if not groups:
        return ["Bottleneck: none, nobody waited."]
    rows = [
        (f"{row['rank']}. {row['group_label']}", percent(row["share"]), count(row["person_days"]))
        for row in groups[:MOST_BOTTLENECKS]
    ]
    lines = block(("Bottlenecks: where the days are waited", "share", "person-days"), rows)
    for group in groups[:MOST_BOTTLENECKS]:
        members = [row for row in table.rows if row["group"] == group["group"] and row["member"] and row["share"]]
        if len(members) > 1:
            of = ", ".join(f"{row['label']} {percent(row['share'])}" for row in members[:MOST_MEMBERS])
            more = len(members) - MOST_MEMBERS
            lines += wrapped(f"  {group['group_label']}: {of}{f' and {more:,} more' if more > 0 else ''}")
    return lines


MOST_BOTTLENECKS, MOST_MEMBERS = 3, 5
"""Groups that the screen ranks, and members of each that it tells; the table has all."""


def _findings(tables: Tables, figures: dict[str, Figure]) -> list[str]:
    lines = [
        f"{count(row['waiting_at_end'])} people still stand at {row['label']} at the end."
        for row in tables["stations"].rows
        if row["waiting_at_end"] and row["bank"] is None
    ]
    lines.append(_processed(figures) if figures["people"].value else "Nobody registered.")
    lines.append(f"Places that the budget refused: {count(figures['places.refused_by_budget'].value)}.")
    return [line for each in lines for line in wrapped(each)]


def _processed(figures: dict[str, Figure]) -> str:
    weeks = figures["processing.weeks_to_clear"].value
    cleared = (
        "Not everyone was processed by the end" if weeks is None else f"The last was processed after {weeks:,.1f} weeks"
    )
    by_article = figures["processing.processed_by_2022_02_09"].value
    processed = "" if by_article is None else f" {count(by_article)} by 9 February 2022;"
    median, most = (figures[f"wait.{PROCESSED_AT}.{what}"].value for what in ("median_days", "p95_days"))
    return (
        f"{cleared};{processed} peak backlog {count(figures['processing.peak_backlog'].value)}; "
        f"wait for processing {days(median)} at the median, {days(most)} at the 95th percentile."
    )


def level_lines(table: Table) -> list[str]:
    """Return of each service level what was found, and where it is missed since when and for whom."""
    lines = []
    for row in table.rows:
        if row["by"] != "all" or row["share"] is None:
            continue
        share, asked = beside(row["share"], row["share_asked"])
        found = f"{row['label']}: {share}, {asked} asked: {'kept' if row['kept'] else 'missed'}"
        if row["failed_since"] is not None:
            months = f"{row['months_failed']:,} of {row['months']:,} months"
            found += f"; too few in {months}, first in {row['failed_since']:%Y-%m}"
        own = [each for each in table.rows if each["level"] == row["level"] and each["value"]]
        below = [each for each in own if each["kept"] is False and not _is_all(each, row)]
        lines += [f"{found}.", *_below(below)]
    return [line for each in lines for line in wrapped(each)]


def _is_all(group: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Return whether a payment partner is all that a service level speaks of."""
    return bool(group["by"] == "partner" and group["began"] == whole["began"])


def _below(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    told = [
        f"{each['value'] if each['by'] in NAMED else _group(each)} {beside(each['share'], each['share_asked'])[0]}"
        for each in sorted(rows, key=lambda each: (each["by"] != "partner", each["share"]))
    ]
    more = len(told) - MOST_BELOW
    return [f"  Below it: {', '.join(told[:MOST_BELOW])}{f', and {more:,} groups more' if more > 0 else ''}."]


def _group(row: dict[str, Any]) -> str:
    group, value = (str(row[name]).replace("_", " ") for name in ("by", "value"))
    return group if value == "yes" else f"not {group}" if value == "no" else f"{group} {value}"


NAMED = ("partner", "province")
"""Groups whose values are names."""

MOST_BELOW = 6
"""Of whom a service level failed for, those that the screen tells; the table has all."""


def _money(figures: dict[str, Figure]) -> list[str]:
    names = ("awarded", "paid", "returned", *OUTCOMES, "budget", "released_by_revocation")
    amounts = {name: float(figures[f"money.{name}"].value or 0) for name in names}
    parts = [f"{words} {rupiah(amounts[name])}" for name, words in MONEY.items() if amounts[name] or name == "paid"]
    lines = wrapped(f"Money in rupiah: awarded {rupiah(amounts['awarded'])} = {' + '.join(parts)}.")
    lines += [line for name, words in MEANING.items() if amounts[name] for line in wrapped(f"  {words}")]
    over = "more than the budget of" if amounts["awarded"] > amounts["budget"] else "of a budget of"
    released = amounts["released_by_revocation"]
    again = f": revocations released {rupiah(released)}, which later waves could award" if released else ""
    return lines + wrapped(f"  All awards are {over} {rupiah(amounts['budget'])}{again}.")


MONEY = {
    "paid": "paid",
    "returned": "returned",
    "still_to_be_paid": "still to be paid",
    "will_return": "will return",
    "undecided": "undecided",
}
"""Where what was awarded goes, in words."""

MEANING = {
    "still_to_be_paid": "Still to be paid: incentives and surveys earned and not yet paid.",
    "will_return": "Will return when the accounts close: balances of those who have reviewed a first course and buy "
    "no further one, and surveys not answered.",
    "undecided": "Undecided: those who have not yet reviewed a first course while the account is open, balances "
    "of those who go to buy a further course, and surveys not yet answered.",
}
