"""Simulate Kartu Prakerja from registration to the last payment, one row a person."""

__version__ = "0.1.0"
