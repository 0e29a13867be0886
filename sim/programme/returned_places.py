"""The quota of waves by rule: a share of those processed, and the places of revoked awards, which return once."""

from __future__ import annotations


class ReturnedPlaces:
    """Places of waves by rule, given and returned."""

    def __init__(self, quota_share: float) -> None:
        self._quota_share = quota_share
        self._given = 0
        """Places of all waves so far, the returned ones left out."""
        self._revoked = self._given_again = 0

    def revoke(self, awards: int) -> None:
        """Return the places of awards that are revoked, to the next wave."""
        self._revoked += awards

    def due(self, processed: int) -> int:
        """Return the places of a wave that opens now: the share of those processed less all given, and the returned."""
        # The margin keeps 0.1 × 30 from becoming 2.
        return int(self._quota_share * processed + 1e-9) - self._given + self._revoked - self._given_again

    def give(self, places: int) -> None:
        """Give a wave the places that are due."""
        self._given += places - (self._revoked - self._given_again)
        self._given_again = self._revoked
