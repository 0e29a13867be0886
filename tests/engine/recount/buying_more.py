"""Who still goes to buy one more course at the end of a run, or is at it, worked out from the journal."""

from __future__ import annotations

import numpy as np

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from sim.journey.route import CHECKOUT
from sim.rules.buying import further_purchase, price
from sim.rules.choosing import comes_back_after
from sim.rules.platforms import NOWHERE, choose_platform


def buys_more(journal: Journal, number: int, purchase: int, rest: int, closing: int) -> bool:
    """Return whether a participant's next course, their number `purchase`, is still to be bought or looked for.

    `rest` is what is left of the balance, rupiah; the account closes at `closing`, µs. In an open market whoever goes
    to buy is sure to; in one of seats they may come back in vain, but the balance is not yet certain to return.
    """
    own, programme = journal.participants, journal.programme
    person = int(own["person"][number])
    wants, delay = further_purchase(programme.key, programme.market, person, purchase)
    comes = int(own[f"bought_{purchase}"][number]) + delay
    if not wants or comes >= closing:
        return False
    if programme.seats is None:
        return price(programme.key, programme.market, person, purchase, rest) > 0
    if rest < programme.seats.courses["price"].min():
        return False
    return comes >= journal.end or _is_at_it(journal, number, purchase, closing)


def _is_at_it(journal: Journal, number: int, purchase: int, closing: int) -> bool:
    """Return whether one who has come to buy a course, and has none, stands at a checkout or will come back."""
    own, programme, market = journal.participants, journal.programme, journal.programme.seats
    assert market is not None
    person, tries = int(own["person"][number]), int(own[f"tries_{purchase + 1}"][number])
    who, which, when = journal.market["returned"].T
    came = max([int(own[f"sought_{purchase + 1}"][number]), *when[(who == person) & (which == purchase)].tolist()])
    given_up = came
    if choose_platform(programme.key, market.share_since, market.shares, person, purchase, came) != NOWHERE:
        visits = journal.visits[CHECKOUT]
        (last,) = np.flatnonzero((visits["person"] == person) & (visits["arrived"] == came))
        given_up = min(int(visits["left"][last]), int(visits["gave_up"][last]))
    if given_up == NEVER:
        return True
    delay = comes_back_after(programme.key, market.rules, person, purchase, tries - 1)
    return delay >= 0 and given_up + delay < closing
