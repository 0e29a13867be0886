"""Money and payments by month, counted anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from tests.engine.recount.journal import Ints, incentive_names, month_of, months, ratio, survey_names, unanswered

Flow = list[tuple[int, int]]
"""(Instant, rupiah) of each payment."""


def money(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the money."""
    rows = []
    for kind, flows in _flows(journal).items():
        outstanding = 0
        for month in months(journal):
            amounts = {
                flow: sum(rupiah for at, rupiah in each if at < journal.end and month_of(at) == month)
                for flow, each in flows.items()
            }
            outstanding += amounts["awarded"] - amounts["paid"] - amounts["returned"]
            amounts["outstanding"] = outstanding
            rows.append({"month": month, "kind": kind, **amounts})
    return rows


def _flows(journal: Journal) -> dict[str, dict[str, Flow]]:
    own, budget = journal.participants, journal.programme.parameters.budget
    incentives, surveys = incentive_names(journal), survey_names(journal)
    awarded = journal.people["awarded"][own["person"]]
    closing = awarded + journal.programme.closing_after
    lost = np.where(own["reviewed"] < own["closed"], NEVER, own["closed"])
    courses = [name.removeprefix("price_") for name in own.outcomes if name.startswith("price_")]

    def flow(stamps: Ints, rupiah: int | Ints) -> Flow:
        amounts = np.broadcast_to(rupiah, stamps.shape)
        return [(at, each) for at, each in zip(stamps.tolist(), amounts.tolist(), strict=True) if at < NEVER]

    def of(rupiah: int, names: list[str]) -> dict[str, Flow]:
        all_of_them = rupiah * len(names)
        return {
            "awarded": flow(awarded, all_of_them),
            "paid": [each for name in names for each in flow(own[f"{name}_paid"], rupiah)],
            "returned": flow(own["revoked"], all_of_them) + flow(lost, all_of_them),
        }

    found = {
        "training": {
            "awarded": flow(awarded, budget.training_balance),
            "paid": [each for k in courses for each in flow(own[f"bought_{k}"], own[f"price_{k}"])],
            "returned": flow(own["revoked"], budget.training_balance) + flow(own["closed"], own["unspent"]),
        },
        "incentive": of(budget.incentive, incentives),
        "survey": of(budget.survey, surveys),
    }
    for number, name in enumerate(surveys):
        back = np.where(unanswered(journal, number), np.maximum(own[f"{name}_offered"], closing), NEVER)
        found["survey"]["returned"] += flow(back, budget.survey)
    return found


def payments(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the payments."""
    own, rows = journal.participants, []
    for number, partner in enumerate(journal.programme.partners):
        here = own["partner"] == number
        for month in months(journal):

            def count(names: list[str], what: str, here: Any = here, month: Any = month) -> int:
                stamps = np.concatenate([own[f"{name}_{what}"][here] for name in names])
                return sum(month_of(at) == month for at in stamps[stamps < NEVER].tolist())

            runs = [run for run in journal.runs if run.partner == number and month_of(run.at) == month]
            caps = [run.cap for run in runs]
            capacity = None if None in caps else sum(cap for cap in caps if cap is not None)
            rows.append(
                {
                    "month": month,
                    "partner": partner.name,
                    "incentives_due": count(incentive_names(journal), "due"),
                    "incentives_paid": count(incentive_names(journal), "paid"),
                    "surveys_due": count(survey_names(journal), "due"),
                    "surveys_paid": count(survey_names(journal), "paid"),
                    "failed": sum(run.failed for run in runs),
                    "runs": len(runs),
                    "capacity": capacity,
                    "utilisation": ratio(sum(run.paid for run in runs), capacity or 0),
                    "waiting_at_end": runs[-1].waiting if runs else 0,
                }
            )
    return rows
