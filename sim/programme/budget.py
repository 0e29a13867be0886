"""What awards commit and revocations release, and the places that the budget refused."""

from __future__ import annotations

from sim.programme.programme import Programme


class Budget:
    """Commitments against the budgets, in awards; each budget bounds the waves of its time."""

    def __init__(self, programme: Programme) -> None:
        self._tranche = programme.waves.tranche
        self._bound = programme.tranche_awards
        self._committed = [0] * len(self._bound)
        self.refused = 0
        """Places that the budget refused although eligible people had joined for them."""

    def left(self, wave: int) -> int:
        """Return how many awards a wave's budget can still commit."""
        tranche = self._tranche[wave]
        return self._bound[tranche] - self._committed[tranche]

    def left_from(self, wave: int) -> bool:
        """Return whether the budget of a wave, or of a later one, can still commit an award."""
        first = self._tranche[wave]
        return any(bound > own for bound, own in zip(self._bound[first:], self._committed[first:], strict=True))

    def commit(self, wave: int, awards: int) -> None:
        """Commit the benefit of a wave's awards."""
        self._committed[self._tranche[wave]] += awards

    def release(self, wave: int, awards: int) -> None:
        """Release the benefit of awards that are revoked."""
        self._committed[self._tranche[wave]] -= awards

    def refuse(self, wanted: int, places: int) -> int:
        """Count and return the places that were wanted and that the budget does not give."""
        refused = max(wanted - places, 0)
        self.refused += refused
        return refused
