"""How people queue, one file a kind of station: its config as a plan, its SimPy resource, its kernel with state.

`plan_station` (kinds.py) turns a block of the config into a Plan, or None where capacity never binds: then people pass
without a station. A plan knows its capacity as a step function of time, one Schedule an instance, and makes both forms
of the station. A bank is a station of many instances (an office in each regency).

The person engine's form is one SimPy resource an instance, `plan.resources(timeline)`. A visit reads alike for every
kind; `patience` is in µs, None waits for ever:

    yield timeline.turn(timeline.now, journey.arrive(name), person)
    with station.request(patience) as place:
        if patience is None:
            yield place
        else:
            yield place | timeline.turn(station.patience_ends(place, patience), journey.renege(name), person)
        if not place.triggered:
            return  # gave up
        yield timeline.turn(station.departure(service), journey.leave(name), person)

The cohort engine's form is `plan.kernel()`: it takes people in batches of any size, in order of (time, person), and
says of each on arrival when service starts and ends, or when they give up.

What holds for every kind: first come, first served, by (time, person); work begun when a station closes or shrinks is
finished; who would give up at the very instant of their service is served; a capacity of zero is legal and means
closed. The two forms are held against each other, stamp by stamp, in `tests/equality` and `tests/stations`.
"""
