"""The planner from Python: a question, what drives it, scenarios side by side. The command does the same."""

from sim.library.compared import SideBySide, ToCompare, asked_to_compare, compare
from sim.library.driven import POINTS, SCALE_OF_DRIVERS, Drivers, drivers, of_drivers, refuse_figures
from sim.library.question import Question, Result, asked, load, run

__all__ = [
    "POINTS",
    "SCALE_OF_DRIVERS",
    "Drivers",
    "Question",
    "Result",
    "SideBySide",
    "ToCompare",
    "asked",
    "asked_to_compare",
    "compare",
    "drivers",
    "load",
    "of_drivers",
    "refuse_figures",
    "run",
]
