"""One participant's way through the market, for the trace: platforms, choices, classes and the certificate."""

from __future__ import annotations

from collections import Counter

from sim.calendar.instants import DAY, NEVER
from sim.engines.rows import Rows
from sim.programme.market import MarketTable
from sim.report.text import days
from sim.rules.choosing import CANDIDATES, SELF_PACED, by_popularity, candidate_uniform, could_be_bought

WHY = {
    0: "no course was bought before the deadline",
    1: "no course was bought before the deadline, for want of checkout: they still stood at it",
    2: "no course was bought before the deadline, for want of a seat: no chosen class had one soon enough",
    3: "no course was bought before the deadline, for want of a course to buy: nothing was on sale that the balance "
    "buys",
    4: "no course was bought before the deadline, for want of a platform: none was there, or it left",
}
"""Why an award is revoked, by the outcome `revoked_for`."""

FIRST = ("first", "second", "third", "fourth", "fifth")

ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def ordinal(number: int) -> str:
    """Return the word for a place counted from 0."""
    if number < len(FIRST):
        return FIRST[number]
    place = number + 1
    return f"{place}{'th' if 10 < place % 100 < 14 else ENDINGS.get(place % 10, 'th')}"


def market_texts(rows: Rows, number: int, market: MarketTable) -> dict[str, str]:
    """Return what is told of the stamps of a participant's row that the market says more of."""
    own = rows.participants
    why = WHY[max(int(own["revoked_for"][number]), 0)]
    tries = int(own["tries_1"][number])
    texts = {"revoked": f"is revoked: {why}{f', at {tries} tries' if tries > 1 else ''}."}
    certified, completed = int(own["certified"][number]), int(own["completed_1"][number])
    if certified < NEVER:
        texts["certified"] = f"gets the certificate, {days((certified - completed) / DAY)} after completing the course."
    for purchase in range(rows.programme.courses):
        texts |= _search(rows, number, purchase, market) | _certificate(rows, number, purchase, market)
    return texts


def _certificate(rows: Rows, number: int, purchase: int, market: MarketTable) -> dict[str, str]:
    """Return what is told of the certificate that a platform issues for a course, where it is issued."""
    own = rows.participants
    issued, completed = (int(own[f"{what}_{purchase + 1}"][number]) for what in ("issued", "completed"))
    if issued == NEVER:
        return {}
    platform = market.platforms[int(own[f"platform_{purchase + 1}"][number])]
    waited = f", {days((issued - completed) / DAY)} after the course was completed" if issued > completed else ""
    return {f"issued_{purchase + 1}": f"{platform} issues the certificate of course {purchase + 1}{waited}."}


def returns(rows: Rows, number: int) -> list[tuple[int, str]]:
    """Return each coming back to the market of a participant's row, in order of time."""
    tries, told = Counter[int](), list[tuple[int, str]]()
    own = rows.returns[rows.returns[:, 0] == rows.participants["person"][number]]
    for at, purchase in sorted(zip(own[:, 2].tolist(), own[:, 1].tolist(), strict=True)):
        tries[purchase] += 1
        told.append((at, f"comes back to the market for course {purchase + 1}, the {ordinal(tries[purchase])} time."))
    return told


def _search(rows: Rows, number: int, purchase: int, market: MarketTable) -> dict[str, str]:
    own, name = rows.participants, f"course {purchase + 1}"
    sought, bought, begun = (int(own[f"{what}_{purchase + 1}"][number]) for what in ("sought", "bought", "begun"))
    tries = int(own[f"tries_{purchase + 1}"][number])
    comes = f"comes to the market for {name}{f', the first of {tries} times' if tries > 1 else ''}"
    revoked = own["revoked"][number] < NEVER
    none = "; none is bought by the end of the run" if bought == NEVER and not revoked else ""
    texts = {f"sought_{purchase + 1}": f"{comes}{none}."}
    if bought == NEVER:
        return texts
    course, price, platform = (int(own[f"{what}_{purchase + 1}"][number]) for what in ("course", "price", "platform"))
    label, provider = market.course_names[course], market.providers[int(market.courses[course]["provider"])]
    live = int(market.courses[course]["seats"]) != SELF_PACED
    waited = f", after {days((bought - sought) / DAY)} at the checkout" if tries == 1 and bought > sought else ""
    at_try = f" at try {tries}" if tries > 1 else ""
    texts[f"bought_{purchase + 1}"] = (
        f"buys {name}{at_try} on {market.platforms[platform]}{waited}: {label} of {provider}, "
        f"{'live' if live else 'self-paced'}, for {price:,} rupiah; {_choice(rows, number, purchase, market)}."
    )
    if begun < NEVER and live:
        texts[f"begun_{purchase + 1}"] = f"begins {name}, {days((begun - bought) / DAY)} after booking a seat."
    return texts


def _choice(rows: Rows, number: int, purchase: int, market: MarketTable) -> str:
    choice = int(rows.participants[f"choice_{purchase + 1}"][number])
    rank = ordinal(choice)
    if not choice:
        return "the first choice"
    courses = [market.course_names[course] for course in turned_away_by(rows, number, purchase, market)]
    before = courses[0] if choice == 1 else f"{', '.join(courses[:-1])} and {courses[-1]}"
    return f"the {rank} choice, since {before} had no class soon enough"


def turned_away_by(rows: Rows, number: int, purchase: int, market: MarketTable) -> list[int]:
    """Return the courses that had no class soon enough for a participant as they booked a course, in order.

    They are the first candidates that could be bought then: the same draws as those of the booking.
    """
    own, programme = rows.participants, rows.programme
    before = [int(own[f"course_{k + 1}"][number]) for k in range(purchase)]
    spent = sum(int(own[f"price_{k + 1}"][number]) for k in range(purchase))
    balance = programme.parameters.budget.training_balance - spent
    person, now = int(own["person"][number]), int(own[f"bought_{purchase + 1}"][number])
    begin, end = market.bounds[int(own[f"platform_{purchase + 1}"][number])].tolist()
    booked = int(own[f"course_{purchase + 1}"][number])
    tried: list[int] = []
    for candidate in range(CANDIDATES):
        if len(tried) == int(own[f"choice_{purchase + 1}"][number]):
            break
        u = candidate_uniform(programme.key, person, purchase, candidate)
        course = int(market.listed[begin + by_popularity(market.popularity[begin:end], u)])
        if could_be_bought(market.courses[course], now, balance) and course not in (*before, *tried, booked):
            tried.append(course)
    return tried
