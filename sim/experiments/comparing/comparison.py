"""Scenarios side by side, as tables, figures and the answer know them."""

from sim.results.comparison import Compared, Comparison, LeftOut, Precision, Replicated

__all__ = ["Compared", "Comparison", "LeftOut", "Precision", "Replicated"]
