"""Asking for memory before it is needed: a kernel that looks at people in no order waits for memory otherwise."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

ROWS_AHEAD = 24
"""How many rows ahead a kernel asks: memory answers in a few hundred nanoseconds."""


def _ask(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an element of a contiguous array of one dimension."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), cgutils.voidptr_t)
        number = ir.IntType(32)
        function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module,
            ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number]),
            "llvm.prefetch.p0",
        )
        builder.call(function, [place, number(1), number(3), number(1)])  # to write, keep, data
        return context.get_dummy_value()

    return types.none(array, types.int64), generate


prefetch: Any = intrinsic(_ask)
