"""How rules and kernels are compiled, and where the machine code is kept.

Numba does not see that a function called from another module has changed, nor a constant read from one: a stale cache
would make the two engines differ for no visible reason. So the folder of the cache is named by a hash of every module
that holds compiled code and of every module of `sim` that those import, directly or not. Labels, tables and figures
are not among them: they may change without anything being compiled anew.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sim.rules.cache_folder import cache_folder

PACKAGE = Path(__file__).resolve().parents[1]

P = ParamSpec("P")
R = TypeVar("R")

_COMPILED_BY = {f"sim.rules.compiling.{how}" for how in ("rule", "rule_of_many", "kernel")}
"""What a module imports that holds compiled code."""


def imports_of(source: str) -> set[str]:
    """Return the modules of `sim` that a source imports when it is run, names of functions left as they may be."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name.split(".")[0] == "sim"}
    return found


def compiled_sources(package: Path = PACKAGE) -> list[Path]:
    """Return the modules that hold compiled code, and all that these read, in order of path."""
    modules, imports = {}, {}
    for path in sorted(package.rglob("*.py")):
        name = ".".join(("sim", *path.relative_to(package).with_suffix("").parts)).removesuffix(".__init__")
        modules[name] = path
        source = path.read_text(encoding="utf-8")
        if "sim.rules.compiling" in source:  # few do: to parse all takes longer than to run a small programme
            imports[name] = imports_of(source)
    found = {name for name, imported in imports.items() if imported & _COMPILED_BY}
    new = set(found)
    while new:
        for name in new - imports.keys():
            imports[name] = imports_of(modules[name].read_text(encoding="utf-8"))
        new = set().union(*(imports[name] & modules.keys() for name in new)) - found
        found |= new
    return sorted(modules[name] for name in found)


def sources_hash(package: Path = PACKAGE) -> str:
    """Return a hash of every source that machine code depends on."""
    digest = hashlib.sha256()
    for path in compiled_sources(package):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# A vectorised logarithm may differ from the scalar one in the last bit: then engines would disagree.
os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"

FOLDER, REMARK = cache_folder(sources_hash())
"""Where the machine code of these sources is kept, if anywhere, and what a planner should know about it."""

LAST_COMPILED = {"cohort": "payment_kernels.pay", "person": "lags.ready"}
"""A function of each engine that is among the last to be compiled."""


def compiles_first(engine: str) -> bool:
    """Return whether a run with an engine must first compile what it has not found in the cache."""
    module, name = LAST_COMPILED[engine].rsplit(".", 1)
    return FOLDER is None or not any(FOLDER.glob(f"*{module}/{name}-*{SUFFIX}"))


# Numba looks for SciPy's BLAS as it begins to compile, which takes a quarter of a second; no rule multiplies matrices.
_hidden = "scipy.linalg" not in sys.modules
if _hidden:
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]  # this is how a module is said not to be there
try:
    import numba  # its settings are read at import
    import numba.np.arraymath
finally:
    if _hidden:
        del sys.modules["scipy.linalg"]

from sim.rules.kernel_cache import SUFFIX, KernelCache  # noqa: E402

_KERNEL: dict[str, Any] = {"nogil": True, "fastmath": False, "error_model": "numpy"}
_RULE_OF_MANY = _KERNEL | {"forceinline": True}
_RULE = _RULE_OF_MANY | {"_nrt": False}


def rule(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a rule on first use, inlined where another calls it; its signature stays what it is for the type checker.

    It releases the interpreter's lock and keeps strict arithmetic, so both engines get the same bits. It may read and
    fill arrays, and makes none: so it need not count who refers to them, which would cost more than most rules do.
    """
    return _kept(numba.njit(**_RULE)(function))


def rule_of_many(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a rule of one value, or of an array of them at once, which it then makes."""
    return _kept(numba.njit(**_RULE_OF_MANY)(function))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over arrays on first use, with the arithmetic of a rule, but as a function of its own.

    It returns no named tuple: Numba makes one by a call into Python, and where a signal to end the run raises an
    error within that call, Numba goes on with a null pointer, and the process crashes.
    """
    return _kept(numba.njit(**_KERNEL)(function))


def _kept(compiled: Any) -> Any:
    """Return a compiled function whose machine code is kept, where it can be."""
    if FOLDER is not None and hasattr(compiled, "py_func"):  # Numba may be told not to compile
        compiled._cache = KernelCache(compiled.py_func, FOLDER)
    return compiled
