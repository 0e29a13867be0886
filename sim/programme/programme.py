"""The compiled programme: every parameter as both engines read it, with the scale applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, UNIT, instant
from sim.calendar.working_days import working_days, working_days_until
from sim.parameters import Parameters
from sim.programme.demand import demand_curve
from sim.programme.laws import law
from sim.programme.waves_table import WavesTable, openings, waves_table
from sim.rules import buying, laws, luck, paying, people, registering, selecting, verifying
from sim.rules.people import Provinces
from sim.stations.schedule import MILLION, Schedule, compile_schedule

PER = {"minute": 7 * 24 * 60, "hour": 7 * 24, "day": 7, "week": 1}
"""How many of a period a week has."""


@dataclass(frozen=True)
class Partner:
    """A payment partner: its cap (millionths of payments a run, None: plenty) as a schedule."""

    key: str
    name: str
    caps: Schedule | None


@dataclass(frozen=True)
class Programme:
    """Everything that a run of the programme needs; arrays of one record are rules' parameters."""

    parameters: Parameters
    people: int
    horizon: int
    """End of the run, µs; without `clock.end` the latest end."""
    key: NDArray[np.void]
    population: NDArray[np.void]
    provinces: Provinces
    curve: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]
    """Corners of the demand (µs), the cumulative demand there, and a guide to them."""
    stations: dict[str, Schedule | None]
    """By name; None is plenty. Throughput: people a week in millionths, scaled; screening: servers, not scaled."""
    checks: dict[str, NDArray[np.void]]
    screening: NDArray[np.void]
    test: NDArray[np.void]
    patience: NDArray[np.void] | None
    waves: WavesTable
    join_delay: NDArray[np.void]
    patience_waves: float
    shares: NDArray[np.void]
    account: NDArray[np.void]
    market: NDArray[np.void]
    training: NDArray[np.void]
    payment: NDArray[np.void]
    lags: NDArray[np.void]
    work: NDArray[np.int64]
    work_until: NDArray[np.int64]
    partners: tuple[Partner, ...]
    run_clock: int
    """Time of the day of the payment runs, µs."""
    incentive_step: int
    survey_steps: tuple[int, ...]
    closing_after: int
    """From award to the return of what is unspent, µs."""
    tranche_awards: tuple[int, ...]
    """How many awards each budget can commit at a time."""

    @property
    def benefit(self) -> tuple[int, int, int]:
        """Return what an award commits, in rupiah: training balance, incentives, surveys."""
        budget = self.parameters.budget
        surveys = len(self.survey_steps) * budget.survey
        return budget.training_balance, budget.incentives * budget.incentive, surveys

    def amount(self, payment: int) -> int:
        """Return the rupiah of a payment: incentives come first, then surveys."""
        budget = self.parameters.budget
        return budget.incentive if payment < budget.incentives else budget.survey


def compile_programme(parameters: Parameters, changed_person: int = -1) -> Programme:
    """Compile parameters to what both engines read.

    `changed_person` is a person whose luck is another's, to see whom a change of luck reaches.
    """
    p = parameters
    scale = p.population.scale
    longest = int(p.clock.longest_years * 365.25) * DAY
    horizon = longest if p.clock.end is None else instant(p.clock.end)
    people_count = round(p.population.applicants * scale)
    table = waves_table(p, horizon)
    # What falls due at the end still has its lag before it, over holidays.
    days = max(horizon, longest) // DAY + 60 + 7 * max(lag.days for lag in p.payment.lag_days)
    work = working_days(
        set(p.clock.holidays.dates),
        {(day.month, day.day) for day in p.clock.holidays.every_year},
        p.clock.holidays.every_year_from,
        days,
    )
    commits = _benefit(p)
    curve = demand_curve(p, openings(p, horizon))
    population = p.population
    return Programme(
        parameters=p,
        people=people_count,
        horizon=horizon,
        key=luck.key(p.run.seed, p.run.replication, changed_person),
        population=_one(
            people.POPULATION,
            population.women,
            population.rural,
            population.education.primary_or_less,
            population.education.junior_high,
            population.disability,
            population.returned_migrant,
            population.listed_worker,
            population.e_money,
            population.unbanked,
        ),
        provinces=_provinces(p),
        curve=(*curve, registering.guide_of(curve[1])),
        stations=_stations(p),
        checks={name: _check(getattr(p.processing, name)) for name in verifying.PEOPLE_CHECKS},
        screening=_one(verifying.SCREENING, p.processing.screening.passes, law(p.processing.screening.service)),
        test=_one(
            verifying.TEST,
            p.processing.test.taken,
            law(p.processing.test.delay),
            int(p.processing.test.minutes * UNIT["minutes"]),
        ),
        patience=None if p.processing.patience is None else _one(laws.LAW, *law(p.processing.patience)),
        waves=table,
        join_delay=_one(laws.LAW, *law(p.joining.delay)),
        patience_waves=p.joining.patience_waves or 0.0,
        shares=_one(
            selecting.SHARES,
            p.selection.shares.priority,
            p.selection.shares.regional,
            p.selection.shares.affirmative,
        ),
        account=_one(
            buying.ACCOUNT,
            law(p.account.delay),
            law(p.account.unbanked_delay),
            p.account.fails,
            law(p.account.mending),
        ),
        market=_one(
            buying.MARKET,
            p.purchase.price.least,
            p.purchase.price.most,
            p.purchase.price.shape,
            p.purchase.further.appetite,
            law(p.purchase.further.delay),
        ),
        training=_one(
            buying.TRAINING,
            law(p.training.duration),
            p.training.completes,
            law(p.training.certificate),
            p.training.reviews,
            law(p.training.review),
        ),
        payment=_one(paying.PAYMENT, p.payment.fails, law(p.payment.mending)),
        lags=np.array(
            [
                (lag.days, total)
                for lag, total in zip(p.payment.lag_days, np.cumsum([x.share for x in p.payment.lag_days]), strict=True)
            ],
            dtype=paying.LAG,
        ),
        work=work,
        work_until=working_days_until(work, days),
        partners=tuple(_partner(key, partner, scale) for key, partner in p.payment.partners.items()),
        run_clock=int(p.payment.run_hour * UNIT["hours"]),
        incentive_step=int(p.payment.incentive_days * DAY),
        survey_steps=tuple(int(days * DAY) for days in p.payment.survey_days),
        closing_after=int(p.budget.unspent_returns_days * DAY),
        tranche_awards=tuple(int(t.rupiah * scale / commits + 1e-9) for t in p.budget.tranches.values()),
    )


def _one(dtype: np.dtype[Any], *values: Any) -> NDArray[np.void]:
    """Return an array of one record: what the rules take as parameters."""
    return np.array([tuple(values)], dtype=dtype)


def _benefit(p: Parameters) -> int:
    budget = p.budget
    return budget.training_balance + budget.incentives * budget.incentive + len(p.payment.survey_days) * budget.survey


def _provinces(p: Parameters) -> Provinces:
    numbered = enumerate(p.population.provinces.values())
    ordered = sorted(numbered, key=lambda each: -each[1].weight)
    total = np.cumsum([province.weight for _, province in ordered])
    table = np.array(
        [
            (share, number, x.regencies, x.lagging)
            for share, (number, x) in zip(total / total[-1], ordered, strict=True)
        ],
        dtype=people.PROVINCE,
    )
    return people.guide_to(table)


def _check(check: Any) -> NDArray[np.void]:
    retry = check.retry
    return _one(verifying.CHECK, check.passes, retry.share, retry.passes, retry.attempts, law(retry.delay))


def _throughput(block: Any, scale: float) -> Schedule | None:
    """Return the schedule of a throughput station; None where it is plenty throughout."""
    if block.rate is None and not getattr(block, "steps", ()) and not getattr(block, "outages", ()):
        return None
    factor = PER[block.per] * scale * MILLION

    def rate(value: float | None) -> int:
        # Plenty that an outage interrupts, or that steps to a rate, is an interval of one microsecond.
        return PLENTY if value is None else max(round(value * factor), 1 if value > 0 else 0)

    return compile_schedule(
        rate(block.rate),
        ((instant(step.since), rate(step.rate)) for step in getattr(block, "steps", ())),
        _outages(getattr(block, "outages", ())),
    )


PLENTY = 7 * DAY * MILLION
"""The rate of one person a microsecond, in millionths a week."""


PLENTIFUL = 1 << 60
"""The cap of a partner that pays whatever is ready."""


def _outages(outages: Iterable[Any]) -> list[tuple[int, int]]:
    return [(instant(outage.since), instant(outage.until)) for outage in outages]


def _stations(p: Parameters) -> dict[str, Schedule | None]:
    scale = p.population.scale
    processing = p.processing
    stations = {"portal": _throughput(p.portal, scale), "processing": _throughput(processing, scale)}
    for name in verifying.PEOPLE_CHECKS:
        check = getattr(processing, name)
        stations[name] = _throughput(check, scale)
        stations[f"{name}_retry"] = _throughput(check.retry, scale)

    screening = processing.screening
    stations["screening"] = compile_schedule(
        screening.servers,
        [(instant(step.since), step.servers) for step in screening.steps],
        _outages(screening.outages),
    )
    return stations


def _partner(key: str, partner: Any, scale: float) -> Partner:
    """Return a payment partner; before it enters its cap is zero."""
    entry = instant(partner.since)

    def cap(value: float | None) -> int:
        return PLENTIFUL if value is None else round(value * scale * MILLION)

    closed = [] if entry <= 0 else [(-(1 << 61), entry)]
    if partner.cap is None and not closed and not partner.steps and not partner.outages:
        return Partner(key, partner.name, None)
    schedule = compile_schedule(
        cap(partner.cap),
        [(instant(step.since), cap(step.cap)) for step in partner.steps],
        [*closed, *_outages(partner.outages)],
    )
    return Partner(key, partner.name, schedule)
