"""Baselines: the figures of a scenario that a later version must reproduce, and how what is found is judged by them."""
