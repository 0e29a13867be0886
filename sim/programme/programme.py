"""The compiled programme: every parameter as both engines read it, with the scale applied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.journey.journey import Columns, Journey, participant_outcomes, participant_stamps
from sim.journey.money import Benefit
from sim.journey.payments import Payment
from sim.parameters import Parameters
from sim.programme.market import MarketTable
from sim.programme.partners import Partner
from sim.programme.stations import RouteStation
from sim.programme.waves_table import WavesTable
from sim.programme.work_calendar import WorkCalendar
from sim.rules.buying import MarketRecord
from sim.rules.entry_test import TestRecord
from sim.rules.failed_payments import FailureRecord
from sim.rules.lags import LagTable
from sim.rules.laws import LawRecord
from sim.rules.linking import AccountRecord
from sim.rules.luck import Key
from sim.rules.payments import PaymentTable
from sim.rules.people import PopulationRecord, Provinces
from sim.rules.priority_and_regional_shares import SharesRecord
from sim.rules.registering import Curve
from sim.rules.surveys import SurveyRecord
from sim.rules.training import TrainingRecord
from sim.stations.kinds import Plan


@dataclass(frozen=True)
class Programme:
    """Everything that a run of the programme needs; arrays of one record are the rules' parameters."""

    parameters: Parameters
    journey: Journey
    people: int
    calendar: WorkCalendar
    key: Key

    population: PopulationRecord
    provinces: Provinces
    curve: Curve

    route: dict[str, RouteStation]
    """Every station of the route by name, those of retries among them, with its capacity, patience and check."""
    regencies_before: NDArray[np.int64]
    """How many regencies there are before each province: the instances of a bank by regency are counted so."""
    test: TestRecord

    waves: WavesTable
    join_delay: LawRecord
    patience_waves: float
    shares: SharesRecord
    tranche_awards: tuple[int, ...]
    """How many awards each budget can commit at a time."""

    account: AccountRecord
    market: MarketRecord
    """Prices of the open market, and the appetite for further courses."""
    seats: MarketTable | None
    """The market of platforms and courses; None: the open market."""
    training: TrainingRecord
    closing_after: int
    """From the award to the closing of the account, µs."""

    payments: tuple[Payment, ...]
    """Every payment of a participant, by number."""
    payment_table: PaymentTable
    lags: LagTable
    failure: FailureRecord
    partners: tuple[Partner, ...]
    run_clock: int
    """Time of the day of the payment runs, µs."""
    incentive_step: int
    """From one incentive's due date to the next one's, µs."""
    survey: SurveyRecord
    survey_steps: tuple[int, ...]
    """From the payment of the first incentive to the offer of each survey, µs."""

    @property
    def horizon(self) -> int:
        """Return the end of the run, µs; without `clock.end` the latest end."""
        return self.calendar.horizon

    @property
    def stations(self) -> dict[str, Plan | None]:
        """Return the plan of the capacity of each station, those of the market behind the route's; None is plenty."""
        own = {name: station.plan for name, station in self.route.items()}
        return own if self.seats is None else own | self.seats.stations

    @property
    def incentives(self) -> int:
        """Return how many incentives a participant is paid; surveys are numbered behind them."""
        return self.parameters.budget.incentives

    @property
    def courses(self) -> int:
        """Return how many courses a participant buys at most."""
        return self.parameters.purchase.further.courses

    @property
    def benefit(self) -> tuple[int, int, int]:
        """Return what an award commits, in rupiah: training balance, incentives, surveys."""
        budget = self.parameters.budget
        surveys = len(self.survey_steps) * budget.survey
        return budget.training_balance, budget.incentives * budget.incentive, surveys

    def amount(self, payment: int) -> int:
        """Return the rupiah of a payment."""
        budget = self.parameters.budget
        return budget.incentive if self.payments[payment].benefit is Benefit.INCENTIVE else budget.survey

    def participant_stamps(self) -> Columns:
        """Return the stamps of one who is awarded, with their meanings."""
        return participant_stamps(self.courses, self.payments, self.seats is not None)

    def participant_outcomes(self) -> Columns:
        """Return the outcomes of one who is awarded, with their meanings."""
        return participant_outcomes(self.courses, self.payments, self.seats is not None)
