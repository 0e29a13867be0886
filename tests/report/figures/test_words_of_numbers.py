"""Numbers in words: their units, and what rounding must not hide."""

from __future__ import annotations

from sim.report.figures.words import SPACE, amount, percent, span


def test_numbers_in_words() -> None:
    """Catches a unit too high or low, a share rounded to all or none, and a wait in a unit that hides it."""
    numbers = [0, 9_999, 10_000, 999_600, 1_000_000, 79_999_999]
    words = [amount(number).replace(SPACE, " ") for number in numbers]
    assert words == ["0", "9,999", "10 thousand", "1 million", "1 million", "80 million"]
    assert amount(11_932_565) == f"11.9{SPACE}million"
    shares = [percent(share).replace(SPACE, " ") for share in (0, 0.0001, 0.0341, 0.5, 0.9999, 1)]
    assert shares == ["0 %", "<0.1 %", "3.4 %", "50 %", ">99 %", "100 %"]
    spans = [span(days).replace(SPACE, " ") for days in (None, 0, 1 / 86_400, 1 / 24, 1, 3, 134, 1_197.8)]
    assert spans[:4] == ["not reached", "none", "1.0 second", "1.0 hour"]
    assert spans[4:] == ["24 hours", "3.0 days", "134 days", "3.3 years"]
