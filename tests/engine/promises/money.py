"""Rupiah: awarded, paid and returned at every day's end, worked out from participants' stamps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER, moment
from sim.engines.journal import Journal
from sim.journey.money import Benefit
from tests.engine.promises.payments import answers, incentives, surveys

Ints = NDArray[np.int64]


def rupiah_add_up(journal: Journal) -> None:
    """Hold rupiah awarded, paid and returned at every day's end against participants' stamps."""
    programme, own = journal.programme, journal.participants
    benefit, budget = programme.benefit, programme.parameters.budget
    prices = [name for name in own.outcomes if name.startswith("price_")]
    purchases = [(own[name.replace("price", "bought")], own[name].clip(0)) for name in prices]
    awarded = journal.people["awarded"][own["person"]]
    closing = awarded + programme.closing_after
    reviewed = own["reviewed"] < closing  # incentives and surveys need a first training reviewed within the year
    unanswered = _unanswered_returns(journal, closing)
    for now, _, in_all, paid, returned in journal.days:
        revoked, closed = own["revoked"] < now, own["closed"] < now
        forfeited = revoked | (closed & ~reviewed)
        spent = [int(price[bought < now].sum()) for bought, price in purchases]
        made = {
            each: sum(int(np.count_nonzero(own[f"{name}_paid"] < now)) for name in names)
            for each, names in (("incentive", incentives(programme)), ("survey", surveys(programme)))
        }
        participants = int(np.count_nonzero(awarded < now))
        assert in_all == [participants * kind for kind in benefit], moment(now)
        assert paid == [sum(spent), made["incentive"] * budget.incentive, made["survey"] * budget.survey], moment(now)
        back = [np.where(revoked, benefit[0], 0) + np.where(closed, own["unspent"], 0)]
        back += [np.where(forfeited, kind, 0) for kind in benefit[1:]]
        back[Benefit.SURVEY] = back[Benefit.SURVEY] + np.count_nonzero(unanswered < now, axis=0) * budget.survey
        assert returned == [int(kind.sum()) for kind in back], moment(now)

    total = np.sum([price for _, price in purchases], axis=0)
    assert np.all(total <= benefit[0])
    went_back = own["closed"] < NEVER
    assert np.array_equal(own["unspent"][went_back], (benefit[0] - total)[went_back])
    is_closed = (own["bought_1"] < NEVER) & (closing < journal.end)
    assert np.array_equal(own["closed"], np.where(is_closed, closing, NEVER))
    names = [*incentives(programme), *surveys(programme)]
    ever_paid = np.min([own[f"{name}_paid"] for name in names], axis=0) < NEVER
    assert not np.any(ever_paid & ~reviewed)


def _unanswered_returns(journal: Journal, closing: Ints) -> Ints:
    """Return when the rupiah of each survey that is offered and not answered return [survey; participant]."""
    own = journal.participants
    found = [np.zeros(0, dtype=np.int64).reshape(0, own.rows)]
    for count, name in enumerate(surveys(journal.programme)):
        offered = own[f"{name}_offered"]
        unanswered = (offered < NEVER) & ~answers(journal, count)[0]
        found.append(np.where(unanswered, np.maximum(offered, closing), NEVER)[np.newaxis])
    return np.concatenate(found)
