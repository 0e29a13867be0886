"""What holds in every run, worked out anew from what the journal says of people, in plain Python and NumPy.

Nothing here reads the engine's own counts but to hold them against what people's stamps say.
"""

from __future__ import annotations

from sim.engines.journal import Journal
from tests.engine.promises.money import rupiah_add_up
from tests.engine.promises.partners import partners_pay_first_ready_first
from tests.engine.promises.payments import payments_fall_due_in_turn, surveys_are_offered_and_answered
from tests.engine.promises.places import people_stand_where_their_stamps_say, stamps_never_decrease
from tests.engine.promises.queues import stations_are_first_come_first_served
from tests.engine.promises.waves import deadlines_are_kept, waves_award_whom_the_lottery_draws

PROMISES = (
    people_stand_where_their_stamps_say,
    rupiah_add_up,
    stamps_never_decrease,
    stations_are_first_come_first_served,
    waves_award_whom_the_lottery_draws,
    deadlines_are_kept,
    payments_fall_due_in_turn,
    surveys_are_offered_and_answered,
    partners_pay_first_ready_first,
)


def hold(journal: Journal) -> None:
    """Hold all promises."""
    for promise in PROMISES:
        promise(journal)
