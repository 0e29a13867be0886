"""Small changes of the sources, drawn by seed: an operator, a constant or a condition, wherever one stands.

A mutant is known by its file, the function it stands in, what is changed to what, and which of these it is there, so
that its name outlives changes elsewhere in the file.
"""

from __future__ import annotations

import ast
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
OPERATORS = {
    "+": "-", "-": "+", "*": "+", "//": "*", "/": "*", "%": "+", "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "&",
    "**": "*",
}  # fmt: skip
CALLED = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}
SYMBOLS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Add: "+", ast.Sub: "-",
    ast.Mult: "*", ast.FloorDiv: "//", ast.Div: "/", ast.Mod: "%", ast.LShift: "<<", ast.RShift: ">>",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Pow: "**", ast.And: "and", ast.Or: "or",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A change of one place of a source."""

    file: str
    """Path below the root."""
    where: str
    """The function that it stands in."""
    old: str
    new: str
    number: int
    """Which of the same changes it is in the function, from 0."""
    line: int
    begin: int
    end: int
    """The bytes of the source that are replaced."""

    @property
    def name(self) -> str:
        """Return what the mutant is known by."""
        short = self.file.removeprefix("sim/").removesuffix(".py")
        return f"{short}:{self.where}: {' '.join(self.old.split())} -> {' '.join(self.new.split())} [{self.number}]"

    @property
    def kind(self) -> str:
        """Return what is changed: an operator, a constant or a condition."""
        if self.new.startswith("(not ") or self.old in ("and", "or"):
            return "condition"
        return "operator" if self.old in {*COMPARED, *OPERATORS, *CALLED} else "constant"

    def applied(self, source: bytes) -> bytes:
        """Return the source with the change."""
        assert source[self.begin : self.end].decode() == self.old, f"{self.name}: the source is another"
        return source[: self.begin] + self.new.encode() + source[self.end :]


Change = tuple[str, str, int, int, int]
"""Old, new, line, and the bytes from and to."""


class _Places(ast.NodeVisitor):
    """Finds every place of a source that can be changed, with the function it stands in."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._inside: list[str] = []
        self.found: list[tuple[str, Change]] = []

    # What is not looked into: annotations, decorators, texts, and what is raised

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside.append(node.name)
        for each in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None), *node.body]:
            self.visit(each)
        self._inside.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside.append(node.name)
        for each in node.body:
            self.visit(each)
        self._inside.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Leave out what is said of a fault."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave out texts."""

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not (isinstance(node.value, ast.Name) and node.value.id[0].isupper()):  # NDArray[...] and its like
            self.generic_visit(node)

    # What is changed

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            self._between(left, right, SYMBOLS.get(type(operator)), COMPARED)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        types = {"int", "float", "str", "None", "bool", "list", "tuple"}
        of_types = isinstance(node.op, ast.BitOr) and (
            not self._inside or any(isinstance(n, ast.Name) and n.id in types for n in (node.left, node.right))
        )
        if not of_types:
            self._between(node.left, node.right, SYMBOLS.get(type(node.op)), OPERATORS)
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._between(node.target, node.value, SYMBOLS.get(type(node.op)), OPERATORS)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, SYMBOLS[type(node.op)], {"and": "or", "or": "and"})
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name in CALLED:
            _, end = self._span(function)
            self._add(function, end - len(name), end, name, CALLED[name])
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        begin, end = self._span(node)
        old = self._source[begin:end].decode()
        if isinstance(value, bool):
            self._add(node, begin, end, old, str(not value))
        elif isinstance(value, int):
            self._add(node, begin, end, old, str(value + 1))
            if value > 0:
                self._add(node, begin, end, old, str(value - 1))
        elif isinstance(value, float):
            self._add(node, begin, end, old, repr(value * 1.5 if value else 1.0))

    def _negate(self, test: ast.expr) -> None:
        begin, end = self._span(test)
        old = self._source[begin:end].decode()
        self._add(test, begin, end, old, f"(not ({old}))")

    def _between(self, left: ast.expr, right: ast.expr, symbol: str | None, changes: dict[str, str]) -> None:
        if symbol is None or symbol not in changes:
            return
        begin, end = self._span(left)[1], self._span(right)[0]
        found = re.search(re.escape(symbol), self._source[begin:end].decode())
        if found:
            at = begin + found.start()
            self._add(left, at, at + len(symbol), symbol, changes[symbol])

    def _span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = self._lines[node.lineno - 1] + node.col_offset
        return begin, self._lines[node.end_lineno - 1] + node.end_col_offset

    def _add(self, node: ast.expr, begin: int, end: int, old: str, new: str) -> None:
        line = self._source[:begin].count(b"\n") + 1
        self.found.append((".".join(self._inside) or "module", (old, new, line, begin, end)))


def mutants_of(file: Path, root: Path = ROOT) -> list[Mutant]:
    """Return every mutant of a source, in its order."""
    source = file.read_bytes()
    places = _Places(source)
    places.visit(ast.parse(source))
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for where, (old, new, line, begin, end) in sorted(places.found, key=lambda place: place[1][3:]):
        number = seen[where, old, new]
        seen[where, old, new] += 1
        path = file.relative_to(root).as_posix()
        found.append(Mutant(path, where, old, new, number, line, begin, end))
    return found


NOT_MUTATED = {"__init__", "compiling", "records", "whole", "kinds"}
"""Modules without behaviour of the programme: how code is compiled, names, types."""

GROUPS: dict[str, int] = {"rules": 17, "stations": 14, "programme": 8, "kernels": 10, "buyers": 5}
"""The share of each group of sources in those that are drawn, beside the one that is known."""

BUYERS = ("cohort/after_award.py", "cohort/market.py", "cohort/certificates.py", "person/buyer.py")
"""Sources of the engines without kernels in which buyers find their way through a market."""


def sources(root: Path = ROOT) -> dict[str, list[Path]]:
    """Return the sources of each group."""
    found = {group: sorted((root / "sim" / group).glob("*.py")) for group in ("rules", "stations", "programme")}
    engine = sorted((root / "sim" / "engines" / "cohort").glob("*.py"))
    found["kernels"] = [file for file in engine if "\n@kernel" in file.read_text(encoding="utf-8")]
    found["kernels"].append(root / "sim" / "observers" / "counting.py")
    found["buyers"] = [root / "sim" / "engines" / file for file in BUYERS]
    return {group: [file for file in files if file.stem not in NOT_MUTATED] for group, files in found.items()}


def known(root: Path = ROOT) -> Mutant:
    """Return the mutant that is always among them: the face check drawn from another lane of the same luck."""
    file = root / "sim" / "rules" / "face_check.py"
    source = file.read_bytes()
    old, new = "FACE_CHECK(luck(", "JOIN_DELAY(luck("
    begin = source.index(old.encode())
    line = source[:begin].count(b"\n") + 1
    mutant = Mutant(file.relative_to(root).as_posix(), "fails_face_check", old, new, 0, line, begin, begin + len(old))
    assert b"import FACE_CHECK, WAVE_BLOCK" in source
    return mutant


IMPORTS = {
    "fails_face_check": (b"import FACE_CHECK, WAVE_BLOCK", b"import FACE_CHECK, JOIN_DELAY, WAVE_BLOCK"),
}
"""What else a mutant needs to be importable, by its function."""


def draw(number: int, seed: int, without: set[str], root: Path = ROOT) -> Iterator[Mutant]:
    """Yield so many mutants, the known one first; those in `without` are passed over and others take their places."""
    chance = random.Random(seed)  # noqa: S311
    first = known(root)
    yield first
    total = sum(GROUPS.values())
    for group, files in sources(root).items():
        everything = [mutant for file in files for mutant in mutants_of(file, root)]
        chance.shuffle(everything)
        wanted = _in_turn([mutant for mutant in everything if mutant.name not in without])
        yield from wanted[: round(GROUPS[group] * (number - 1) / total)]


def _in_turn(mutants: list[Mutant]) -> list[Mutant]:
    """Return mutants so that the kinds take turns, as long as there are some of each: there are most constants."""
    of_kind: dict[str, list[Mutant]] = {"operator": [], "condition": [], "constant": []}
    for mutant in mutants:
        of_kind[mutant.kind].append(mutant)
    turns = zip_longest(*of_kind.values())
    return [mutant for turn in turns for mutant in turn if mutant is not None]
