"""Compose the parameters of a run from the configs, a scenario and changes: the only part that knows Hydra."""
