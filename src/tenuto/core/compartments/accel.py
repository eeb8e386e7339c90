"""Compiled evaluation of the modes: the `accel` extra, imported only when `engine="numba"` is asked for.

The exponential is written out here so that the compiler does several patients in one instruction: the argument is
reduced by a multiple of ln 2 held in two parts (Cody and Waite), a polynomial does the rest, and the multiple goes
back into the exponent bits. Its relative error is below 4e-16.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from tenuto.core.compartments.matrix import Bools, Floats

__all__ = ["write"]

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_TO_WHOLE = 6755399441055744.0
"""1.5 * 2**52: after adding it, the low bits of the sum hold the nearest whole number."""
_LOWEST = -708.0
"""exp(-708) is 3e-308; anything lower counts as this."""
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = (1 / math.factorial(n) for n in range(2, 14))


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


_bits: Any = intrinsic(_as_bits)
_float: Any = intrinsic(_as_float)


def _exponential(x: float) -> float:
    """`exp(x)` for x not above zero."""
    bounded = max(x, _LOWEST)
    shifted = bounded * _LOG2_E + _TO_WHOLE
    whole = shifted - _TO_WHOLE
    r = (bounded - whole * _LN2_HIGH) - whole * _LN2_LOW
    high = _C8 + r * (_C9 + r * (_C10 + r * (_C11 + r * (_C12 + r * _C13))))
    series = _C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * (_C6 + r * (_C7 + r * high)))))
    result: float = _float(_bits(1.0 + (r + r * r * series)) + (_bits(shifted) << 52))
    return result


_exp = njit(inline="always")(_exponential)


def _evaluate(target: Any, elapsed: Any, negative: Any, factors: Any, constant: Any, needed: Any) -> None:
    outputs, times, patients = target.shape
    decayed = np.empty(patients)
    total = np.empty((outputs, patients))
    for t in range(times):
        total[:] = constant
        for k in range(len(negative)):
            for p in range(patients):
                decayed[p] = _exp(negative[k, p] * elapsed[t])
            for w in range(outputs):
                if needed[w, k]:
                    for p in range(patients):
                        total[w, p] += factors[w, k, p] * decayed[p]
        target[:, t] = total


_compiled = njit(nogil=True, fastmath={"contract"}, error_model="numpy", cache=True)(_evaluate)


def write(
    target: Floats,
    elapsed: Floats,
    rates: Floats,
    factors: Floats,
    constant: Floats | None,
    needed: Bools,
) -> None:
    """`target[w, t, p] = constant[w, p] + sum over modes of factors[w, mode, p] * exp(-rates[mode, p] * elapsed[t])`."""
    base = np.zeros((len(target), rates.shape[1])) if constant is None else constant
    _compiled(target, elapsed, -rates, factors, base, needed)
