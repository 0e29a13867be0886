"""All parameters of a run."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import model_validator

from sim.journey.journey import JOURNEY, Journey
from sim.parameters.agreement import disagreements
from sim.parameters.block import Block
from sim.parameters.budget import Budget
from sim.parameters.called import Called
from sim.parameters.demand import Demand
from sim.parameters.market import Market
from sim.parameters.payment import Payment, named_apart
from sim.parameters.population import Population
from sim.parameters.problems import raise_any
from sim.parameters.processing import Portal, Processing
from sim.parameters.published import Published
from sim.parameters.quantities import choice, several
from sim.parameters.run import Clock, Results, Run, Scenario
from sim.parameters.service_levels import MOST_LEVELS, ServiceLevel
from sim.parameters.station import hold_declaration
from sim.parameters.training import Account, Purchase, Training
from sim.parameters.waves import Joining, Selection, Waves


class Parameters(Block):
    """Hold all parameters of a run; every number comes from the configs.

    `journey` has the route whose stations have their blocks here. A class with further stations sets another.
    """

    journey: ClassVar[Journey] = JOURNEY

    run: Run
    clock: Clock
    population: Population
    demand: Demand
    portal: Portal
    processing: Processing
    waves: Waves
    joining: Joining
    selection: Selection
    budget: Budget
    account: Account
    purchase: Purchase
    training: Training
    market: Annotated[Market | None, Called("platforms, providers and seats")]
    payment: Payment
    service_levels: Annotated[dict[str, ServiceLevel], several(0, MOST_LEVELS, "service levels", "Leave some out.")]
    published: Published
    results: Results
    engine: Annotated[
        Literal["cohort", "person"],
        choice("cohort", "person", do="Both give the same answer; cohort is the fast one."),
    ]
    scenario: Scenario

    @model_validator(mode="after")
    def _check(self) -> Self:
        for station in self.journey.route:
            hold_declaration(station, self)
        raise_any(named_apart(self.payment.partners, (*self.journey.names, *self.journey.names_after_award)))
        raise_any(disagreements(self, self.journey.route))
        return self
