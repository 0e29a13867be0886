"""Waves: who joins them, whom they award, and what becomes of awards at the deadline."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.journey.route import PROCESSED_AT
from sim.rules.joining import next_wave
from sim.rules.patience_in_waves import waves_tolerated
from sim.rules.selecting import Verdict, select


def joinings(journal: Journal) -> Iterator[tuple[int, int, int]]:
    """Follow each person of the pool by the rules; yield (person, wave, instant), and hold their columns."""
    programme, people = journal.programme, journal.people
    table = programme.waves
    for person in np.flatnonzero(people["tested"] < NEVER).tolist():
        since, lost, joined = int(people["tested"][person]), 0, []
        tolerated = waves_tolerated(programme.key, programme.patience_waves, person)
        awarded = gave_up = NEVER
        while True:
            wave, at = next_wave(
                programme.key, table.waves, table.hazard[lost > 0], programme.join_delay, person, since, lost
            )
            if wave < 0 or at >= journal.end or not journal.waves[wave].opened:
                break
            joined.append((wave, at))
            yield person, wave, at
            since = int(table.waves[wave]["announced"])
            if since >= journal.end:
                break
            number = int(people["participant"][person])
            if number >= 0 and journal.participants["wave"][number] == wave:
                awarded = since
                break
            lost += 1
            if lost >= tolerated:
                gave_up = since
                break
        names = ("first_wave", "first_joined", "last_wave", "last_joined")
        found = [int(people[name][person]) for name in names]
        assert found == ([*joined[0], *joined[-1]] if joined else [-1, NEVER, -1, NEVER]), person
        found = [int(people[name][person]) for name in ("waves_lost", "awarded", "gave_up_waves")]
        assert found == [lost, awarded, gave_up], person


def waves_award_whom_the_lottery_draws(journal: Journal) -> None:
    """Hold every wave against its joiners, its places, the budget left and the selection of the rules."""
    programme, own = journal.programme, journal.participants
    table = programme.waves
    joiners: list[list[int]] = [[] for _ in range(len(table))]
    for person, wave, _ in joinings(journal):
        joiners[wave].append(person)
    awarded = journal.people["awarded"][own["person"]]
    given = given_again = 0
    refused = 0
    tranche = np.array(table.tranche, dtype=np.int64)
    for wave, record in enumerate(journal.waves):
        plan = table.waves[wave]
        assert not record.opened or plan["open"] < journal.end
        if not record.opened:
            assert not joiners[wave]
            continue
        if table.places is not None:
            quota = table.places[wave]
        else:
            rule = programme.parameters.waves.rule
            assert rule is not None
            processed = np.count_nonzero(journal.people[f"{PROCESSED_AT}_left"] < plan["open"])
            revoked = int(np.count_nonzero(own["revoked"] < plan["open"]))
            share = int(rule.quota_share * processed + 1e-9)
            quota = share - given + revoked - given_again
            given, given_again = share, revoked
        assert record.quota == quota, wave
        assert record.announced == bool(plan["announced"] < journal.end)
        if not record.announced:
            assert not np.any(own["wave"] == wave)
            continue
        same_budget = tranche[own["wave"]] == tranche[wave]
        earlier = (awarded < plan["announced"]) | ((awarded == plan["announced"]) & (own["wave"] < wave))
        before = np.count_nonzero(same_budget & earlier)
        released = np.count_nonzero(same_budget & (own["revoked"] < plan["announced"]))
        left = programme.tranche_awards[tranche[wave]] - before + released
        places = max(min(quota, left), 0)
        people = np.array(sorted(joiners[wave]), dtype=np.int64)
        verdict = select(
            programme.key, programme.shares, plan["named"], plan["eligible"], plan["face_check_fails"], places,
            people, journal.traits[people],
        )  # fmt: skip
        drawn = verdict >= Verdict.FACE_CHECK_FAILED
        eligible = verdict != Verdict.NOT_ELIGIBLE
        assert np.count_nonzero(drawn) == min(places, np.count_nonzero(eligible))
        winners = people[verdict >= Verdict.PRIORITY]
        assert np.array_equal(own["person"][own["wave"] == wave], winners), wave
        assert np.all(awarded[own["wave"] == wave] == plan["announced"])
        assert np.array_equal(journal.people["awarded_by"][winners], verdict[verdict >= Verdict.PRIORITY])
        assert (record.joined, record.eligible, record.drawn, record.awarded) == (
            people.size, int(np.count_nonzero(eligible)), int(np.count_nonzero(drawn)), winners.size
        )  # fmt: skip
        refused += max(min(quota, np.count_nonzero(eligible)) - places, 0)
    assert journal.budget_refused == refused
    assert np.all(journal.people["awarded_by"][journal.people["awarded"] == NEVER] == -1)


def deadlines_are_kept(journal: Journal) -> None:
    """Hold every award: bought strictly before the deadline, or revoked at it, at midnight."""
    own = journal.participants
    deadline = journal.programme.waves.waves["deadline"][own["wave"]]
    bought, revoked = own["bought_1"] < NEVER, own["revoked"] < NEVER
    assert np.all(own["bought_1"][bought] < deadline[bought])
    assert np.all(own["revoked"][revoked] == deadline[revoked])
    assert np.all(deadline % DAY == 0)
    assert not np.any(bought & revoked)
    assert np.all(bought | revoked | (deadline >= journal.end))
    for name in ("link_tried", "linked"):  # whose award is revoked links no account any more
        assert np.all((own[name] == NEVER) | (own[name] <= own["revoked"]))
