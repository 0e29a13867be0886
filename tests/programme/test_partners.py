"""Payment partners: their shares at each wave, and what a further one changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.building import SMALL, parameters, programme

BASE = parameters(SMALL)
CONFIG: dict[str, Any] = BASE.model_dump(by_alias=True, mode="json")["payment"]["partners"]


@pytest.mark.parametrize("at", range(len(CONFIG) + 1))
def test_a_partner_that_nobody_chooses_leaves_all_shares(at: int) -> None:
    """Catches a partner of no share that takes from a neighbour, wherever in the list it is written."""
    partners = list(CONFIG.items())
    partners.insert(at, ("none", CONFIG["ovo"] | {"share": 0.0, "name": "None"}))
    base, other = programme(SMALL), programme(SMALL, changes={"payment.partners": dict(partners)})
    assert [partner.key for partner in other.partners] == [key for key, _ in partners]
    shares = [np.diff(compiled.waves.partners, axis=2, prepend=0) for compiled in (base, other)]
    assert np.all(shares[1][:, :, at] == 0)
    np.testing.assert_allclose(np.delete(shares[1], at, axis=2), shares[0], atol=1e-15)


def test_the_last_partner_with_a_share_takes_what_rounding_leaves() -> None:
    """Catches a uniform above the sum of shares, which would choose one that has not entered."""
    for share in programme(SMALL).waves.partners.reshape(-1, len(CONFIG)):
        assert share[-1] == 1.0
        assert np.all(np.diff(share) >= 0)
