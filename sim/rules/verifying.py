"""What verification, screening and test say of a registrant, and how long he bears to wait."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Group, luck, uniform

CHECK = np.dtype([("passes", "f8"), ("retry_share", "f8"), ("retry_passes", "f8"), ("attempts", "i8"), ("delay", LAW)])
"""A check: share passed at the first try; share of the failed who try again, their delay and share passed."""

SCREENING = np.dtype([("passes", "f8"), ("service", LAW)])
TEST = np.dtype([("taken", "f8"), ("delay", LAW), ("length", "i8")])


@rule
def verify(
    key: NDArray[np.void], group: int, check: NDArray[np.void], person: int, attempt: int
) -> tuple[bool, bool, int]:
    """Return whether a person passes a check at an attempt; if not, whether he tries again, and after how many µs."""
    words = luck(key, group, person, attempt)
    if passes_check(words, check, attempt):
        return True, False, 0
    if tries_again(words, check, attempt):
        return False, True, retry_delay(words, check)
    return False, False, 0


@rule
def passes_check(words: Any, check: NDArray[np.void], attempt: int) -> bool:
    """Return whether a person passes a check at an attempt, from his words of luck."""
    return uniform(words[0]) < (check[0].passes if attempt == 0 else check[0].retry_passes)


@rule
def tries_again(words: Any, check: NDArray[np.void], attempt: int) -> bool:
    """Return whether a person who did not pass an attempt tries again, from his words of luck."""
    return attempt + 1 < check[0].attempts and uniform(words[1]) < check[0].retry_share


@rule
def retry_delay(words: Any, check: NDArray[np.void]) -> int:
    """Return after how many µs a person tries again, from his words of luck."""
    delay: int = draw(check[0].delay, uniform(words[2]))
    return delay


@rule
def patience(key: NDArray[np.void], law: NDArray[np.void], person: int, station: int, attempt: int) -> int:
    """Return how many µs a person waits at a station before giving up; he is served if his turn comes by then."""
    return draw(law[0], uniform(luck(key, Group.PROCESSING.value, person, station << 16 | attempt)[0]))


@rule
def screen(key: NDArray[np.void], screening: NDArray[np.void], person: int) -> tuple[int, bool]:
    """Return the service a person needs at screening (µs, before scaling) and whether he passes."""
    s = screening[0]
    words = luck(key, Group.SCREENING.value, person, 0)
    return draw(s.service, uniform(words[0])), passes_screening(words, screening)


@rule
def passes_screening(words: Any, screening: NDArray[np.void]) -> bool:
    """Return whether a person passes screening, from his words of luck."""
    return uniform(words[1]) < screening[0].passes


@rule
def stretched(service: int, stretch: float) -> int:
    """Return a service in µs lengthened by the factor of a scaled station, at least 1 µs."""
    return max(int(service * stretch), 1)


@rule
def test(key: NDArray[np.void], test: NDArray[np.void], person: int) -> tuple[bool, int]:
    """Return whether a person takes the test, and how many µs after screening it is done."""
    words = luck(key, Group.SCREENING.value, person, 0)
    return takes_test(words, test), test_takes(words, test)


@rule
def takes_test(words: Any, test: NDArray[np.void]) -> bool:
    """Return whether a person takes the test, from his words of luck."""
    return uniform(words[2]) < test[0].taken


@rule
def test_takes(words: Any, test: NDArray[np.void]) -> int:
    """Return how many µs after screening a person's test is done, from his words of luck."""
    t = test[0]
    return draw(t.delay, uniform(words[3])) + t.length


PEOPLE_CHECKS: dict[str, Any] = {
    "email": Group.EMAIL,
    "registry": Group.REGISTRY,
    "third_layer": Group.THIRD_LAYER,
}
"""The checks in the order of the journey, with the group of luck of each."""
