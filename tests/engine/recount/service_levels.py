"""Service levels, counted anew: one who waits after another, with what they are told apart by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.rules.eligibility import is_eligible
from sim.rules.people import Trait, trait
from tests.engine.recount.journal import class_bookings, day_of, incentive_names, month_of, ratio, survey_names
from tests.engine.recount.people import values_of

GROUPS = ("province", "woman", "rural", "education", "disability", "returned_migrant", "listed_worker")
GROUPS += ("e_money", "unbanked", "lagging")

Held = tuple[int, int, int, int]
"""Person, beginning, end (NEVER: none, or left before), and the number of the payment partner."""

LABELS = {
    "first_incentive_due_to_paid": "First incentive paid",
    "incentive_due_to_paid": "Incentive paid",
    "survey_due_to_paid": "Survey paid",
    "place": "Joined to award",
    "registered_to_pool": "Registered to pool",
    "registered_to_award": "Registered to award",
    "award_to_account": "Award to account linked",
    "award_to_purchase": "Award to first purchase",
    "booking_to_class": "Booking to class",
    "purchase_to_completion": "Purchase to completion",
    "completion_to_review": "Completion to review",
    "award_to_incentive": "Award to first incentive",
    "registered_to_incentive": "Registered to first incentive",
}


def service_levels(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the service levels."""
    levels = journal.programme.parameters.service_levels
    return [row for name, level in levels.items() for row in _rows(journal, name, level)]


def _rows(journal: Journal, name: str, level: Any) -> Iterator[dict[str, Any]]:
    limit, asked = level.days * DAY, Decimal(repr(level.share))
    latest = journal.programme.horizon - limit
    held = [each for each in _held(journal, level.wait, level.counted_from) if each[1] <= latest]
    in_times = [ended - began <= limit for _, began, ended, _ in held]
    by_month: dict[Any, list[bool]] = {}
    by_day: dict[Any, list[bool]] = {}
    for (_, began, _, _), in_time in zip(held, in_times, strict=True):
        by_month.setdefault(month_of(began), []).append(in_time)
        by_day.setdefault(day_of(began), []).append(in_time)
    failed = sorted(month for month, each in by_month.items() if sum(each) < asked * len(each))
    since = (failed[0], _first_day(by_day, asked, failed[0])) if failed else (None, None)

    def row(by: str, value: str | None, began: int, in_time: int, of_all: tuple[Any, ...] = (None,) * 4) -> Any:
        return {
            "level": name,
            "wait": level.wait,
            "label": _label(journal, level),
            "counted_from": level.counted_from,
            "days": level.days,
            "share_asked": level.share,
            "by": by,
            "value": value,
            "began": began,
            "in_time": in_time,
            "share": ratio(in_time, began),
            "kept": in_time >= asked * began if began else None,
            "failed_since": of_all[0],
            "failed_since_day": of_all[1],
            "months_failed": of_all[2],
            "months": of_all[3],
        }

    def by(name: str, values: list[str], value_of: Callable[[Held], int]) -> Iterator[dict[str, Any]]:
        found = Counter(zip(map(value_of, held), in_times, strict=True))
        for number, value in enumerate(values):
            in_time = found[number, True]
            yield row(name, value, in_time + found[number, False], in_time)

    yield row("all", None, len(held), sum(in_times), (*since, len(failed), len(by_month)))
    if level.counted_from:
        partners = journal.programme.parameters.payment.partners.values()
        yield from by("partner", [partner.name for partner in partners], lambda each: each[3])
    for group in GROUPS:
        of_each = trait(journal.traits, Trait[group.upper()]).tolist()
        yield from by(group, values_of(journal, group), lambda each: of_each[each[0]])  # noqa: B023  (used at once)


def _first_day(by_day: dict[Any, list[bool]], asked: Decimal, month: Any) -> Any:
    """Go back from the first day of the month on which too few were in time for as long as every day was so."""
    since = None
    for day in sorted(by_day):
        if sum(by_day[day]) < asked * len(by_day[day]):
            since = since or day
            if day >= month:
                return since
        else:
            since = None
    raise AssertionError("no day of the month failed")


def _label(journal: Journal, level: Any) -> str:
    partners = journal.programme.parameters.payment.partners
    if level.wait in partners:
        label = f"Payment by {partners[level.wait].name}"
    elif level.wait in LABELS:
        label = LABELS[level.wait]
    else:
        label = f"{journal.programme.journey.station(level.wait).label}: service begun"
    days = f"within {level.days} day{'' if level.days == 1 else 's'}"
    return f"{label} {days}{f' of being {level.counted_from}' if level.counted_from else ''}"


def _held(journal: Journal, wait: str, counted_from: str | None) -> Iterator[Held]:
    """Yield everyone who began a wait."""
    if counted_from is not None:
        yield from _payments(journal, wait, counted_from)
    elif wait in journal.programme.journey:
        visits = journal.visits[wait]
        columns = (visits[name].tolist() for name in ("person", "arrived", "started"))
        yield from ((person, began, ended, -1) for person, began, ended in zip(*columns, strict=True))
    elif wait == "booking_to_class":
        columns = (column.tolist() for column in class_bookings(journal))
        yield from ((person, began, ended, -1) for person, began, ended in zip(*columns, strict=True))
    else:
        yield from _people(journal, wait)


def _payments(journal: Journal, wait: str, counted_from: str) -> Iterator[Held]:
    own = journal.participants
    keys = list(journal.programme.parameters.payment.partners)
    incentives, surveys = incentive_names(journal), survey_names(journal)
    names = {
        "first_incentive_due_to_paid": incentives[:1],
        "incentive_due_to_paid": incentives,
        "survey_due_to_paid": surveys,
    }.get(wait, [*incentives, *surveys])
    for name in names:
        for row in range(own.rows):
            partner, began = int(own["partner"][row]), int(own[f"{name}_{counted_from}"][row])
            if began < NEVER and (wait not in keys or keys.index(wait) == partner):
                yield int(own["person"][row]), began, int(own[f"{name}_paid"][row]), partner


def _people(journal: Journal, wait: str) -> Iterator[Held]:
    own, people, waves = journal.participants, journal.people, journal.programme.waves.waves
    row_of = {int(person): row for row, person in enumerate(own["person"])}
    for person in range(journal.programme.people):

        def at(name: str, person: int = person) -> int:
            if name in people:
                return int(people[name][person])
            return int(own[name][row_of[person]]) if person in row_of else NEVER

        began, ended = (at(name) for name in BEGINS[wait])
        if began == NEVER:
            continue
        if wait == "place" and not is_eligible(
            journal.programme.key, waves[int(people["first_wave"][person])]["eligible"], person
        ):
            continue
        # What is completed or reviewed once the account has closed comes too late.
        late = wait in ("purchase_to_completion", "completion_to_review") and ended > at("closed")
        yield person, began, NEVER if late else ended, -1


BEGINS = {
    "registered_to_pool": ("portal_arrived", "tested"),
    "place": ("first_joined", "awarded"),
    "registered_to_award": ("portal_arrived", "awarded"),
    "award_to_account": ("awarded", "linked"),
    "award_to_purchase": ("awarded", "bought_1"),
    "purchase_to_completion": ("bought_1", "completed_1"),
    "completion_to_review": ("completed_1", "reviewed"),
    "award_to_incentive": ("awarded", "incentive_1_paid"),
    "registered_to_incentive": ("portal_arrived", "incentive_1_paid"),
}
"""Wait → the stamps of its beginning and of its end."""
