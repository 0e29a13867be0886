"""What outages did, in words: who was touched, by how much, and when the queue was back."""

from __future__ import annotations

from typing import Any

from sim.journey.measures import AT_ONCE, BY_ALL, PAYMENT_PARTNERS
from sim.journey.route import CERTIFICATES
from sim.parameters.sayings import day, span
from sim.report.text import count, percent, wrapped
from sim.results.table import Table


def outage_lines(table: Table) -> list[str]:
    """Return what the table of outages says; each is told beside the same run without them."""
    lines = ["Outages, beside the same run without them"]
    for row in table.rows:
        together = f" ({row['outages']} outages)" if row["outages"] > 1 else ""
        closed = f"  {row['label']} closed {span(row['from'], row['until'])}{together}"
        lines += wrapped(f"{closed}: {_touched(row)}{f' {_queue(row)}' if row['touched'] else ''}")
    if any(row["place"].startswith(f"{CERTIFICATES}_") and row["touched"] for row in table.rows):
        lines += wrapped("  A platform that is closed at times issues certificates once a working day, in both runs.")
    if len(lines) == 1:
        lines.append("  None begins before the run ends.")
    return lines


def _touched(row: dict[str, Any]) -> str:
    if row["kind"] == PAYMENT_PARTNERS:
        if not row["touched"]:
            return "no payment was made on another day."
        touched = _exactly(
            row, f"payments to {count(row['people'])} people made", "of all it makes", "payment-days", "made"
        )
        return f"by this and the other outages together, {touched}" if row["touched_is"] == BY_ALL else touched
    if not row["touched"]:
        touched = "all was made up for by the end of the day."
    elif row["touched_is"] == AT_ONCE:
        touched = f"up to {count(row['touched'])} people were behind at once."
    else:
        touched = _exactly(row, "people served", "of all", "person-days", "served")
    return touched + _waited(row["person_days_more"])


def _waited(more: float | None) -> str:
    """Say how much longer all waited at a station, in the row that has it."""
    if more is None:
        return ""
    return f" {count(abs(more))} person-days {'more' if more >= 0 else 'less'} were waited there in the whole run."


def _exactly(row: dict[str, Any], who: str, of_all: str, unit: str, done: str) -> str:
    """Say what is known of each one touched."""
    words = f"{count(row['touched'])} {who} on another day ({percent(row['share'])} {of_all})"
    if row["median_days_later"] is not None:
        half, most = days_later(row["median_days_later"]), days_later(row["p95_days_later"])
        words += f", {half} later at the median, {most} at the 95th percentile"
    words += f"; {count(row['days_later'])} {unit} in all"
    not_by_end = f"; {count(row['unpaid'])} not {done} by the end of the run" if row["unpaid"] else ""
    return f"{words}{not_by_end}."


def days_later(days: int) -> str:
    """Return a number of days in words."""
    return f"{days:,} day{'s' * (days != 1)}"


def _queue(row: dict[str, Any]) -> str:
    peak = f"Queue: {count(row['peak_queue'])} at most"
    if row["peak_queue"]:
        peak += f", on {day(row['peak_queue_date'])} ({count(row['peak_queue_without'])} at most without)"
    if row["back_on"] is None:
        return f"{peak}; it was not back by the end of the run."
    return f"{peak}; back where it would have been on {day(row['back_on'])}, for a week or to the end of the run."
