"""What a figure means: in words, whether more of it is better or less, and how it is taken together over runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from sim.journey.measures import PARTNERS_GROUP, PLACES, PROVIDERS, STAGES, WAITS
from sim.parameters import Parameters


class Better(Enum):
    """Which direction of a figure is better."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True)
class Meaning:
    """What a figure means."""

    label: str
    better: Better
    quantile: bool
    """Whether it is a quantile of people's waits: over runs its middle is told, not its mean."""
    unreached: bool
    """Whether having no value means that it was not reached, which is more than any value."""


MORE, LESS, NEITHER = Better.MORE, Better.LESS, Better.NEITHER

DIRECTIONS = {
    "people*": NEITHER,
    "scale": NEITHER,
    "start": NEITHER,
    "end": NEITHER,
    "funnel.registered": NEITHER,
    "funnel.*": MORE,
    "processing.processed_by_*": MORE,
    "processing.*": LESS,
    "participants.by_*": MORE,
    "wait.*.began": NEITHER,
    "wait.*.got_it": MORE,
    "wait.*_days_left_without": NEITHER,
    "wait.*": LESS,
    "station.*.utilisation*": NEITHER,
    "station.*": LESS,
    "places.awarded": MORE,
    "places.*": LESS,
    "waves.follow": NEITHER,
    "bottleneck*": NEITHER,
    "money.cost_a_participant": LESS,
    "money.still_to_be_paid": LESS,
    "money.*": NEITHER,
    "service_level.*.asked": NEITHER,
    "service_level.*.failed_since*": NEITHER,
    "service_level.*": MORE,
    "market.courses_sold": MORE,
    "market.found_*": LESS,
    "market.revoked_*": LESS,
    "market.turned_away": LESS,
    "market.*": NEITHER,
    "outage.*.back_on": NEITHER,
    "outage.*": LESS,
    "peak.queue_*": LESS,
    "peak.*": NEITHER,
    "published.*": NEITHER,
    "wave.*": NEITHER,
}
"""Patterns of names, the first that fits says which direction is better: for the participants and the programme."""

QUANTILE = re.compile(r"\.(median|p\d\d)_days")
UNREACHED = re.compile(r"processing\.weeks_to_clear|wait\..*\.(median|p95)_days")

LABELS = {
    "processing.weeks_to_clear": "Weeks until all are processed",
    "processing.processed_by_2022_02_09": "Processed by 9 February 2022",
    "processing.peak_backlog": "Peak backlog of processing",
    "participants.by_2022_02_09": "Participants by 9 February 2022",
    "places.awarded": "Places awarded",
    "places.refused_by_budget": "Places refused by the budget",
    "places.person_days_waited": "Person-days waited for a place",
    "money.awarded": "Rupiah awarded",
    "money.paid": "Rupiah paid",
    "money.returned": "Rupiah returned",
    "money.still_to_be_paid": "Rupiah still to be paid",
    "money.will_return": "Rupiah that will return",
    "money.undecided": "Rupiah undecided",
    "money.budget": "Budget, rupiah",
    "money.released_by_revocation": "Rupiah released by revocations",
    "money.cost_a_participant": "Rupiah a participant",
    "market.courses_sold": "Courses sold",
    "market.next_choices": "Courses of a next choice",
    "market.seats_used": "Live seats used",
    "market.concentration": "Concentration of sales",
    "market.revoked_for_seat": "Revoked for want of a seat",
    "peak.queue_payments": "Most payments waiting",
    "peak.people_in_pool": "Most people in the pool",
    "peak.queue_classes": "Most bookings waiting for a class",
    "bottleneck.share_of_waits": "Share of the bottleneck",
}
OF_A_WAIT = {
    "began": "began",
    "got_it": "got it",
    "left_without": "left without",
    "still_waiting": "still wait",
    "median_days_got_it": "median of those who got it",
    "mean_days_got_it": "mean of those who got it",
    "median_days_left_without": "median of those who left",
    "median_days": "half within",
    "p95_days": "95 % within",
    **{f"p{share:02d}_days_got_it": f"{share} % who got it, within" for share in (5, 25, 75, 95)},
}
OF_A_STATION = {
    "peak_queue": "peak queue",
    "waiting_at_end": "waiting at the end",
    "utilisation": "capacity used",
    "utilisation_busiest_month": "capacity used, busiest month",
    "time_over_capacity": "time with a queue",
    "person_days_waited": "person-days waited",
}


def meaning(name: str, words: Mapping[str, str]) -> Meaning:
    """Return what a figure means; `words` are those of stations, groups and partners, by their names."""
    better = next((which for pattern, which in DIRECTIONS.items() if fnmatchcase(name, pattern)), NEITHER)
    return Meaning(label(name, words), better, bool(QUANTILE.search(name)), bool(UNREACHED.fullmatch(name)))


OTHERS = (
    *("people.simulated", "waves.follow", "bottleneck", "market.came", "market.rupiah", "market.found_*"),
    *("market.revoked_*", "market.turned_away", "market.seats_*", "market.share_of_ten_largest"),
    *(
        "peak.queue_*",
        "peak.people_*",
        "peak.paid_*",
        "peak.payment*",
        "wave.*.awarded",
        "published.*",
        "outage.*",
        "wave.*",
    ),
    *("service_level.*.asked", "service_level.*.failed_since*", "service_level.*_within_*_days", "service_level.*"),
    *("awarded.disability", "awarded.returned_migrant", "awarded.listed_worker", "awarded.woman", "awarded.rural"),
    *("awarded.lagging", "awarded.e_money", "awarded.unbanked"),
)
"""Names, and patterns of names, of figures that have no words of their own, or follow from a scenario."""


def declared(parameters: Parameters) -> list[str]:
    """Return the names of the figures that a scenario may have, and patterns of those that only its runs tell."""
    named = words_of(parameters)
    single = [pattern for pattern in DIRECTIONS if "*" not in pattern]
    funnel = [f"funnel.{stage}" for stage in STAGES]
    waits = [f"wait.{of}.{what}" for of in dict.fromkeys((*WAITS, *named)) for what in OF_A_WAIT]
    stations = [f"station.{of}.{what}" for of in named for what in OF_A_STATION]
    groups = [f"bottleneck.{group}.share" for group in groups_of(parameters)]
    return list(dict.fromkeys((*LABELS, *single, "people", *funnel, *waits, *stations, *groups, *OTHERS)))


def label(name: str, words: Mapping[str, str]) -> str:
    """Return a figure in words."""
    if name in LABELS:
        return LABELS[name]
    family, _, rest = name.partition(".")
    of, _, what = rest.partition(".")
    if family == "funnel" and of in STAGES:
        return STAGES[of][1]
    if family == "wait" and what in OF_A_WAIT:
        return f"{WAITS[of].label if of in WAITS else f'Wait at {words.get(of, plain(of))}'}: {OF_A_WAIT[what]}"
    if family == "station" and what in OF_A_STATION:
        return _capital(f"{words.get(of, plain(of))}: {OF_A_STATION[what]}")
    if family == "bottleneck" and what == "share":
        return _capital(f"{words.get(of, plain(of))}: share of days waited")
    if family == "service_level" and not what:
        return plain(of).capitalize()
    return plain(name).capitalize()


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def plain(name: str) -> str:
    """Return a name as words."""
    return name.replace(".", ", ").replace("_", " ")


def words_of(parameters: Parameters) -> dict[str, str]:
    """Return the words of stations, groups and payment partners of a scenario, by their names."""
    stations = parameters.journey.queued
    return {
        **{station.grouped.name: station.grouped.label for station in stations},
        **{station.name: station.label for station in stations},
        **{name: partner.name for name, partner in parameters.payment.partners.items()},
    }


def groups_of(parameters: Parameters) -> dict[str, str]:
    """Return the words of the groups that bottlenecks are told by, by their names."""
    own = {station.grouped.name: station.grouped.label for station in parameters.journey.queued}
    return own | {group.name: group.label for group in (PLACES, PROVIDERS, PARTNERS_GROUP)}
