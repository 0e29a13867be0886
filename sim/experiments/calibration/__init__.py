"""The fit of the uncertain numbers to what was published by a date, and the members that stand for what is not known.

inputs       the uncertain numbers, each as a standard normal z, and those that vary around a level
figures      what was published, what of it the fit may use, and what a run says of it
design       many runs, each at its own point, kept by what they compute
emulator     what a run would say at any point, from the runs of a design
likelihood   how likely the published figures are at a point
sampling     points drawn in proportion to prior and likelihood, and whether the chains agree
members      draws held against real runs, and a few of equal weight
fit          all of it, from the design to the members
leaving_out  dates left out and predicted
"""
