"""The planner from Python: light to import, the same run as the command's, and what it gives to other tools."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import hydra
import numpy as np
import pytest
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra

import sim
from sim import BadInput, FolderTakenError, Result, load, run
from sim.command.main import main
from sim.results.table import Table

ROOT = Path(__file__).resolve().parents[1]
TINY = {"population.scale": 2e-6, "clock.end": "2020-09-01", "run.people": "all"}


@cache
def result() -> Result:
    """Return a tiny run of history."""
    return run(load("history", TINY))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the run writes, with its figures."""
    folder = tmp_path_factory.mktemp("written") / "run"
    result().write(folder)
    return folder


@pytest.fixture(scope="module")
def of_the_readme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a run is called as in the README's lines that read its rows."""
    folder = tmp_path_factory.mktemp("readme")
    run(load("history", TINY | {"clock.end": "2021-01-01", "run.figures": "none"})).write(folder / "results" / "mine")
    return folder


def in_a_process(code: str, cwd: Path = ROOT) -> str:
    """Return what Python prints in a process of its own."""
    words, settings = [sys.executable, "-c", code], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=cwd, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_sim_is_light_and_load_does_not_compile() -> None:
    """Catches `import sim` that waits for what simulates, and `load` that waits for Numba."""
    loaded = in_a_process("import sys, sim; print(*sys.modules)").split()
    heavy = {"numpy", "numba", "hydra", "omegaconf", "pydantic", "duckdb", "matplotlib", "simpy", "pandas", "yaml"}
    assert {name.split(".")[0] for name in loaded} & heavy == set()
    loaded = in_a_process("import sys; from sim import load; load('rate_800k'); print(*sys.modules)").split()
    assert {name.split(".")[0] for name in loaded} & {"numba", "duckdb", "matplotlib", "simpy"} == set()


def test_the_names_of_the_package_are_there_and_typed() -> None:
    """Catches a name that `from sim import` does not find, a mistyped one that it does, and types that stay behind."""
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    with pytest.raises(AttributeError, match="lode"):
        sim.lode  # noqa: B018
    assert (Path(sim.__file__).parent / "py.typed").is_file()


def test_changes_are_a_mapping_or_the_words_of_the_command() -> None:
    """Catches a value that Hydra's grammar reads otherwise than Python means it."""
    folder = 'a "b\\" c\\, d: {e}'
    outage = [{"from": datetime(2020, 10, 1), "until": "2020-10-11"}]
    asked = load("rate_800k", {
        "processing.rate": 1_600_000, "population.scale": np.float64(0.01), "run.folder": folder, "clock.end": None,
        "payment.partners.ovo.outages": outage, "run.people": "none",
    })  # fmt: skip
    parameters = asked.parameters
    assert (parameters.processing.rate, parameters.population.scale) == (1_600_000, 0.01)
    assert parameters.run.folder == folder
    assert parameters.payment.partners["ovo"].outages[0].until == datetime(2020, 10, 11)
    by_words = load("rate_800k", [*asked.words[1:]])
    assert by_words.config == asked.config
    assert asked.remarks[0] == "Understood: processing.rate: 1,600,000 people a week."
    with pytest.raises(BadInput, match="rat is not a key of processing"):
        load(changes={"processing.rat": 5})
    with pytest.raises(TypeError, match="not the text"):
        load("history", "processing.rate=5")


def test_parameters_are_loaded_beside_one_another() -> None:
    """Catches threads that compose at once and find Hydra begun by another."""
    rates = list(range(100_000, 900_000, 50_000))
    with ThreadPoolExecutor(4) as threads:
        asked = threads.map(lambda rate: load("rate_800k", {"processing.rate": rate, "portal.rate": rate}), rates)
        assert [(each.parameters.processing.rate, each.parameters.portal.rate) for each in asked] == [
            (rate, rate) for rate in rates
        ]


def test_a_host_keeps_its_hydra() -> None:
    """Catches a load after which a host's own use of Hydra has to begin anew, and what it finds of ours."""
    store = ConfigStore.instance()
    store.store("theirs", {"key": 5})
    version_base: dict[str, Any] = {} if hydra.__version__.startswith("1.4") else {"version_base": "1.3"}
    with hydra.initialize(config_path=None, **version_base):
        theirs = GlobalHydra.instance().hydra
        load("rate_800k")
        with pytest.raises(BadInput):
            load(changes={"processing.rat": 5})
        assert GlobalHydra.instance().hydra is theirs
        assert hydra.compose("theirs") == {"key": 5}
    assert not GlobalHydra.instance().is_initialized()
    load()
    assert not GlobalHydra.instance().is_initialized()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"portal.rate": np.array([1, 2])}, r"portal\.rate = \[1, 2\]"),
        ({"portal.rate": {1, 2}}, "portal.rate"),
        ({"portal.rate": object()}, "portal.rate"),
        ({5: 7}, "5"),
        (["portal.rate=5", 7], "7: is no word of a command line"),
        ([None], "null: is no word of a command line"),
    ],
)
def test_changes_that_cannot_be_are_bad_input(changes: Any, said: str) -> None:
    """Catches an error of NumPy's or Python's own, which a host that asks for BadInput does not expect."""
    with pytest.raises(BadInput, match=said):
        load("history", changes)


def test_values_of_numpy_and_paths_are_taken_as_they_are_meant() -> None:
    """Catches a path with a comma that is read as two values, and an array that is not a list."""
    asked = load("history", {
        "run.folder": Path("a, b"), "demand.hours": np.arange(24.0), "clock.end": np.datetime64("2021-01-01"),
    })  # fmt: skip
    assert asked.parameters.run.folder == "a, b"
    assert asked.parameters.demand.hours == tuple(range(24))
    assert asked.parameters.clock.end == datetime(2021, 1, 1)


def test_a_folder_that_is_taken_is_one_error(tmp_path: Path) -> None:
    """Catches figures that are refused by an error of another kind than the rest, or drawn over what is there."""
    (tmp_path / "theirs").write_text("theirs")
    for take in (result().write, result().draw):
        with pytest.raises(FolderTakenError, match="is not empty"):
            take(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["theirs"]


def test_tables_are_numpy_and_pandas() -> None:
    """Catches a column of another type, whole numbers that gaps make broken, and a name that is answered by another."""
    pandas = pytest.importorskip("pandas")
    daily = result().tables["daily"]
    assert daily["date"].dtype == np.dtype("datetime64[us]")
    assert daily["date"].size == len(daily.rows)
    with pytest.raises(KeyError, match="has no column dat"):
        daily["dat"]
    frame = daily.pandas()
    assert list(frame.columns) == list(daily.columns)
    rows = [{"whole": 5, "share": None, "word": None}, {"whole": None, "share": 0.5, "word": "a"}]
    gaps = Table("gaps", dict.fromkeys(rows[0], "a column"), rows).pandas()
    assert (gaps["whole"].dtype, gaps["share"].dtype) == (pandas.Int64Dtype(), pandas.Float64Dtype())
    assert gaps.isna().to_numpy().tolist() == [[False, True, True], [True, False, False]]


def test_people_are_those_of_the_file(written: Path) -> None:
    """Catches rows from Python that differ from those on disk, and rows without the person's number."""
    people = result().people
    of_file = duckdb.sql(f"SELECT * FROM '{written / 'people.parquet'}'").fetchnumpy()
    assert list(people) == list(of_file)
    assert people["person"].tolist() == list(range(len(people)))
    assert people["portal_arrived"].tolist() == of_file["portal_arrived"].tolist()
    assert np.ma.filled(people["first_wave"], -1).tolist() == np.ma.filled(of_file["first_wave"], -1).tolist()
    assert set(people.meanings) == set(people)


def test_nobodys_rows_are_refused_in_words() -> None:
    """Catches an empty frame where rows were not asked for."""
    few = run(load("history", {**TINY, "run.people": "none"}))
    with pytest.raises(BadInput, match="nobody's row is wanted"):
        few.people  # noqa: B018


def test_rows_that_do_not_fit_into_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches 80 million rows that end the process, where a folder would have taken them part by part."""
    few = run(load("history", TINY))
    monkeypatch.setattr("sim.experiments.memory.available", lambda: 10_000)
    with pytest.raises(BadInput, match="Write them to a folder"):
        few.people  # noqa: B018


@pytest.mark.parametrize("library", ["pandas", "pyarrow"])
def test_a_library_that_is_not_installed_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback that does not say what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    waits = result().tables["waits"]
    with pytest.raises(ImportError, match=f"^{library} is not installed: python -m pip install {library}$"):
        (waits.pandas if library == "pandas" else waits.arrow)()


def test_tables_are_arrow() -> None:
    """Catches a column that Arrow cannot take, and gaps that it takes for numbers."""
    pytest.importorskip("pyarrow")
    for table in (*result().tables.values(), result().people):
        taken = table.arrow()
        assert taken.column_names == list(table.columns)
    stations = result().tables["stations"]
    assert stations.arrow()["bank"].to_pylist() == stations.column("bank")


def test_the_command_writes_what_the_library_writes(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches two ways to run that differ, and an answer on the screen that stands behind the files."""
    monkeypatch.chdir(tmp_path)
    assert main(["run", "population.scale=2e-6", "clock.end=2020-09-01", "run.people=all", "run.folder=theirs"]) == 0
    shown = capsys.readouterr().out
    theirs, mine = Path("theirs"), written
    files = sorted(path.relative_to(mine) for path in mine.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(theirs) for path in theirs.rglob("*") if path.is_file())
    assert len(files) > 30
    differ = [str(file) for file in files if (mine / file).read_bytes() != (theirs / file).read_bytes()]
    assert set(differ) <= {"manifest.json", "config.yaml"}  # times, and the folder
    assert json.loads((mine / "manifest.json").read_text())["parameters_sha256"]
    words, answered = ([*re.sub(r"; [\d.]+ s\.", ".", text).split()] for text in (shown, result().answer))
    assert words[: len(answered)] == answered
    with pytest.raises(FolderTakenError):
        result().write("theirs")


def test_figures_are_drawn_from_a_result(tmp_path: Path) -> None:
    """Catches figures that need a folder of tables."""
    result().draw(tmp_path / "figures")
    assert {"funnel.svg", "waits.png"} <= {path.name for path in (tmp_path / "figures").iterdir()}


def test_the_example_of_the_readme_runs(tmp_path: Path) -> None:
    """Catches an example that a reader copies in vain."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(from sim import load.*?)```", readme, re.DOTALL)
    assert "0.01" in example
    pytest.importorskip("pandas")
    without_figures = '"run.people": "participants", "run.figures": "none"'  # the example draws them before
    tiny = example.replace("0.01", "0.00001").replace('"run.people": "participants"', without_figures)
    assert without_figures in tiny
    said = in_a_process(tiny, cwd=tmp_path)
    assert "rate_800k" in said
    assert (tmp_path / "results" / "mine" / "people.parquet").is_file()
    assert (tmp_path / "figures" / "funnel.svg").is_file()


@pytest.mark.parametrize("library", ["duckdb", "pandas"])
def test_rows_are_read_as_the_readme_says(library: str, of_the_readme: Path) -> None:
    """Catches a column or a folder of the README's lines that a run does not write."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(import duckdb.*?)```", readme, re.DOTALL)
    of_duckdb, of_pandas = example.split("\n\nimport pandas")
    pytest.importorskip(library)
    if library == "pandas" and not any(map(find_spec, ("pyarrow", "fastparquet"))):
        pytest.skip("pandas reads Parquet with pyarrow or fastparquet only")
    head, _, asked = (of_duckdb if library == "duckdb" else f"import pandas{of_pandas}").partition("\n\n")
    if library == "duckdb":
        show = "print(sum(days is not None and days > 0 for province, days in found.fetchall()))"
        assert int(in_a_process(f"{head}\nfound = {asked}\n{show}", cwd=of_the_readme)) > 1
    else:
        show = "print(len(found), *found.columns)"
        said = in_a_process(f"{head}\nfound = {asked}\n{show}", cwd=of_the_readme).split()
        assert said == ["160", "person", "province", "awarded", "incentive_1_paid"]


def test_a_person_is_the_same_in_another_scenario_and_not_at_another_scale() -> None:
    """Catches a number that names somebody else in another scenario, and a README that promises too much of scales."""
    traits = ("province", "regency", "education", "woman", "listed_worker", "unbanked")
    base, other = result().people, run(load("rate_800k", {**TINY, "clock.end": "2020-09-01"})).people
    for name in ("person", *traits):
        assert base[name].tolist() == other[name].tolist(), name
    wider = run(load("history", {**TINY, "population.scale": 4e-6})).people
    for name in traits:
        assert base[name].tolist() == wider[name][: len(base)].tolist(), name
    assert base["portal_arrived"][20] > wider["portal_arrived"][20]


def test_progress_counts_people_of_the_full_population() -> None:
    """Catch simulated people that are told as people while the run goes on."""
    for engine in ("cohort", "person"):
        said: list[str] = []
        run(load("history", {**TINY, "run.people": "none", "engine": engine}), said.append)
        people = [int(re.fullmatch(r".* 2020, ([\d,]+) people", line)[1].replace(",", "")) for line in said]  # type: ignore[index]
        assert max(people) > 1_000_000
        assert all(count % 500_000 == 0 for count in people), "one simulated person stands for 500,000"
