"""When a person of the pool joins a wave."""

from __future__ import annotations

from math import log
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, LawRecord, draw, draw_within
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

WAVE = np.dtype(
    [
        ("named", "u4"),
        ("open", "i8"),
        ("close", "i8"),
        ("announced", "i8"),
        ("deadline", "i8"),
        ("latest_close", "i8"),
        ("newcomers", "f8"),
        ("losers", "f8"),
        ("eligible", "f8"),
        ("face_check_fails", "f8"),
        ("buys", "f8"),
        ("buys_after", LAW),
    ]
)
"""A wave: 32 bits of its name, by which its luck is keyed; its instants (µs; `latest_close` of it and all before),
propensities to join, share eligible, share who fail the face check, propensity to buy and delay of the first
purchase."""

WaveTable = NewType("WaveTable", NDArray[np.void])

WAVE_LUCK = Block("wave", occurrence="wave")
JOINS = WAVE_LUCK.quarter(0, "joins a wave that is open")
FACE_CHECK = WAVE_LUCK.quarter(1, "face check")
JOIN_DELAY = WAVE_LUCK.half(1, "delay of joining")
WAVE_BLOCK = WAVE_LUCK.number

NEXT_WAVE = Block("next wave", occurrence="waves lost")
HAZARD = NEXT_WAVE.half(0, "next wave by cumulative hazard")
NEXT_WAVE_BLOCK = NEXT_WAVE.number

HAZARD_OF_CERTAINTY = 64.0
"""Above any draw of a unit exponential from 52 bits (36.7), so that a propensity of one is certain."""


def hazards(propensities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cumulative hazard of joining before each wave, one longer than the waves."""
    with np.errstate(divide="ignore"):
        each = np.minimum(-np.log1p(-propensities), HAZARD_OF_CERTAINTY)
    return np.concatenate([[0.0], np.cumsum(each)])


@rule
def waves_open(waves: WaveTable, at: int, near: int) -> tuple[int, int]:
    """Return the numbers of the first wave that is still open at an instant, and of the first to come.

    Some between the two may be closed. `near` is where to begin to look; any number of waves is right.
    """
    coming = near
    while coming < waves.size and waves[coming].open <= at:
        coming += 1
    while coming > 0 and waves[coming - 1].open > at:
        coming -= 1
    oldest = coming
    while oldest > 0 and waves[oldest - 1].latest_close > at:
        oldest -= 1
    return oldest, coming


@rule
def _first_beyond(hazard: NDArray[np.float64], target: float, low: int) -> int:
    """Return the first position from `low` on whose cumulative hazard exceeds the target.

    Halves where there are many, then counts without a branch: a misprediction costs more than a few additions.
    """
    high = hazard.size
    while high - low > 32:
        middle = (low + high) >> 1
        if hazard[middle] <= target:
            low = middle + 1
        else:
            high = middle
    found = low
    for position in range(low, high):
        found += int(hazard[position] <= target)
    return found


@rule
def choose_wave(
    key: Key,
    waves: WaveTable,
    hazard: NDArray[np.float64],
    delay: LawRecord,
    next_wave_words: Words,
    person: Whole,
    since: int,
    lost: Whole,
    oldest: int,
    coming: int,
) -> tuple[int, int]:
    """Return the next wave a person of the pool joins (-1: none), and the instant if it is open already, else -1.

    `since` is the instant of entering the pool or of losing, `lost` how many waves they have lost; `hazard`
    is that of newcomers or of losers; `oldest` and `coming` are the `waves_open` at that instant. Of waves
    that are open they take a decision for each, and are late if their delay ends after the closing. Of waves
    to come one draw finds the first that they join, by the cumulative hazard.
    """
    for wave in range(oldest, coming):
        w = waves[wave]
        if w.close > since:
            words = luck(key, WAVE_BLOCK, person, w.named)
            if JOINS(words) < (w.losers if lost else w.newcomers):
                at = since + draw(delay[0], JOIN_DELAY(words))
                if at < w.close:
                    return wave, at
    target = hazard[coming] - log(1.0 - HAZARD(next_wave_words))
    found: int = _first_beyond(hazard, target, coming) - 1
    return (found, -1) if found < waves.size else (-1, -1)


@rule
def joins_at(key: Key, waves: WaveTable, delay: LawRecord, person: Whole, wave: Whole) -> int:
    """Return the instant at which one who was in the pool when a wave opened presses join."""
    return joins_at_from(luck(key, WAVE_BLOCK, person, waves[wave].named), waves, delay, wave)


@rule
def joins_at_from(words: Words, waves: WaveTable, delay: LawRecord, wave: Whole) -> int:
    """Return what `joins_at` does, from the words of luck."""
    w = waves[wave]
    after: int = draw_within(delay[0], JOIN_DELAY(words), w.close - w.open)
    return after + w.open


@rule
def next_wave(
    key: Key,
    waves: WaveTable,
    hazard: NDArray[np.float64],
    delay: LawRecord,
    person: Whole,
    since: int,
    lost: Whole,
) -> tuple[int, int]:
    """Return the next wave a person of the pool joins and the instant, or (-1, 0) if none; see `choose_wave`."""
    oldest, coming = waves_open(waves, since, 0)
    words = luck(key, NEXT_WAVE_BLOCK, person, lost)
    wave, at = choose_wave(key, waves, hazard, delay, words, person, since, lost, oldest, coming)
    if wave < 0:
        return -1, 0
    return wave, at if at >= 0 else joins_at(key, waves, delay, person, wave)
