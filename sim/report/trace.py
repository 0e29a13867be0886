"""One person's journey in dated sentences."""

from __future__ import annotations

from sim.calendar.instants import DAY, NEVER, moment
from sim.engines.rows import Rows
from sim.journey.money import Benefit
from sim.report.text import days
from sim.report.trace_market import market_texts, returns
from sim.rules.people import EDUCATIONS, Trait, trait
from sim.rules.selecting import Verdict

HOW = {
    Verdict.PRIORITY: "by the priority share for listed workers",
    Verdict.REGIONAL: "by the regional share",
    Verdict.AFFIRMATIVE: "by the affirmative share",
    Verdict.LOTTERY: "by lottery",
}


def sentences(rows: Rows, row: int = 0) -> list[str]:
    """Return the journey of the person of a row, a dated sentence for each event, in order of time."""
    events: list[tuple[int, str]] = []
    journey = rows.programme.journey
    own = {name: int(rows.people[name][row]) for name in (*rows.people.stamps, *rows.people.outcomes)}

    def tell(name: str, text: str) -> None:
        if own[name] < NEVER:
            events.append((own[name], text))

    tell(f"{journey.names[0]}_arrived", "opens an account on the portal.")
    for station in journey.stations:
        arrived, started, left = (own[f"{station.name}_{what}"] for what in ("arrived", "started", "left"))
        if left < NEVER and left > arrived:
            waited = days((started - arrived) / DAY)
            tell(
                f"{station.name}_left",
                f"leaves {station.label} after {'no wait' if waited == 'none' else f'a wait of {waited}'}.",
            )
    for check in journey.checks:
        tries = own[f"{check.name}_tries"] if check.retries else 1
        tell(f"{check.name}_passed", f"passes {check.label}{f' at try {tries}' if tries > 1 else ''}.")
    tell("refused", f"is refused: {_refusal(rows, own['refused_by'])}.")
    tell("gave_up", f"gives up waiting at {journey.stations[max(own['gave_up_at'], 0)].label}.")
    tell("tested", "has taken the test and is in the pool.")
    tell("first_joined", f"joins a wave for the first time, wave {own['first_wave'] + 1}.")
    if own["last_joined"] != own["first_joined"]:
        tell("last_joined", f"joins wave {own['last_wave'] + 1}, having lost {_lost(rows, own)} before.")
    tell("gave_up_waves", f"gives up after {own['waves_lost']} waves lost.")
    if own["awarded"] < NEVER:
        how = HOW[Verdict(own["awarded_by"])]
        tell(
            "awarded",
            f"is awarded in wave {own['last_wave'] + 1} {how}, as participant {own['participant']}.",
        )
        events += _participant(rows, int(rows.participant_row[row]))
    told = [f"{moment(at):%d %B %Y, %H:%M:%S}: {text}" for at, text in sorted(events, key=lambda e: e[0])]
    return [_who(rows, row), *told, f"The run ends on {moment(rows.end):%d %B %Y, %H:%M}."]


def _refusal(rows: Rows, code: int) -> str:
    journey = rows.programme.journey
    by = journey.refusals[max(code, 0)]
    return journey.station(by).label if by in journey else f"the {by}"


def _lost(rows: Rows, own: dict[str, int]) -> str:
    lost = own["waves_lost"]
    if own["awarded"] == NEVER and own["last_joined"] < NEVER and lost > 0:
        announced = int(rows.programme.waves.waves[own["last_wave"]]["announced"])
        lost -= announced < rows.end
    return f"{lost} wave{'' if lost == 1 else 's'}"


def _who(rows: Rows, row: int) -> str:
    packed = rows.traits[row : row + 1]

    def value(which: Trait) -> int:
        return int(trait(packed, which)[0])

    provinces = list(rows.programme.parameters.population.provinces.values())
    words = ["woman" if value(Trait.WOMAN) else "man"]
    words.append("rural" if value(Trait.RURAL) else "urban")
    words.append(EDUCATIONS[value(Trait.EDUCATION)].replace("_", " "))
    for which, word in (
        (Trait.DISABILITY, "with a disability"),
        (Trait.RETURNED_MIGRANT, "returned migrant worker"),
        (Trait.LISTED_WORKER, "listed worker"),
        (Trait.UNBANKED, "unbanked"),
    ):
        if value(which):
            words.append(word)
    place = f"{provinces[value(Trait.PROVINCE)].name}, regency {value(Trait.REGENCY) + 1}"
    return f"Person {rows.numbers[row]}: {', '.join(words)}; {place}."


def _participant(rows: Rows, number: int) -> list[tuple[int, str]]:
    own, programme = rows.participants, rows.programme
    partner = programme.partners[int(own["partner"][number])].name
    texts = {
        "linked": f"has linked an account at {partner}.",
        "certified": "gets the certificate.",
        "reviewed": "rates and reviews the course.",
        "revoked": "is revoked: no course was bought before the deadline.",
        "closed": f"loses the unspent balance of {int(own['unspent'][number]):,} rupiah: the year is over.",
    }
    for course in range(programme.courses):
        price = int(own[f"price_{course + 1}"][number])
        texts[f"bought_{course + 1}"] = f"buys course {course + 1} for {price:,} rupiah."
        texts[f"completed_{course + 1}"] = f"completes course {course + 1}."
    events: list[tuple[int, str]] = []
    if programme.seats is not None:
        texts |= market_texts(rows, number, programme.seats)
        events = returns(rows, number)
    for payment, each in enumerate(programme.payments):
        name, words = each.name, each.name.replace("_", " ")
        tries, amount = int(own[f"{name}_attempts"][number]), programme.amount(payment)
        if each.benefit is Benefit.SURVEY:
            texts[f"{name}_offered"] = f"is offered {words}."
            texts[f"{name}_due"] = f"answers {words}, which falls due."
        else:
            texts[f"{name}_due"] = f"{words} falls due."
        texts[f"{name}_paid"] = (
            f"is paid {words}, {amount:,} rupiah by {partner}{f', at attempt {tries}' if tries > 1 else ''}."
        )
    return events + [(int(own[name][number]), text) for name, text in texts.items() if own[name][number] < NEVER]
