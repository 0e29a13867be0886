"""Tests of the programme, mirroring `sim`; builders that they share are in `building.py`."""
