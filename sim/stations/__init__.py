"""How people queue: first come, first served; capacity is a step function of time known beforehand.

Every station follows one schedule, into which opening, steps, outages and entries are compiled. Four
clear rules: work begun when a station closes or shrinks is finished; whoever gives up is served if his
turn comes at the very instant; a capacity of zero is legal and means closed; plenty is no station at all.
"""
