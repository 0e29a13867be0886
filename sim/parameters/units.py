"""What the numbers of the parameters count, by their keys, and how amounts of rupiah are shortened."""

from __future__ import annotations

COUNTED = {
    "servers": "servers",
    "seats": "seats",
    "places": "places",
    "applicants": "applicants",
    "rupiah": "rupiah",
    "capacity": "times the capacity",
}
"""What a number of these keys counts."""

LEVERS_OF_THE_MARKET = {
    "market.seats": "times the seats of every class",
    "market.instructors": "times the live seats that instructors can teach",
    "market.certificates": "times the certificates of every platform",
    "market.checkout_capacity": "times the rate of every checkout",
}
"""What the levers of the market multiply."""

SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
"""Amounts from which a word stands for the zeros."""


CAPPED = {"payment": "payments", "market": "certificates"}
"""What the caps of these groups count; those of others count people."""


def unit_of(path: str, per: str) -> str | None:
    """Return what the number at a path counts, a rate in the period `per`; None where its key does not say it."""
    group, key = path.partition(".")[0], path.rpartition(".")[2]
    if key == "rate":
        return f"{'orders' if group == 'market' else 'people'} {'an' if per == 'hour' else 'a'} {per}"
    if key == "cap":
        return f"{CAPPED.get(group, 'people')} a working day"
    return LEVERS_OF_THE_MARKET.get(path) or COUNTED.get(key)


def shortened(value: float, form: str) -> str:
    """Return an amount in trillions, billions or millions, its digits in a form of Python's."""
    for limit, word in SCALES:
        if abs(value) >= limit:
            return f"{value / limit:{form}} {word}"
    return f"{value:,.0f}"
