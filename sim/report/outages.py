"""What outages did, in words: who was touched, by how much, and when the queue was back."""

from __future__ import annotations

from typing import Any

from sim.journey.measures import PAYMENT_PARTNERS
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
    if len(lines) == 1:
        lines.append("  None begins before the run ends.")
    return lines


def _touched(row: dict[str, Any]) -> str:
    if row["kind"] != PAYMENT_PARTNERS:
        return _touched_at_station(row)
    if not row["touched"]:
        return "no payment was made on another day."
    words = f"{count(row['touched'])} payments to {count(row['people'])} people made on another day"
    words += f" ({percent(row['share'])} of all it makes)"
    if row["median_days_later"] is not None:
        half, most = days_later(row["median_days_later"]), days_later(row["p95_days_later"])
        words += f", {half} later at the median, {most} at the 95th percentile"
    words += f"; {count(row['days_later'])} payment-days in all"
    unpaid = f"; {count(row['unpaid'])} not made by the end of the run" if row["unpaid"] else ""
    return f"{words}{unpaid}."


def _touched_at_station(row: dict[str, Any]) -> str:
    more = row["person_days_more"]
    waited = f"{count(abs(more))} person-days {'more' if more >= 0 else 'less'} waited there in the whole run"
    if not row["touched"]:
        return f"all was made up for by the end of the day; {waited}."
    return f"at least {count(row['touched'])} people were served on a later day; {waited}."


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
