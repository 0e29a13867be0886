"""A course from purchase to review: how long it takes, who completes it, the certificate, who rates and reviews it."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, LONGEST, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.odds import with_odds
from sim.rules.whole import Whole

TRAINING = np.dtype([("duration", LAW), ("completes", "f8"), ("certificate", LAW), ("reviews", "f8"), ("review", LAW)])

TrainingRecord = NewType("TrainingRecord", NDArray[np.void])

COURSE = Block("course", occurrence="course")
COMPLETES = COURSE.quarter(0, "completes")
DURATION = COURSE.half(1, "duration")
COURSE_BLOCK = COURSE.number

CERTIFICATE = Block("certificate")
ISSUED = CERTIFICATE.half(0, "delay of the certificate")
REVIEWS = CERTIFICATE.quarter(2, "rates and reviews")
CERTIFICATE_BLOCK = CERTIFICATE.number

REVIEW = Block("review")
REVIEWED = REVIEW.half(0, "delay of the review")
REVIEW_BLOCK = REVIEW.number


@rule
def paced(duration: int, pace: float) -> int:
    """Return a duration (µs) times the pace of those awarded in a wave."""
    return int(min(duration * pace, LONGEST))


@rule
def train_from(words: Words, training: TrainingRecord, pace: float, odds: float) -> tuple[int, bool]:
    """Return what `train` does, from the words of luck."""
    t = training[0]
    return paced(draw(t.duration, DURATION(words)), pace), COMPLETES(words) < with_odds(t.completes, odds)


@rule
def review_from(certificate: Words, review: Words, training: TrainingRecord) -> tuple[int, bool, int]:
    """Return what `review` does, from the words of `CERTIFICATE` and of `REVIEW`."""
    t = training[0]
    return (
        draw(t.certificate, ISSUED(certificate)),
        REVIEWS(certificate) < t.reviews,
        draw(t.review, REVIEWED(review)),
    )


@rule
def train(key: Key, training: TrainingRecord, person: Whole, course: int, pace: float, odds: float) -> tuple[int, bool]:
    """Return how many µs a person's course takes, and whether they complete it.

    `pace` of their wave multiplies the duration, and `odds` those of completing it.
    """
    return train_from(luck(key, COURSE_BLOCK, person, course), training, pace, odds)


@rule
def review(key: Key, training: TrainingRecord, person: Whole) -> tuple[int, bool, int]:
    """Return the µs from completion to certificate, whether the person reviews, and the µs until the review."""
    return review_from(luck(key, CERTIFICATE_BLOCK, person, 0), luck(key, REVIEW_BLOCK, person, 0), training)
