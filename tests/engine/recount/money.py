"""Money and payments by month, counted anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from sim.rules.surveys import answer
from tests.engine.recount.buying_more import buys_more
from tests.engine.recount.journal import Ints, incentive_names, month_of, months, ratio, survey_names, unanswered

Flow = list[tuple[int, int]]
"""(Instant, rupiah) of each payment."""


def money(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the money."""
    rows, left = [], _left(journal)
    for kind, flows in flows_of(journal).items():
        outstanding = 0
        for month in months(journal):
            amounts = {
                flow: sum(rupiah for at, rupiah in each if at < journal.end and month_of(at) == month)
                for flow, each in flows.items()
            }
            outstanding += amounts["awarded"] - amounts["paid"] - amounts["returned"]
            amounts["outstanding"] = outstanding
            last = month == months(journal)[-1]
            rows.append({"month": month, "kind": kind, **amounts, **(left[kind] if last else dict.fromkeys(OUTCOMES))})
    return rows


def flows_of(journal: Journal) -> dict[str, dict[str, Flow]]:
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


OUTCOMES = ("still_to_be_paid", "will_return", "undecided")


def _left(journal: Journal) -> dict[str, dict[str, int]]:
    """Return what becomes of the rupiah outstanding at the end, participant by participant."""
    own, programme = journal.participants, journal.programme
    budget, courses = programme.parameters.budget, programme.courses
    found = {kind: dict.fromkeys(OUTCOMES, 0) for kind in ("training", "incentive", "survey")}
    for number in range(own.rows):

        def at(name: str, number: int = number) -> int:
            return int(own[name][number])

        closing = int(journal.people["awarded"][at("person")]) + programme.closing_after
        reviewed = at("reviewed") < closing
        is_open = at("revoked") == NEVER and closing >= journal.end
        bought = [k for k in range(courses) if at(f"bought_{k + 1}") < NEVER]
        rest = budget.training_balance - sum(at(f"price_{k + 1}") for k in bought)
        if is_open:
            more = reviewed and len(bought) < courses and buys_more(journal, number, len(bought), rest, closing)
            found["training"]["will_return" if reviewed and not more else "undecided"] += rest
        for name in incentive_names(journal):
            if reviewed and at(f"{name}_paid") == NEVER:
                found["incentive"]["still_to_be_paid"] += budget.incentive
            elif not reviewed and is_open:
                found["incentive"]["undecided"] += budget.incentive
        for survey, name in enumerate(survey_names(journal)):
            never = (
                at(f"{name}_offered") < NEVER and not answer(programme.key, programme.survey, at("person"), survey)[0]
            )
            if not reviewed:
                found["survey"]["undecided"] += budget.survey if is_open else 0
            elif never:
                back = max(at(f"{name}_offered"), closing)
                found["survey"]["will_return"] += budget.survey if back >= journal.end else 0
            elif at(f"{name}_due") == NEVER:
                found["survey"]["undecided"] += budget.survey
            elif at(f"{name}_paid") == NEVER:
                found["survey"]["still_to_be_paid"] += budget.survey
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

            until = [run for run in journal.runs if run.partner == number and month_of(run.at) <= month]
            runs = [run for run in until if month_of(run.at) == month]
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
                    "utilisation": ratio(sum(run.paid + run.failed for run in runs), capacity or 0),
                    "waiting_at_end": until[-1].waiting if until else 0,
                }
            )
    return rows
