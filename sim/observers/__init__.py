"""What is measured of a run, by declared names; everything is a count or an exact sum.

Who calls observers, and when:

- The person engine writes a journal of everyone's stamps. `sim.engines.observed` observes it after the run.
- The cohort engine keeps no stamps. It tells its observers of each batch of people as it moves them. Each of its
  threads has `Counts` of its own, from `Observations.new_counts`; reading `Observations` adds them up.
- Rules, stations and the programme know nothing of observers, and nothing that happens in a run depends on them.

Counts and sums are of whole numbers, so the order of batches does not matter, but that the visits of one station
come in the order of arrival. `sim.observers.counting` holds the compiled code; labels and tables are not compiled.
"""
