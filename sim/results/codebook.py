"""The codebook of people's rows: what each column means, its unit, and what it means where there is none."""

from __future__ import annotations

from typing import NamedTuple

from sim.programme.programme import Programme
from sim.results.table import Table
from sim.rules.people import EDUCATIONS
from sim.rules.selecting import Verdict

TIME, TEXT, TRUTH = "time (WIB, microseconds)", "text", "true or false"
NEVER_NONE = "is always there"
NOT_AWARDED = "was not awarded before the end of the run"
NOT_YET = "did not happen before the end of the run"


class Column(NamedTuple):
    """What a column says."""

    meaning: str
    unit: str
    none: str
    """What it means that there is no value."""


PERSON = Column(
    "the person's number, in the order in which they register: the same person in every scenario of the same "
    "population.applicants, population.scale, run.seed and run.replication; between scales it does not hold",
    "whole number from 0",
    NEVER_NONE,
)

TRAITS = {
    "province": Column("province", TEXT, NEVER_NONE),
    "regency": Column("regency within the province", "whole number from 1", NEVER_NONE),
    "education": Column(f"highest school: {', '.join(EDUCATIONS)}", TEXT, NEVER_NONE),
    "woman": Column("is a woman", TRUTH, NEVER_NONE),
    "rural": Column("lives in a rural area", TRUTH, NEVER_NONE),
    "disability": Column("has a disability", TRUTH, NEVER_NONE),
    "returned_migrant": Column("is a returned migrant worker", TRUTH, NEVER_NONE),
    "listed_worker": Column("is a listed worker (priority)", TRUTH, NEVER_NONE),
    "e_money": Column("uses e-money rather than a bank", TRUTH, NEVER_NONE),
    "unbanked": Column("has no account when awarded", TRUTH, NEVER_NONE),
    "lagging": Column("lives in a lagging regency", TRUTH, NEVER_NONE),
}
"""Columns of who a person is."""

OUTCOMES = {
    "refused_by": ("", TEXT, "was not refused before the end of the run"),
    "gave_up_at": ("", TEXT, "did not give up at a station before the end of the run"),
    "first_wave": ("", "number of a wave from 1", "joined no wave before the end of the run"),
    "last_wave": ("", "number of a wave from 1", "joined no wave before the end of the run"),
    "waves_lost": ("", "waves", "did not enter the pool before the end of the run"),
    "awarded_by": (f": {', '.join(verdict.name.lower() for verdict in Verdict)}", TEXT, NOT_AWARDED),
    "participant": ("", "whole number from 0", NOT_AWARDED),
    "wave": ("", "number of a wave from 1", NOT_AWARDED),
    "partner": ("", TEXT, NOT_AWARDED),
    "revoked_for": (
        ": nothing_tried, checkout, seat, course, platform",
        TEXT,
        "was not revoked before the end of the run",
    ),
    "unspent": ("", "rupiah", "the account did not close before the end of the run"),
}
"""Outcomes by name: what their meaning lacks, their unit, and what none means."""

NOT_BOUGHT = "was not bought before the end of the run"

BY_BEGINNING = {
    "price_": ("rupiah", NOT_BOUGHT),
    "platform_": (TEXT, NOT_BOUGHT),
    "course_": ("whole number from 0", NOT_BOUGHT),
    "choice_": ("choices", NOT_BOUGHT),
    "tries_": ("times", "did not come to the market for it before the end of the run"),
}
"""Units of outcomes that each course has, and what none means, by the beginning of their names."""

BY_ENDING = {
    "_tries": ("tries", "did not come to the check before the end of the run"),
    "_attempts": ("attempts", "was not paid before the end of the run"),
    "_answered": ("1 or 0", "was not offered before the end of the run"),
}
"""The same of outcomes that there are several of, by the ending of their names."""


def codebook(programme: Programme) -> dict[str, Column]:
    """Return the columns of people's rows in order, each with what it says."""
    journey = programme.journey
    own = {name: meaning for name, meaning in programme.participant_outcomes().items() if name != "person"}
    return {
        "person": PERSON,
        **TRAITS,
        **{name: Column(meaning, TIME, NOT_YET) for name, meaning in journey.person_stamps.items()},
        **{name: _outcome(name, meaning) for name, meaning in journey.person_outcomes.items()},
        **{name: _outcome(name, meaning) for name, meaning in own.items()},
        **{
            name: Column(meaning, TIME, f"{NOT_YET}, or was not awarded")
            for name, meaning in programme.participant_stamps().items()
        },
    }


def codebook_table(programme: Programme) -> Table:
    """Return the codebook as a table."""
    columns = {"column": "name", "meaning": "what it says", "unit": "of its values", "none": "what no value means"}
    return Table("codebook", columns, [{"column": n, **c._asdict()} for n, c in codebook(programme).items()])


def _outcome(name: str, meaning: str) -> Column:
    if name in OUTCOMES:
        more, unit, none = OUTCOMES[name]
        return Column(meaning.removesuffix(", rupiah") + more, unit, none)
    for beginning, told in BY_BEGINNING.items():
        if name.startswith(beginning):
            return Column(meaning.removesuffix(", rupiah"), *told)
    ending = next(ending for ending in BY_ENDING if name.endswith(ending))
    return Column(meaning.removesuffix(": 1 or 0"), *BY_ENDING[ending])
