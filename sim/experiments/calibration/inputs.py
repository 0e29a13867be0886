"""The uncertain numbers as the inputs of the fit: a standard normal z for each, and the latents that they come from.

A number's value is the quantile of its law at the share of the normal law that lies below z. Where numbers are one
thing that differs from wave to wave, their z come from a level that they share and a deviation of each, whose spread
is a latent too: waves of which a figure is known tell what the others may be. Every latent is standard normal.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.experiments.draws import Z_OF_90_PERCENT, drawn
from sim.parameters.kinds import Factor, Follows, Number, Range

Config = dict[str, Any]
Path = tuple[str | int, ...]
Values = NDArray[np.float64]
Places = NDArray[np.int64]

FURTHEST = 2 * Z_OF_90_PERCENT
"""The z beyond which a law is cut."""


def rounded(value: float) -> float:
    """Return a value to ten digits: the same runs are known again where the last bits of a value differ."""
    return float(f"{value:.10g}")


def z_of(number: Number) -> float:
    """Return the z at which the law of a number that has one gives its value."""
    from scipy.special import ndtri

    law, value = number.declared.law, number.value
    if isinstance(law, Range):
        width, at = law.most - law.least, value - law.least
        share = (at + 0.5) / (width + 1) if law.whole else at / width
        return float(np.clip(ndtri(np.clip(share, 1e-9, 1 - 1e-9)), -FURTHEST, FURTHEST))
    assert isinstance(law, Factor)
    middle = law.middle(value)
    apart = value / middle
    if law.word == "odds":
        apart *= (1 - middle) / (1 - value)
    return float(np.clip(np.log(apart) / np.log(law.factor) * Z_OF_90_PERCENT, -FURTHEST, FURTHEST))


@dataclass(frozen=True)
class Varying:
    """Some numbers that are one thing from wave to wave: those whose key matches a pattern."""

    name: str
    pattern: str

    def among(self, keys: Sequence[str]) -> list[int]:
        """Return the places of its numbers among the keys of some; of fewer than two it says nothing."""
        found = [k for k, key in enumerate(keys) if re.fullmatch(self.pattern, key)]
        return found if len(found) > 1 else []


CHECKED = ("email", "registry", "third_layer", "screening")
"""Stations whose share of passes has steps."""

VARYING = (
    Varying("joining.newcomers", r"joining\.newcomers\[[1-9]\d*\]\.share"),
    Varying("purchase.buys", r"purchase\.waves\[[1-9]\d*\]\.buys"),
    Varying("purchase.delay", r"purchase\.waves\[[1-9]\d*\]\.delay\.mean"),
    Varying("training.pace", r"training\.pace\[\d+\]\.factor"),
    Varying("payment.lag_steps", r"payment\.lag_steps\[\d+\]\.more_days"),
    *(Varying(f"{each}.passes_steps", rf"processing\.{each}\.passes_steps\[\d+\]\.odds") for each in CHECKED),
)
"""What differs from wave to wave, or from cohort to cohort of those who register.

Of joining and buying the first step is of April 2020, when the programme was new and nearly everybody joined.
"""

TOGETHER = (
    ("market.catalogue.duration.mean", r"training\.pace\[\d+\]\.factor"),
    *((f"processing.{each}.passes", rf"processing\.{each}\.passes_steps\[\d+\]\.odds") for each in CHECKED),
)
"""Numbers that others multiply: the model has the product of two such, of durations (but for their minimum, a day) or
of odds."""

LEVEL, SPREAD = 0.8, 0.6
"""Of the variance of one such number its level has the square of LEVEL, and its deviation that of SPREAD, at the mean
of what the spread of the deviations may be. Together they are 1, so that each number keeps the law that it declares.
"""

SURE_OF_SPREAD = float(np.log(2)) / Z_OF_90_PERCENT
"""The spread of the deviations is log-normal: 90 % within a factor of 2."""


def spread_at(z: Values) -> Values:
    """Return the spread of deviations at the standard normal z of its latent."""
    found: Values = SPREAD * np.exp(SURE_OF_SPREAD * (z - SURE_OF_SPREAD))
    return found


def half_normal(z: Values) -> Values:
    """Return the quantiles of the half-normal law of scale 1 at the standard normal z."""
    from scipy.special import ndtri

    found: Values = ndtri((1 + np.minimum(ndtr(z), 1 - 1e-12)) / 2)
    return found


def half_normal_slope(z: Values) -> Values:
    """Return the slopes of the quantiles of the half-normal law at z."""
    found: Values = 0.5 * np.exp(0.5 * (half_normal(z) ** 2 - z**2))
    return found


def path_of(key: str) -> Path:
    """Return a key such as `a.b[0].c` as a path."""
    names = key.replace("[", ".").replace("]", "").split(".")
    return tuple(int(name) if name.isdecimal() else name for name in names)


def put(config: Config, path: Path, value: float) -> None:
    """Set the value at a path."""
    at: Any = config
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value


@dataclass(frozen=True)
class Inputs:
    """The uncertain numbers of a config that have a law of their own, in the order of their keys."""

    numbers: Mapping[str, Number]
    varying: tuple[Varying, ...] = VARYING

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the numbers that have luck of their own."""
        return tuple(key for key, each in self.numbers.items() if isinstance(each.declared.law, Factor | Range))

    @cached_property
    def groups(self) -> tuple[tuple[str, list[int]], ...]:
        """Return what varies from wave to wave: the name, and the places of its numbers."""
        found = ((each.name, each.among(self.keys)) for each in self.varying)
        return tuple((name, places) for name, places in found if places)

    @cached_property
    def together(self) -> Values:
        """Return what makes the inputs of an emulator of the z of the numbers, a column for each (TOGETHER).

        In the place of a number that multiplies another stands their product, as standard normal as both are: an
        emulator of one and the other would have to tell what the model cannot. Both laws are factors, so that their
        logarithms add.
        """
        found = np.eye(len(self.keys))
        for leader, pattern in TOGETHER:
            for k, key in enumerate(self.keys):
                if leader not in self.keys or not re.fullmatch(pattern, key):
                    continue
                one, other = (self.numbers[each].declared.law for each in (leader, key))
                if isinstance(one, Factor) and isinstance(other, Factor):
                    sizes = np.log([one.factor, other.factor])
                    found[[self.keys.index(leader), k], k] = sizes / np.linalg.norm(sizes)
        return found

    @cached_property
    def latents(self) -> tuple[str, ...]:
        """Return the names of the latents: one for each key, then level and spread of what varies."""
        return (*self.keys, *(f"{name}: {what}" for name, _ in self.groups for what in ("level", "spread")))

    def inputs(self, latents: Values) -> Values:
        """Return the z of the numbers, a row for each row of latents."""
        return np.clip(self._unclipped(latents), -FURTHEST, FURTHEST)

    def _unclipped(self, latents: Values) -> Values:
        found, (places, group) = latents[..., : len(self.keys)].copy(), self._grouped
        level, spread = (latents[..., len(self.keys) + j :: 2] for j in (0, 1))
        found[..., places] = LEVEL * level[..., group] + spread_at(spread)[..., group] * found[..., places]
        return found

    @cached_property
    def _grouped(self) -> tuple[Places, Places]:
        """Return the places of all numbers that vary, and of each which group it is of."""
        places = [place for _, some in self.groups for place in some]
        group = [k for k, (_, some) in enumerate(self.groups) for _ in some]
        return np.array(places, dtype=np.int64), np.array(group, dtype=np.int64)

    def onto_latents(self, latents: Values, slopes: Values) -> Values:
        """Return the slopes along the latents from those along the z of the numbers; rows of both belong together."""
        keys, (places, group) = len(self.keys), self._grouped
        inside = np.abs(self._unclipped(latents)) < FURTHEST
        found = np.zeros_like(latents)
        found[:, :keys] = np.where(inside, slopes, 0)
        if len(places):
            some, begins = found[:, places], np.flatnonzero(np.diff(group, prepend=-1))
            grown = some * spread_at(latents[:, keys + 1 :: 2])[:, group]
            found[:, keys::2] = LEVEL * np.add.reduceat(some, begins, axis=1)
            found[:, keys + 1 :: 2] = SURE_OF_SPREAD * np.add.reduceat(grown * latents[:, places], begins, axis=1)
            found[:, places] = grown
        return found

    def configured(self) -> Values:
        """Return the z of the numbers as they are configured."""
        return np.array([z_of(self.numbers[key]) for key in self.keys])

    def values(self, inputs: Values) -> dict[str, Values]:
        """Return the values of all uncertain numbers by key, those that follow others too, from rows of z."""
        found = drawn(self.numbers, {key: ndtr(inputs[..., k]) for k, key in enumerate(self.keys)})
        for key, number in self.numbers.items():
            law = number.declared.law
            if isinstance(law, Follows) and key in found:
                found[key] = self.proportion(key) * found[law.leader]
        return found

    def proportion(self, key: str) -> float:
        """Return a number that follows another over that: to six digits, as the fit writes both of them rounded."""
        law = self.numbers[key].declared.law
        assert isinstance(law, Follows)
        return float(f"{self.numbers[key].value / self.numbers[law.leader].value:.6g}")

    def configs(self, config: Config, inputs: Values) -> list[Config]:
        """Return a config for each row of z."""
        found = self.values(inputs)
        return [self.changed(config, {key: each[row] for key, each in found.items()}) for row in range(len(inputs))]

    def changed(self, config: Config, values: Mapping[str, float]) -> Config:
        """Return a config with some uncertain numbers set."""
        new = copy.deepcopy(config)
        for key, value in values.items():
            law = self.numbers[key].declared.law
            whole = law is not None and law.whole
            put(new, path_of(key), round(value) if whole else rounded(float(value)))
        return new
