"""The plain SimPy model: one process a person, a resource a station. Start reading at `model.py`."""
