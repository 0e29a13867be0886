"""What happened in a run, by name: shows that the cases that are hard for two engines were there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.calendar.instants import HOUR, NEVER
from sim.engines.cohort.threads import threads_of
from sim.engines.journal import Journal
from sim.journey.money import Benefit
from sim.rules.luck import CHUNK
from sim.rules.patience_at_stations import patience

LAWS = frozenset(f"a service of law {law}" for law in ("constant", "exponential", "lognormal", "uniform"))
AWKWARD = LAWS | {
    "nobody at all",
    "a closed station where people stand at the end",
    "two arrive at a station at one instant",
    "a first try and a retry reach the next check at one instant",
    "a retry comes back just as a window ends after its failure",
    "one starts as an outage ends",
    "one starts at a window's edge as the capacity changes",
    "two start at one instant",
    "two leave screening at one instant",
    "someone gives up",
    "one is served at the last instant of their patience",
    "one enters the pool as a wave opens",
    "one enters the pool as a wave closes",
    "a wave by rule",
    "calendar waves overlap",
    "a loser joins a wave that was open at the announcement",
    "a wave that nobody joined",
    "a wave without places",
    "nobody is eligible",
    "the budget refuses",
    "a face check fails",
    "patience in waves ends",
    "an award is revoked",
    "a cap binds",
    "a cap of nothing",
    "a payment is ready at the instant of a run",
    "a payment is tried five times",
    "all payments of a run fail",
    "payments fail for hundreds of runs",
    "a check is tried more often than a byte can count",
    "a participant is paid to the end",
    "an account closes",
    "a survey is offered and not answered",
    "an unanswered survey returns as the account closes",
    "an unanswered survey returns after the account has closed",
    "an answered survey is paid",
    "a survey's offer lies beyond the end",
    "a survey is answered at the instant of its offer",
    "luck is dealt in several chunks",
    "cut by a date",
    "until nothing is left",
    "windows of 1 h",
    "windows of 5 h and 1 µs",
    "windows of 6 h",
    "windows of 24 h",
    "one thread",
    "two threads",
}
"""What must occur among programmes drawn at random, or the property was tried on easy ones only."""


def occurrences(journal: Journal) -> Iterator[str]:
    """Yield the names of what happened in a run."""
    yield from _how(journal)
    yield from _at_stations(journal)
    yield from _in_waves(journal)
    yield from _in_payments(journal)
    yield from _in_chunks(journal)


def _how(journal: Journal) -> Iterator[str]:
    p = journal.programme.parameters
    window = int(p.run.window_hours * HOUR)
    names = {HOUR: "1 h", 5 * HOUR + 1: "5 h and 1 µs", 6 * HOUR: "6 h", 24 * HOUR: "24 h"}
    yield f"windows of {names[window]}"
    yield "one thread" if threads_of(journal.programme) == 1 else "two threads"
    yield "until nothing is left" if p.clock.end is None else "cut by a date"
    if journal.programme.people == 0:
        yield "nobody at all"


def _tie(instants: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    known = instants[instants < NEVER]
    return bool(np.unique(known).size < known.size)


def _at_stations(journal: Journal) -> Iterator[str]:
    programme, people = journal.programme, journal.people
    window = int(programme.parameters.run.window_hours * HOUR)
    for name, station in programme.route.items():
        visits = journal.visits[name]
        arrived, started, gave_up = visits["arrived"], visits["started"], visits["gave_up"]
        if station.plan is None:
            continue
        (schedule,) = station.plan.schedules
        if arrived.size:
            if schedule.at(journal.end) == 0 and ((started >= journal.end) & (gave_up >= journal.end)).any():
                yield "a closed station where people stand at the end"
            if name == "screening" and (started < NEVER).any():
                yield f"a service of law {programme.parameters.processing.screening.service.law}"
        if _tie(arrived):
            yield "two arrive at a station at one instant"
        if _tie(started):
            yield "two start at one instant"
        if name == "screening" and _tie(visits["left"]):
            yield "two leave screening at one instant"
        if (gave_up < NEVER).any():
            yield "someone gives up"
        for at, capacity in schedule.changes():
            if capacity and (started == at).any():
                if at % window == 0:
                    yield "one starts at a window's edge as the capacity changes"
                if schedule.at(at - 1) == 0:
                    yield "one starts as an outage ends"
        if station.patience is not None:
            waited = np.flatnonzero((started < NEVER) & (started > arrived))
            for visit in waited.tolist():
                who, attempt = int(visits["person"][visit]), int(visits["attempt"][visit])
                waits_for = patience(programme.key, station.luck.patience, station.patience, who, attempt)
                if started[visit] - arrived[visit] == waits_for:
                    yield "one is served at the last instant of their patience"
                    break
    for check, following in (("email", "registry"), ("registry", "third_layer"), ("third_layer", "screening")):
        again = people[f"{check}_tries"] > 1
        comes = people[f"{following}_arrived"]
        if np.intersect1d(comes[again & (comes < NEVER)], comes[~again & (comes < NEVER)]).size:
            yield "a first try and a retry reach the next check at one instant"
        if (people[f"{check}_tries"] > 256).any():
            yield "a check is tried more often than a byte can count"
        back, failed = people[f"{check}_retry_arrived"], people[f"{check}_left"]
        if ((back < NEVER) & (back - failed == window) & (people[f"{check}_tries"] == 2)).any():
            yield "a retry comes back just as a window ends after its failure"


def _in_waves(journal: Journal) -> Iterator[str]:
    programme, people, table = journal.programme, journal.people, journal.programme.waves.waves
    if programme.parameters.waves.rule is not None:
        yield "a wave by rule"
    elif (table["open"][1:] < table["announced"][:-1]).any():
        yield "calendar waves overlap"
    if np.isin(people["tested"], table["open"]).any():
        yield "one enters the pool as a wave opens"
    if np.isin(people["tested"], table["close"]).any():
        yield "one enters the pool as a wave closes"
    announced = [record for record in journal.waves if record.announced]
    if any(record.joined == 0 for record in announced):
        yield "a wave that nobody joined"
    if any(record.joined and record.quota == 0 for record in announced):
        yield "a wave without places"
    if any(record.joined and record.eligible == 0 for record in announced):
        yield "nobody is eligible"
    if journal.budget_refused:
        yield "the budget refuses"
    if any(record.drawn > record.awarded for record in announced):
        yield "a face check fails"
    if (people["gave_up_waves"] < NEVER).any():
        yield "patience in waves ends"
    if (journal.participants["revoked"] < NEVER).any():
        yield "an award is revoked"
    losers = np.flatnonzero(people["waves_lost"] == 1)
    first, last = people["first_wave"][losers], people["last_wave"][losers]
    again = last > first
    if (table["open"][last[again]] < table["announced"][first[again]]).any():
        yield "a loser joins a wave that was open at the announcement"


def _in_payments(journal: Journal) -> Iterator[str]:
    own, runs, payments = journal.participants, journal.runs, journal.programme.payments
    at = np.unique([run.at for run in runs])
    for payment in payments:
        if np.isin(own[f"{payment.name}_ready"], at).any():
            yield "a payment is ready at the instant of a run"
        if (own[f"{payment.name}_attempts"] >= 5).any():
            yield "a payment is tried five times"
    if any(run.failed for run in runs[256 * len(journal.programme.partners) :]):
        yield "payments fail for hundreds of runs"
    if any(run.cap is not None and run.cap > 0 and run.paid + run.failed == run.cap for run in runs):
        yield "a cap binds"
    if any(run.cap == 0 and run.waiting for run in runs):
        yield "a cap of nothing"
    if any(run.failed > 1 and run.paid == 0 for run in runs):
        yield "all payments of a run fail"
    if own.rows and (np.max([own[f"{payment.name}_paid"] for payment in payments], axis=0) < NEVER).any():
        yield "a participant is paid to the end"
    if (own["closed"] < NEVER).any():
        yield "an account closes"
    yield from _in_surveys(journal)


def _in_surveys(journal: Journal) -> Iterator[str]:
    own, programme = journal.participants, journal.programme
    closing = journal.people["awarded"][own["person"]] + programme.closing_after
    surveys = [payment.name for payment in programme.payments if payment.benefit is Benefit.SURVEY]
    for name, step in zip(surveys, programme.survey_steps, strict=True):
        offered, answered = own[f"{name}_offered"], own[f"{name}_answered"]
        unanswered = answered == 0
        if unanswered.any():
            yield "a survey is offered and not answered"
        if (unanswered & (offered <= closing) & (closing < journal.end)).any():
            yield "an unanswered survey returns as the account closes"
        if (unanswered & (offered > closing)).any():
            yield "an unanswered survey returns after the account has closed"
        if (own[f"{name}_paid"] < NEVER).any():
            yield "an answered survey is paid"
        if ((own["incentive_1_paid"] < NEVER) & (own["incentive_1_paid"] + step >= journal.end)).any():
            yield "a survey's offer lies beyond the end"
        if ((offered < NEVER) & (own[f"{name}_due"] == offered)).any():
            yield "a survey is answered at the instant of its offer"


def _in_chunks(journal: Journal) -> Iterator[str]:
    """Yield whether more than a chunk of people joined, were awarded, paid an incentive and a survey at once."""
    own, people = journal.participants, journal.people
    columns = [people["awarded"], people["last_joined"], *(own[name] for name in ("incentive_1_paid", "survey_1_paid"))]
    if all(_most_at_once(column) > CHUNK for column in columns):
        yield "luck is dealt in several chunks"


def _most_at_once(instants: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    known = instants[instants < NEVER]
    return int(np.unique(known, return_counts=True)[1].max()) if known.size else 0
