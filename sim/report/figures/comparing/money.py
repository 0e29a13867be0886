"""Money of several scenarios by months: rupiah paid and returned in the month, and outstanding at its end."""

from __future__ import annotations

from sim.report.figures.comparing.over_time import edges_of, says, together
from sim.report.figures.comparing.saved import SavedComparison, key, panels
from sim.report.figures.page import Page, page
from sim.report.figures.sheet import Sheet
from sim.report.text import rupiah

SHOWN = {
    "awarded": "Awarded in the month",
    "paid": "Paid in the month",
    "returned": "Returned in the month",
    "outstanding": "Outstanding at its end",
}


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a picture for each flow, all scenarios in each."""
    shown = [(what, label) for what, label in SHOWN.items() if edges_of(saved, "months", what) is not None]
    if not shown:
        return page(saved, sheet, finding(saved), "No money was awarded.", [], 0.0)
    text = "Rupiah by months; each picture on a scale of its own."
    text = text if sheet.slide else f"{text} {says(saved, 'month')}"
    drawn = page(saved, sheet, finding(saved), text, [], 1.9 * -(-len(shown) // 2) + 0.5)
    key(drawn, saved)
    for (what, label), (axes, _) in zip(shown, panels(drawn, len(shown), 2, 0.1, head=0.4), strict=True):
        together(axes, saved, "months", what, label, "rupiah", sheet)
    return drawn


COST = "money.cost_a_participant"


def finding(saved: SavedComparison) -> str:
    """Return what a participant costs in each scenario, in a sentence."""
    known = [(value, name) for name in saved.names if (value := saved.value(name, COST)) is not None]
    if not known:
        return "Nobody bought a course in any scenario"
    (least, cheapest), (most, dearest) = min(known), max(known)
    if rupiah(least) == rupiah(most):
        return f"A participant costs {rupiah(most)} rupiah in every scenario"
    costs = f"{rupiah(most)} rupiah in {saved.short(dearest)}, {rupiah(least)} in {saved.short(cheapest)}"
    return f"A participant costs {costs}"
