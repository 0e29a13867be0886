"""The cache of machine code is named by all that is compiled and every constant it reads, and by nothing else."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from numba.core import types
from numba.core.dispatcher import Dispatcher

from sim.rules import compiling
from sim.rules.compiling import LAST_COMPILED, PACKAGE, compiled_sources, imports_of, sources_hash
from tests.building import INSTITUTIONS, SMALL, programme
from tests.equality.same import run_both

DECORATORS = {"rule", "kernel", "njit", "jit", "vectorize", "guvectorize", "intrinsic", "overload", "register_jitable"}
"""What marks a function that Numba compiles."""

LABELS = ("command", "composition", "experiments", "parameters", "programme", "report", "results")
"""Folders that hold no compiled code and no constant of it."""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


HASHED = [name_of(path) for path in compiled_sources()]
EVERY = sorted(name_of(path) for path in PACKAGE.rglob("*.py"))


def decorators(path: Path) -> set[str]:
    """Return the last names of all decorators of functions in a source."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            for each in node.decorator_list:
                called = each.func if isinstance(each, ast.Call) else each
                found.add(called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""))
    return found


def holds_compiled_code(name: str) -> bool:
    """Return whether a source has functions that Numba compiles, as their decorators say, or asks Numba for more."""
    source = (PACKAGE / name).read_text(encoding="utf-8")
    speaks_to_numba = re.search(r"^\s*(from|import) (numba|sim\.rules\.compiling)\b", source, re.MULTILINE)
    return bool(speaks_to_numba and decorators(PACKAGE / name) & DECORATORS)


HOLD_COMPILED_CODE = [name for name in EVERY if holds_compiled_code(name)]


def constants(path: Path) -> list[ast.Constant]:
    """Return the numbers and texts of a source that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in said]
    return [node for node in found if isinstance(node.value, int | float | str) and node.lineno == node.end_lineno]


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    """Read the imports of the same source once: copies of the package differ in a line of one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(compiling, "imports_of", cache(imports_of))
        yield


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the package."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__", "_shipped")))


def change(path: Path, node: ast.Constant) -> None:
    """Write another constant in the place of one, of the same kind."""
    lines = path.read_text(encoding="utf-8").encode().split(b"\n")
    line = lines[node.lineno - 1]
    other = repr(f"{node.value} otherwise") if isinstance(node.value, str) else repr(node.value + 1)
    lines[node.lineno - 1] = line[: node.col_offset] + other.encode() + line[node.end_col_offset :]
    path.write_bytes(b"\n".join(lines))


def test_every_module_with_compiled_code_is_hashed() -> None:
    """Catches a kernel that is found by no import of `rule` or `kernel`: its edits would run as they were before."""
    assert len(HOLD_COMPILED_CODE) > 30
    assert set(HOLD_COMPILED_CODE) <= set(HASHED)


def test_everything_that_a_hashed_module_imports_is_hashed() -> None:
    """Catches a constant that is read from a module whose edits leave the cache as it is."""
    for name in HASHED:
        for imported in imports_of((PACKAGE / name).read_text(encoding="utf-8")):
            path = imported.removeprefix("sim.").replace(".", "/") + ".py"
            assert path in HASHED or path not in EVERY, f"{name} imports {imported}"


def test_nothing_is_imported_in_a_way_that_is_not_seen() -> None:
    """Catches a relative or late import, or a star, through which a constant would come in unseen."""
    for name in HASHED:
        source = (PACKAGE / name).read_text(encoding="utf-8")
        assert not re.search(r"^\s*from \.|^\s*from \S+ import \*|importlib|__import__", source, re.MULTILINE), name


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package for tests that leave it as it was."""
    copied = tmp_path_factory.mktemp("kept") / "sim"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__", "_shipped"))
    assert sources_hash(copied) == sources_hash()
    return copied


@cache
def unchanged() -> str:
    """Return the hash of the package as it is."""
    return sources_hash()


@pytest.mark.parametrize("name", HOLD_COMPILED_CODE)
def test_a_constant_of_a_compiled_module_names_another_cache(name: str, kept: Path) -> None:
    """Catches machine code that goes on with an old constant: one is changed in each module that holds some."""
    path, some = kept / name, constants(kept / name)
    before = path.read_bytes()
    if not some:  # a rule that compares and counts nothing: its code changes otherwise
        path.write_bytes(before.replace(b" < ", b" <= ").replace(b"max(", b"min("))
    else:
        change(path, some[-1])
    changed = sources_hash(kept)
    path.write_bytes(before)
    assert changed != unchanged()


@pytest.mark.parametrize("name", [name for name in HASHED if name not in HOLD_COMPILED_CODE])
def test_a_constant_that_compiled_code_may_read_names_another_cache(name: str, copy: Path) -> None:
    """Catches a limit, an instant or a code read by compiled modules whose change leaves stale machine code."""
    before, path = sources_hash(copy), copy / name
    path.write_text(path.read_text(encoding="utf-8") + "\nCHANGED = 1\n", encoding="utf-8")
    assert sources_hash(copy) != before


@cache
def labelled() -> list[str]:
    """Return the modules that may change without anything being compiled anew, those of a route among them."""
    return [name for name in EVERY if name.split("/")[0] in LABELS] + ["journey/measures.py", "journey/route.py"]


def test_labels_tables_and_parameters_are_not_hashed() -> None:
    """Catches a module of kernels that imports labels: a changed word would cost half a minute of compiling."""
    assert sorted(set(labelled()) & set(HASHED)) == []
    assert len(labelled()) > 60


def test_a_label_changed_everywhere_compiles_nothing(copy: Path) -> None:
    """Catches labels read from a hashed module: another text in every module of them leaves the cache's name."""
    changed = 0
    for name in labelled():
        texts = [node for node in constants(copy / name) if isinstance(node.value, str)]
        if texts:
            change(copy / name, texts[-1])
            changed += 1
    assert changed > 50
    assert sources_hash(copy) == sources_hash()


@pytest.mark.parametrize(
    ("module", "label", "other"),
    [
        ("journey/measures.py", '"Registered to pool"', '"From the portal to the pool"'),
        ("journey/route.py", '"Civil registry"', '"Registry of citizens"'),
        ("journey/route.py", 'Station("screening"', 'Station("scr", "S", Kind.RATE, "portal"), Station("screening"'),
    ],
    ids=["wait", "station", "one more station"],
)
def test_a_label_or_a_station_more_compiles_nothing(copy: Path, module: str, label: str, other: str) -> None:
    """Catches a line of the route that compiled code depends on."""
    path = copy / module
    source = path.read_text(encoding="utf-8")
    assert source.count(label) == 1
    path.write_text(source.replace(label, other), encoding="utf-8")
    assert sources_hash(copy) == sources_hash()


def test_a_module_more_or_less_names_another_cache(copy: Path) -> None:
    """Catches a module of kernels that is renamed, and one that is new and read by nobody yet."""
    names = {sources_hash(copy)}
    (copy / "rules" / "deadline.py").rename(copy / "rules" / "last_day.py")
    names.add(sources_hash(copy))
    (copy / "report" / "fast.py").write_text("from sim.rules.compiling import kernel\n", encoding="utf-8")
    names.add(sources_hash(copy))
    assert len(names) == 3


def test_the_last_functions_to_be_compiled_exist() -> None:
    """Catches a function whose name has changed: without it every run would say that it compiles first."""
    for function in LAST_COMPILED.values():
        module, name = function.rsplit(".", 1)
        (path,) = [each for each in HASHED if each.endswith(f"/{module}.py")]
        assert f"\ndef {name}(" in (PACKAGE / path).read_text(encoding="utf-8")


def test_the_cache_is_where_it_is_said_to_be(tmp_path: Path) -> None:
    """Catches a cache that does not carry the hash, or one that a folder named by the user does not replace."""
    script = "from sim.rules.compiling import FOLDER; print(FOLDER)"

    def folder(**changes: str) -> Path:
        of_ours = ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
        environment = {key: value for key, value in os.environ.items() if key not in of_ours} | changes
        words = [sys.executable, "-c", script]
        told = subprocess.run(words, env=environment, cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
        return Path(told.stdout.strip())

    assert folder(XDG_CACHE_HOME=str(tmp_path)) == tmp_path / "prakerja" / sources_hash()
    assert folder(NUMBA_CACHE_DIR=str(tmp_path / "mine")) == tmp_path / "mine" / sources_hash()


def named(kind: types.Type) -> bool:
    """Return whether a type of Numba's is a named tuple, or holds one."""
    tuples = isinstance(kind, types.BaseTuple)
    return isinstance(kind, types.BaseNamedTuple) or (tuples and any(map(named, kind)))


def test_no_compiled_function_returns_a_named_tuple() -> None:
    """Catch a run that crashes, instead of ending, where a signal to end it comes while Numba makes a named tuple."""
    run_both(programme(SMALL, INSTITUTIONS))
    modules = [module for name, module in sys.modules.items() if name.startswith("sim.")]
    found = {id(each): each for module in modules for each in vars(module).values() if isinstance(each, Dispatcher)}
    returned = {each.py_func.__qualname__: each.nopython_signatures for each in found.values()}
    assert {"pay", "fall_due", "offer_survey", "pay_for_courses"} <= {name for name, kinds in returned.items() if kinds}
    assert [name for name, kinds in returned.items() if any(named(kind.return_type) for kind in kinds)] == []
