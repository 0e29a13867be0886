"""Runs of scenarios: one, and the fit of the assumptions to what was published."""
