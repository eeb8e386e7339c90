"""`exp` in compiled loops, eight numbers at a time, and the switches that let numba make such loops.

The compiler has no exponential that works on vectors, so it is written out here: the argument, in halvings instead of
e-foldings, is split into a whole number, which goes into the exponent bits, and a rest between -1/2 and 1/2, for which
a polynomial does. Its relative error is below 1e-14 as far as doubles reach; the tests measure it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.polynomial import Chebyshev, Polynomial

__all__ = ["HALVINGS", "OPTIONS", "filled_part", "two_to_the", "wide"]

OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": {"contract"},
    "error_model": "numpy",
    "cache": True,
}
"""For every compiled loop: other threads go on, and a product followed by a sum is one instruction."""

HALVINGS = 1 / math.log(2)
"""Halvings in one e-folding: `exp(x)` is `two_to_the(x * HALVINGS)`."""

_TO_WHOLE = 6755399441055744.0
"""1.5 * 2**52: after adding it, the low bits of the sum hold the nearest whole number."""
_LOWEST = -1021.0
"""2**-1021 is 4e-308, close to the least number of full precision; anything lower counts as this."""
_NEAR_ONE = Chebyshev.interpolate(np.exp2, 10, domain=[-0.5, 0.5]).convert(kind=Polynomial).coef
_C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10 = (float(c) for c in _NEAR_ONE[1:])


def _as_bits(typing_context: Any, number: Any) -> Any:
    """The bits of a float as a whole number."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), build


def _as_float(typing_context: Any, number: Any) -> Any:
    """The float that has the given bits."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), build


def _as_wide(typing_context: Any) -> Any:
    """Let the compiler use the widest vectors of the processor in the function that calls this."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # llvmlite checks names of attributes against its own list, which lacks this one of LLVM.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), build


_bits: Any = intrinsic(_as_bits)
_float: Any = intrinsic(_as_float)
wide: Any = intrinsic(_as_wide)


def _two_to_the(y: float) -> float:
    """`2**y` for y not above zero."""
    bounded = max(y, _LOWEST)
    shifted = bounded + _TO_WHOLE
    r = bounded - (shifted - _TO_WHOLE)
    # Odd and even powers apart: two short chains of dependent steps instead of one long one.
    square = r * r
    odd = _C1 + square * (_C3 + square * (_C5 + square * (_C7 + square * _C9)))
    even = 1.0 + square * (_C2 + square * (_C4 + square * (_C6 + square * (_C8 + square * _C10))))
    result: float = _float(_bits(r * odd + even) + (_bits(shifted) << 52))
    return result


two_to_the: Any = njit(inline="always")(_two_to_the)


def _filled_part(x: float, kept: float) -> float:
    """`1 - exp(-x)` for x not below zero, within 3e-14 of it however small x is; `kept` is `exp(-x)`."""
    # The first term that the series leaves out is x**6 / 5040 of the whole: 2e-16 at the end of its range.
    series = x * (1 + x * (-1 / 2 + x * (1 / 6 + x * (-1 / 24 + x * (1 / 120 + x * (-1 / 720))))))
    return series if x < 0.01 else 1.0 - kept


filled_part: Any = njit(inline="always")(_filled_part)
