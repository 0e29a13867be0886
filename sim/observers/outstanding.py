"""What becomes of the rupiah that are outstanding at the end of a run: paid, returned, or not yet decided."""

from __future__ import annotations

from sim.journey.money import FLOWS, OUTCOMES, Benefit
from sim.observers.observations import Observations

Outcome = dict[str, int]
"""Rupiah of simulated people by `OUTCOMES`."""


def outstanding(observations: Observations) -> dict[Benefit, Outcome]:
    """Return the rupiah outstanding at the end of the run by benefit and by what becomes of them.

    Each is counted by itself; the audit holds their sum against what was awarded and is neither paid nor returned.
    """
    programme, budget = observations.programme, observations.programme.parameters.budget
    surveys = len(programme.survey_steps)
    earned, _ = observations.accounts("earned")
    not_reviewed, balances = observations.accounts("not_reviewed")
    due, paid = (int(observations.payments(Benefit.SURVEY, step).sum()) for step in ("due", "paid"))
    declined = observations.total("surveys_unanswered")
    incentives_paid = int(observations.payments(Benefit.INCENTIVE, "paid").sum())

    def outcome(to_be_paid: int, returns: int, undecided: int) -> Outcome:
        return dict(zip(OUTCOMES, (to_be_paid, returns, undecided), strict=True))

    return {
        Benefit.TRAINING: outcome(
            0, observations.accounts("buys_no_more")[1], balances + observations.accounts("buys_more")[1]
        ),
        Benefit.INCENTIVE: outcome(
            (earned * programme.incentives - incentives_paid) * budget.incentive,
            0,
            not_reviewed * programme.incentives * budget.incentive,
        ),
        Benefit.SURVEY: outcome(
            (due - paid) * budget.survey,
            observations.accounts("declined")[1],
            ((not_reviewed + earned) * surveys - due - declined) * budget.survey,
        ),
    }


def left_over(observations: Observations, benefit: Benefit) -> int:
    """Return the rupiah of a benefit that are awarded, neither paid nor returned, at the end of the run."""
    awarded, paid, returned = (int(observations.rupiah(flow, benefit).sum()) for flow in FLOWS)
    return awarded - paid - returned
