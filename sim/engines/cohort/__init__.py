"""The cohort engine: SimPy keeps the programme's clock, compiled kernels move the people. Start at `model.py`."""
