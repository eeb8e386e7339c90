"""Compiled versions of the two costly parts: the `accel` extra, imported only when `engine="numba"` is asked for.

The loops run over patients innermost, so that one instruction serves several of them. For that the exponential is
written out here: the argument is reduced by a multiple of ln 2 held in two parts (Cody and Waite), a polynomial does the
rest, and the multiple goes back into the exponent bits. Its relative error is below 1e-14.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from tenuto.core.compartments.inputs import Stretch, entered
from tenuto.core.compartments.matrix import Floats, used
from tenuto.core.compartments.modes import Modes

__all__ = ["eigen", "fill"]

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_TO_WHOLE = 6755399441055744.0
"""1.5 * 2**52: after adding it, the low bits of the sum hold the nearest whole number."""
_LOWEST = -708.0
"""exp(-708) is 3e-308; anything lower counts as this."""
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11 = (1 / math.factorial(n) for n in range(2, 12))
_BLOCK = 256
"""Patients of one block: their numbers fit the first-level cache."""
_SWEEPS = 40
_EPS = float(np.finfo(np.float64).eps)
_LEAST = float(np.finfo(np.float64).tiny)


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
_wide: Any = intrinsic(_as_wide)


def _exponential(x: float) -> float:
    """`exp(x)` for x not above zero."""
    bounded = max(x, _LOWEST)
    shifted = bounded * _LOG2_E + _TO_WHOLE
    whole = shifted - _TO_WHOLE
    r = (bounded - whole * _LN2_HIGH) - whole * _LN2_LOW
    high = _C6 + r * (_C7 + r * (_C8 + r * (_C9 + r * (_C10 + r * _C11))))
    series = _C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * high)))
    result: float = _float(_bits(1.0 + (r + r * r * series)) + (_bits(shifted) << 52))
    return result


_exp = njit(inline="always")(_exponential)


def _filled_part(x: float) -> float:
    """`1 - exp(-x)` for x not below zero, to full precision where it is small."""
    if x < 0.01:
        return x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6 * (1 - x / 7))))))
    return 1.0 - math.exp(-x)


_filled = njit(inline="always")(_filled_part)


def _run(
    result: Any,
    offset: int,
    moments: Any,
    cuts: Any,
    spans: Any,
    entering: Any,
    rows: Any,
    rates: Any,
    ways_out: Any,
    columns: Any,
    counts: Any,
) -> None:
    """All stretches and times for all patients, block by block.

    cuts `(stretches, 2)` start and end; spans `(stretches, 2)` first and last time inside; rows `(stretches, 2)` where
    in `entering` `(rows, modes, patients)` the impulse and the inflow of a stretch stand, or -1; columns
    `(outputs, modes)` the modes that an output needs, the first `counts` of each row.
    """
    _wide()
    outputs = len(ways_out)
    modes, patients = rates.shape
    negative, state = np.empty((modes, _BLOCK)), np.empty((modes, _BLOCK))
    rest, decayed = np.empty((modes, _BLOCK)), np.empty((modes, _BLOCK))
    factor = np.empty((outputs, modes, _BLOCK))
    base, total = np.empty((outputs, _BLOCK)), np.empty((outputs, _BLOCK))
    for begin in range(0, patients, _BLOCK):
        size = min(_BLOCK, patients - begin)
        for k in range(modes):
            for p in range(size):
                negative[k, p] = -rates[k, begin + p]
                state[k, p] = 0.0
        for cut in range(len(cuts)):
            falls, runs = rows[cut, 0], rows[cut, 1]
            for k in range(modes):
                for p in range(size):
                    rest[k, p] = 0.0
                if falls >= 0:
                    for p in range(size):
                        state[k, p] += entering[falls, k, begin + p]
                if runs >= 0:
                    for p in range(size):
                        rest[k, p] = entering[runs, k, begin + p] / rates[k, begin + p]
            if spans[cut, 0] < spans[cut, 1]:
                for w in range(outputs):
                    for p in range(size):
                        base[w, p] = 0.0
                    for k in range(modes):
                        for p in range(size):
                            out = ways_out[w, k, begin + p]
                            factor[w, k, p] = out * (state[k, p] - rest[k, p])
                            base[w, p] += out * rest[k, p]
            for t in range(spans[cut, 0], spans[cut, 1]):
                elapsed = moments[t] - cuts[cut, 0]
                if outputs == 1 and modes == 3:
                    for p in range(size):
                        result[0, t, offset + begin + p] = (
                            base[0, p]
                            + factor[0, 0, p] * _exp(negative[0, p] * elapsed)
                            + factor[0, 1, p] * _exp(negative[1, p] * elapsed)
                            + factor[0, 2, p] * _exp(negative[2, p] * elapsed)
                        )
                    continue
                for w in range(outputs):
                    for p in range(size):
                        total[w, p] = base[w, p]
                for k in range(modes):
                    for p in range(size):
                        decayed[k, p] = _exp(negative[k, p] * elapsed)
                for w in range(outputs):
                    # Two modes at a time halve the traffic of the running total.
                    for j in range(0, counts[w] - 1, 2):
                        one, two = columns[w, j], columns[w, j + 1]
                        for p in range(size):
                            total[w, p] += (
                                factor[w, one, p] * decayed[one, p] + factor[w, two, p] * decayed[two, p]
                            )
                    if counts[w] % 2:
                        one = columns[w, counts[w] - 1]
                        for p in range(size):
                            total[w, p] += factor[w, one, p] * decayed[one, p]
                for w in range(outputs):
                    for p in range(size):
                        result[w, t, offset + begin + p] = total[w, p]
            if cut + 1 < len(cuts):
                elapsed = cuts[cut, 1] - cuts[cut, 0]
                for k in range(modes):
                    for p in range(size):
                        state[k, p] *= _exp(negative[k, p] * elapsed)
                    if runs >= 0:
                        for p in range(size):
                            state[k, p] += rest[k, p] * _filled(-negative[k, p] * elapsed)


_compiled_run = njit(nogil=True, fastmath={"contract"}, error_model="numpy", cache=True)(_run)


def fill(
    modes: Modes, cuts: Sequence[Stretch], moments: Floats, wanted: Sequence[int], result: Floats, offset: int
) -> None:
    """Write the amounts of the `wanted` compartments at `moments` into `result` `(wanted, times, patients)` from
    patient `offset` on.
    """
    ways_out = modes.alone_out(wanted)
    first = np.searchsorted(moments, cuts[0].start, side="left") if cuts else len(moments)
    result[:, :first, offset : offset + modes.rates.shape[1]] = 0.0
    edges = np.array([(cut.start, cut.end) for cut in cuts]).reshape(-1, 2)
    entering, rows = _entering(modes.alone_into(entered(cuts)), modes.rates.shape, cuts)
    spans = np.searchsorted(moments, edges, side="left")
    _compiled_run(
        result, offset, moments, edges, spans, entering, rows, modes.rates, ways_out, *_needed(ways_out)
    )


def _needed(
    ways_out: Floats,
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
    """The modes that each output needs, padded, and how many they are."""
    needs = used(ways_out)
    columns = np.zeros(needs.shape, dtype=np.int64)
    for row, need in enumerate(needs):
        columns[row, : need.sum()] = np.flatnonzero(need)
    return columns, needs.sum(axis=1)


def _entering(
    into: dict[int, Floats], shape: tuple[int, ...], cuts: Sequence[Stretch]
) -> tuple[Floats, np.ndarray[Any, np.dtype[np.int64]]]:
    """What enters the modes, one row for each impulse or inflow, and which rows belong to a stretch."""
    rows = np.full((len(cuts), 2), -1)
    parts: list[Floats] = []
    known: dict[tuple[tuple[int, float], ...], int] = {}
    for index, cut in enumerate(cuts):
        for kind, entering in enumerate((cut.impulses, cut.rates)):
            if not entering:
                continue
            # The same amount for everybody, as in a course of equal infusions, is worked out once.
            shared = all(value.size == 1 for value in entering.values())
            key = (
                tuple((c, value.item()) for c, value in entering.items())
                if shared
                else ((-1, float(len(parts))),)
            )
            if key not in known:
                known[key] = len(parts)
                parts.append(sum((into[c] * v for c, v in entering.items()), np.zeros(shape)))
            rows[index, kind] = known[key]
    return np.array(parts).reshape(-1, *shape), rows


def _turn_pair(left: Any, right: Any, cosine: Any, sine: Any, begin: int, count: int) -> None:
    for i in range(count):
        one, other = left[begin + i], right[begin + i]
        left[begin + i] = cosine[i] * one - sine[i] * other
        right[begin + i] = sine[i] * one + cosine[i] * other


_turn = njit(inline="always")(_turn_pair)


def _rotations(work: Any, vectors: Any) -> None:
    """Jacobi rotations as in `symmetric.eigen`, all patients of a block together."""
    _wide()
    size, _, patients = work.shape
    cosine, sine = np.empty(_BLOCK), np.empty(_BLOCK)
    for begin in range(0, patients, _BLOCK):
        count = min(_BLOCK, patients - begin)
        for _sweep in range(_SWEEPS):
            worst = 0.0
            for p in range(size):
                for q in range(p + 1, size):
                    for i in range(begin, begin + count):
                        scale = abs(work[p, p, i]) + abs(work[q, q, i]) + _LEAST
                        worst = max(worst, abs(work[p, q, i]) / scale)
            if worst <= 0.25 * _EPS:
                break
            for p in range(size):
                for q in range(p + 1, size):
                    for i in range(count):
                        off = work[p, q, begin + i]
                        half = 0.5 * (work[q, q, begin + i] - work[p, p, begin + i])
                        reach = math.sqrt(half * half + off * off) + _LEAST
                        tangent = off / (half + math.copysign(reach, half))
                        cosine[i] = 1.0 / math.sqrt(1.0 + tangent * tangent)
                        sine[i] = cosine[i] * tangent
                        work[p, p, begin + i] -= tangent * off
                        work[q, q, begin + i] += tangent * off
                        work[p, q, begin + i] = 0.0
                    for other in range(size):
                        _turn(vectors[other, p], vectors[other, q], cosine, sine, begin, count)
                        if other not in (p, q):
                            to_p = work[min(other, p), max(other, p)]
                            to_q = work[min(other, q), max(other, q)]
                            _turn(to_p, to_q, cosine, sine, begin, count)
            # Each sweep squares what is left over, so after this one nothing is.
            if worst <= 1e-9:
                break


_compiled_rotations = njit(nogil=True, fastmath={"contract"}, error_model="numpy", cache=True)(_rotations)


def eigen(symmetric: Floats) -> tuple[Floats, Floats]:
    """What `symmetric.eigen` gives, compiled."""
    size = symmetric.shape[0]
    work = np.ascontiguousarray(symmetric).copy()
    vectors = np.zeros_like(work)
    vectors[np.arange(size), np.arange(size)] = 1.0
    _compiled_rotations(work, vectors)
    return work[np.arange(size), np.arange(size)], vectors
