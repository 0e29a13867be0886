"""What the campaign of known values found: how often its intervals hold them, and whether that is what it should be.

Three things are judged, each at an error rate that is stated with it:

- shares pooled over numbers, and over predictions: a history's share is one observation, since its numbers are not
  independent; the mean of all histories' is held against 90 % at three standard errors, by Student's t (0.3 % each);
- each of the two sizes of discrepancy, by an exact test of the same rate;
- each single number and each single prediction, by exact tests, all together by Holm's correction at 5 %.

A number counts in the histories whose figures tell something of it. Of the others what is known after the fit is what
was thought before it, which holds by construction what was drawn from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from tests.campaigns.log import Log

HOLDS = 0.9
"""The share that the intervals should hold."""

TOLD = 0.9
"""Figures tell of a number whose standard deviation after the fit, as z, is below this share of that before."""

RATE = float(2 * stats.norm.sf(3))
"""How often a right pooled share, or size of discrepancy, is called wrong: three standard errors of a normal law."""

FAMILY = 0.05
"""How often any of the single numbers and predictions is called wrong where all are right, at the most."""

WORST = 3

TESTED = (
    "This tests the emulator of the first design and the sampler. It does not test the nearer designs, the weighting "
    "of draws by runs, nor the 60 members"
)

Line = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """The histories of a log that were made with the same as those that are asked for."""

    lines: dict[int, Line]
    others: int
    """Lines of the log that were made with something else."""
    differ: list[str] = field(default_factory=list)
    """In what those differ."""

    @classmethod
    def of(cls, log: Log, made: Mapping[str, Any], histories: int) -> Found:
        """Return what a log holds of the first histories; `made` is what JSON can say."""
        lines, others, differ = dict[int, Line](), 0, set[str]()
        for line in log.lines():
            theirs = line.get("made", {})
            if theirs == made:
                lines[int(line["trial"])] = line
            else:
                others += 1
                differ |= {key for key in made if key not in theirs or theirs[key] != made[key]}
        return cls({k: lines[k] for k in sorted(lines) if k < histories}, others, sorted(differ))


@dataclass(frozen=True)
class Share:
    """How many of some values their intervals hold: a share, its standard error over histories, and its p."""

    name: str
    share: float
    error: float
    p: float

    def __str__(self) -> str:
        """Return it as a line."""
        error, p = f"standard error {100 * self.error:.1f} %", f"p = {self.p:.2g}"
        return f"{self.name}: {100 * self.share:.1f} % ({error}, {p})"


def over_histories(name: str, histories: Sequence[Sequence[bool]]) -> Share | None:
    """Return the mean of the shares of histories, held against HOLDS; nothing where none has any."""
    shares = [float(np.mean(each)) for each in histories if each]
    if not shares:
        return None
    n, count, mean = len(shares), sum(map(len, histories)), float(np.mean(shares))
    # No smaller than that of as many independent values: few histories may be equal by chance.
    error = np.sqrt(HOLDS * (1 - HOLDS) / count)
    if n == 1:
        return Share(name, mean, error, 1.0)
    error = float(max(np.std(shares, ddof=1) / np.sqrt(n), error))
    return Share(name, mean, error, float(2 * stats.t.sf(abs(mean - HOLDS) / error, n - 1)))


def exact(name: str, inside: Sequence[bool]) -> Share:
    """Return a single value's share, a history an observation, held against HOLDS exactly."""
    n, count = len(inside), int(np.sum(inside))
    error = float(np.sqrt(HOLDS * (1 - HOLDS) / n))
    return Share(f"{name}, of {n}", count / n, error, float(stats.binomtest(count, n, HOLDS).pvalue))


def _told(line: Line, what: str = "values") -> list[bool]:
    return [inside for key, inside in line[what].items() if line["narrowed"][key] < TOLD]


def pooled(lines: Sequence[Line]) -> list[Share]:
    """Return what is pooled over numbers, or over predictions; then each size of discrepancy."""
    found = [
        over_histories("numbers that the figures tell", [_told(line) for line in lines]),
        over_histories("all numbers", [list(line["values"].values()) for line in lines]),
        over_histories("predictions", [list(line["predictions"].values()) for line in lines]),
        over_histories("by members weighed by runs", [_told(line, "members") for line in lines if "members" in line]),
    ]
    sizes = [exact(name, [line["errors"][name] for line in lines]) for name in (lines[0]["errors"] if lines else ())]
    return [each for each in (*found, *sizes) if each]


def single(lines: Sequence[Line]) -> tuple[list[Share], list[Share]]:
    """Return each number, of the histories that tell of it, and each prediction: the worst first."""
    numbers, predictions = dict[str, list[bool]](), dict[str, list[bool]]()
    for line in lines:
        for key, inside in line["values"].items():
            if line["narrowed"][key] < TOLD:
                numbers.setdefault(key, []).append(inside)
        for what, inside in line["predictions"].items():
            predictions.setdefault(what, []).append(inside)
    both = ([exact(*each) for each in some.items()] for some in (numbers, predictions))
    first, second = (sorted(some, key=lambda each: each.p) for some in both)
    return first, second


def off(lines: Sequence[Line]) -> Iterator[str]:
    """Yield what is not held as often as it should be."""
    for each in pooled(lines):
        if each.p < RATE:
            yield f"Not {100 * HOLDS:.0f} % within its error, at a rate of {100 * RATE:.1f} %: {each}."
    some = sorted((each for both in single(lines) for each in both), key=lambda each: each.p)
    for k, each in enumerate(some):
        if each.p > FAMILY / (len(some) - k):
            break
        yield f"Not {100 * HOLDS:.0f} %, at a rate of {100 * FAMILY:.0f} % of all {len(some)} single values: {each}."


def said(found: Found, histories: int) -> list[str]:
    """Return the coverage so far, as lines."""
    lines = [*found.lines.values()]
    weighed = sum("members" in line for line in lines)
    tested = f"{TESTED}, but of {weighed} histories." if weighed else f"{TESTED}."
    head = [tested, f"{len(lines)} of {histories} histories made with the same"]
    if found.others:
        head.append(f"  not counted: {found.others} lines of the log, made with other {', '.join(found.differ)}")
    if not lines:
        return head
    rhat = [line["rhat"] for line in lines]
    head.append(f"  R-hat of the chains: at most {max(rhat):.3f}, in half of the histories {np.median(rhat):.3f}")
    head.append(f"  within 90 % intervals (each line is called wrong below p = {RATE:.1g}):")
    head += [f"    {each}" for each in pooled(lines)]
    for name, some in zip(("numbers", "predictions"), single(lines), strict=True):
        head.append(f"  of {len(some)} single {name} the worst:")
        head += [f"    {each}" for each in some[:WORST]]
    return head
