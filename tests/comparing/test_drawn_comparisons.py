"""The campaign of comparisons: its bank is made by their jobs, its truth is known, and it finds what is off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from sim.composition.study import Request, asked
from sim.experiments.comparing import specification
from sim.experiments.jobs.job import Job
from sim.results import paired
from sim.results.figure import Figure
from sim.results.outcome import Outcome
from tests.building import ALPHA
from tests.campaigns import compared, drawn_comparisons
from tests.campaigns.drawn_comparisons import dealt_again, held, pairs_of

ALIKE, MEAN, MIDDLE = "people.simulated", "places.awarded", "wait.registered_to_award.median_days_got_it"
WORDS = ["--replications", "130", "--worlds", "3", "--draws", "200", "--some", "20", "--sizes", "20"]


@cache
def composed(words: tuple[str, ...]) -> Request:
    """Return a comparison that is composed once for all tests."""
    return asked(words)


class Made:
    """In place of processes: figures in closed form, with most of their spread in common."""

    jobs: list[Job]

    def __init__(self, workers: int) -> None: ...

    def __enter__(self) -> Made:
        return self

    def __exit__(self, *raised: object) -> None: ...

    def do(self, jobs: Mapping[str, Job]) -> Iterator[tuple[str, bytes]]:
        """Do all jobs: a world's own level, and luck of each run."""
        for name, job in jobs.items():
            self.jobs.append(job)
            run, more = job.asked["config"]["run"], 8.0 * job.label.startswith("intake_800k")
            level = np.random.default_rng(int(1e6 * job.asked["config"]["population"]["women"])).normal(100, 5)
            rng = np.random.default_rng([run["replication"], int(more)])
            value = level + more + rng.normal()
            figures = {ALIKE: 80_000, MEAN: value, MIDDLE: value}
            figures |= {f"funnel.{k}": luck for k, luck in enumerate(rng.normal(0, 1, 12).tolist())}
            yield name, specification.written(Outcome({key: Figure(one, "people") for key, one in figures.items()}, {}))


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Return the campaign over made-up runs, which are kept between calls."""
    monkeypatch.setattr(Made, "jobs", [], raising=False)
    monkeypatch.setattr(compared, "Processes", Made)
    monkeypatch.setattr(compared, "comparison_of", lambda words: composed(tuple(words)))
    return lambda: compared.main([*WORDS, "--log", str(tmp_path / "bank.jsonl")])


def test_the_bank_is_made_once_by_jobs_of_comparisons(
    campaign: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches luck that is another in the second scenario, worlds that are not paired, and runs that are made again."""
    assert campaign() == 0
    runs = {(job.label.split(",")[0], job.asked["config"]["run"]["replication"]): job for job in Made.jobs}
    assert len(runs) == len(Made.jobs) == 2 * 130
    assert {luck for _, luck in runs} == set(range(1, 131))
    for luck in (1, 3, 4, 130):
        one, other = (runs[name, luck].asked["config"] for name in compared.SCENARIOS)
        assert one["population"] == other["population"]
        world = (luck - 1) % 3 + 1
        assert one["population"] == runs[compared.SCENARIOS[0], world].asked["config"]["population"]
    printed = capsys.readouterr().out
    assert MEAN in printed and ALIKE not in printed
    assert campaign() == 0
    assert len(Made.jobs) == 2 * 130
    assert capsys.readouterr().out == printed.partition("130 replications are there\n")[2]


def test_intervals_and_chances_that_are_wrong_are_found(
    campaign: Callable[[], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a campaign that finds nothing: intervals of 80 %, and chances that nobody adjusts, are off."""
    with monkeypatch.context() as patched:
        patched.setattr(paired, "CONFIDENCE", 0.80)
        assert campaign() == 1
    assert "is not 95% within 2%" in capsys.readouterr().out
    monkeypatch.setattr(drawn_comparisons, "holm", list)
    assert campaign() == 1
    assert "figures called real more often than 5%" in capsys.readouterr().out


def test_intervals_hold_a_known_truth() -> None:
    """Catches a truth that is not the bank's, and draws that are not independent: their rate is then another."""
    rng = np.random.default_rng(7)
    there = rng.normal(100, 5, 300)
    here = there + 2 + rng.normal(0, 1, 300)
    runs = [[{MEAN: Figure(value, "people")} for value in values.tolist()] for values in (here, there)]
    (figure,) = pairs_of(*runs, {})
    assert figure.truth == pytest.approx(np.mean(here - there))
    found = held(figure, rng.integers(300, size=(1000, 20)))
    assert binom.ppf(ALPHA / 2, 1000, 0.95) <= found.count <= binom.ppf(1 - ALPHA / 2, 1000, 0.95)


def test_luck_is_dealt_again_in_the_same_world() -> None:
    """Catches a run that is held against itself, another world, and pairs of which one is always the later."""
    first, second = dealt_again(130, 60, (400, 20), np.random.default_rng(8))
    assert not (first == second).any()
    assert (first % 60 == second % 60).all()
    assert max(first.max(), second.max()) == 129
    assert abs(np.mean(first < second) - 0.5) < 4 * 0.5 / np.sqrt(first.size)
