"""Shares and their odds: how a share changes where its odds are multiplied."""

from sim.rules.compiling import rule


@rule
def with_odds(share: float, times: float) -> float:
    """Return a share whose odds are so many times those of another; nobody and everyone stay so."""
    if times == 1.0 or share == 0.0 or share == 1.0:
        return share
    return share * times / (1.0 - share + share * times)
