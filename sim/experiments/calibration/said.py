"""What is said of a fit: whether the chains agree, what is known now and what is not, and what the base says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiments.calibration.figures import Figure, published_figures
from sim.experiments.calibration.fit import UNINFORMED, Fit
from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.learning import Problem
from sim.experiments.calibration.likelihood import DISCREPANCIES
from sim.experiments.calibration.members import Weighed
from sim.experiments.calibration.sampling import Chains
from sim.report.intervals import amounts
from sim.report.text import block, wrapped

TIED = 0.7
"""The correlation above which two numbers are said to be known together only."""

LONGEST, TWO_IN_A_LINE = 40, 33
"""Signs of a name in a table of numbers, and where two stand in a row."""

CONVERGED, ENOUGH = 1.01, 400
"""R-hat and independent draws of chains that agree (Vehtari et al. 2021)."""

BY_THE_EMULATOR = "By the emulator, before weighting by runs."
"""What is said of the draws of the chains: the members are taken by weights, and may differ."""

HEAVY = 0.7
"""The shape of the tail of weights above which few draws decide (Vehtari et al. 2024)."""


def agree(chains: Chains) -> bool:
    """Return whether the chains of a fit agree, so that its draws may be believed."""
    return bool(chains.rhat.max() < CONVERGED and chains.effective.min() > ENOUGH)


def why_not_relied_on(chains: Chains, weighed: Weighed) -> str:
    """Return why the draws of a fit may not be believed; nothing where they may."""
    if not agree(chains):
        return "the chains do not agree (see R-hat above)"
    return f"few draws outweigh all others (Pareto's k {weighed.tail:.2f})" if weighed.tail > HEAVY else ""


def said_of(fit: Fit) -> list[str]:
    """Return all that is said of a fit as lines."""
    parts = (_figures_left_out(fit.learned.problem), _chains(fit.chains), _numbers(fit), _errors(fit), _ties(fit))
    lines = [line for part in parts for line in (*part, "")]
    return [*lines, *_emulator(fit), "", *_members(fit), "", *_base(fit)]


def _figures_left_out(problem: Problem) -> list[str]:
    used, left_out = published_figures(problem.parameters)
    until = f"{problem.parameters.published.fit_until:%d %B %Y}"
    filled = sum(figure.bound for figure in used)
    said = wrapped(
        f"{len(used) - filled} published figures, and that {filled} waves were filled, all known by {until}, are "
        "fitted. Not fitted:"
    )
    return [*said, *block(("Figure", "why"), [(brief(figure), why) for figure, why in left_out])]


def brief(figure: Figure) -> str:
    """Return the name of a figure so short that a row of a table is a line: what, of which waves, and when."""
    scope = f" {figure.scope}" if figure.scope else ""
    return f"{figure.what.replace('_', ' ')}{scope}, {figure.at:%-d %b %y}"


def cut(name: str, signs: int) -> str:
    """Return the end of a key, or of the name of a latent, no longer than so many signs."""
    short = name.removeprefix("processing.")
    return short if len(short) <= signs else f"..{short[2 - signs :]}"


def _chains(chains: Chains) -> list[str]:
    rhat, effective = float(chains.rhat.max()), float(chains.effective.min())
    count, kept, _ = chains.draws.shape
    agreed = "agree" if agree(chains) else "do NOT agree"
    return wrapped(
        f"{count} chains of {kept} draws {agreed}: R-hat at most {rhat:.3f}, at least "
        f"{effective:,.0f} independent draws of every latent."
    )


def _numbers(fit: Fit) -> Iterator[str]:
    """Yield what is known of the numbers that are fitted, and of others that the figures inform."""
    inputs = fit.target.inputs
    z = inputs.inputs(fit.rows()[:, : len(inputs.latents)])
    values = inputs.values(z)
    spread = z.std(axis=0)
    active = set(fit.target.emulator.active)
    rows, unknown = [], []
    for k, key in enumerate(inputs.keys):
        fitted = inputs.numbers[key].declared.fitted
        if not fitted and (k not in active or spread[k] >= UNINFORMED):
            continue
        found = values[key]
        cells = (
            cut(key, LONGEST) + " *" * (not fitted),
            f"{inputs.numbers[key].value:.3g}",
            f"{fit.base.get(key, inputs.numbers[key].value):.3g}",
            f"{found.std():.1g}",
            f"{spread[k]:.2f}",
        )
        rows.append(cells)
        if fitted and key not in fit.base:
            unknown.append(key)
    yield from block(("Number (without processing.)", "before", "now", "s.d.", "of it"), rows)
    yield from wrapped(
        "s.d.: by the emulator, before weighting by runs; of it: how much that is of what was thought before."
    )
    yield from wrapped("* not fitted, but told by the figures: its base stays, its members follow what is known.")
    if unknown:
        yield ""
        yield from wrapped(
            f"Not told by the figures, so that they keep their value and its range: {', '.join(unknown)}."
        )


def _errors(fit: Fit) -> list[str]:
    target = fit.target
    rows = []
    for name, sizes in zip(DISCREPANCIES, target.discrepancy(fit.rows()).T, strict=True):
        low, middle, high = map(float, np.quantile(sizes, [0.05, 0.5, 0.95]))
        rows.append((name.removeprefix("discrepancy "), *(f"{100 * size:.1f} %" for size in (middle, low, high))))
    return [*block(("Discrepancy of the model", "median", "5 %", "95 %"), rows), *wrapped(BY_THE_EMULATOR)]


def _ties(fit: Fit) -> list[str]:
    target = fit.target
    names = [target.latents[k] for k in target.active]
    ties: Values = np.atleast_2d(np.corrcoef(fit.chains.flat.T))
    found = [
        (cut(names[a], TWO_IN_A_LINE), cut(names[b], TWO_IN_A_LINE), f"{ties[a, b]:+.2f}")
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if abs(ties[a, b]) > TIED
    ]
    if not found:
        return wrapped(f"No two latents are correlated by more than {TIED}.")
    return [*block(("Known together only", "with", "tie"), found), *wrapped(BY_THE_EMULATOR)]


def _emulator(fit: Fit) -> list[str]:
    learned, count = fit.learned, len(fit.target.figures)
    rows = [
        (brief(figure), f"{100 * missed:.2f} %", f"{100 * luck:.2f} %", f"{100 * figure.rounding:.2f} %")
        for figure, missed, luck in zip(fit.target.figures, learned.emulated[:count], learned.luck[:count], strict=True)
    ]
    return block(("Figure", "emulator", "luck of a run", "rounding"), rows)


def _members(fit: Fit) -> list[str]:
    weighed, tried = fit.weighed, len(fit.latents)
    different = len(set(fit.members.tolist()))
    noise = f" Lest few draws decide, noise of {weighed.noise:g} times the emulator's variance is added to the runs."
    return wrapped(
        f"{tried} draws were run. Weighted by what the runs correct, they are worth {weighed.effective:.0f} of equal "
        f"weight (Pareto's k {weighed.tail:.2f}); {len(fit.members)} members are taken from them, {different} of them "
        f"different.{noise if weighed.noise else ''}"
    )


def _base(fit: Fit) -> list[str]:
    count = len(fit.target.figures)
    found: Values = np.exp(fit.base_run.logs[0, :count])
    of_members = np.exp(fit.runs.logs[fit.members, :count])
    low, high = np.quantile(of_members, [0.05, 0.95], axis=0)
    rows = []
    for k, figure in enumerate(fit.target.figures):
        published, base, *ends = amounts(figure.published, float(found[k]), float(low[k]), float(high[k]))
        differs = "" if figure.bound else f"{100 * (found[k] / figure.published - 1):+.1f} %"
        published = f"at least {published}" if figure.bound else published
        rows.append((brief(figure), published, base, differs, *ends))
    said = wrapped("90 %: of the members, without the model's own error.")
    return [*block(("Figure", "published", "base", "differs", "90 % from", "to"), rows), *said]
