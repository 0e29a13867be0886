"""Parameters of a run: what the configs may say, and what is said about what they may not."""

from sim.parameters.block import Block, block_at
from sim.parameters.explain import problems, validate
from sim.parameters.law import Law
from sim.parameters.parameters import Parameters
from sim.parameters.problems import BadInput, Problem

__all__ = ["BadInput", "Block", "Law", "Parameters", "Problem", "block_at", "problems", "validate"]
