"""Compiled versions of the two costly parts: the `accel` extra, imported only when `engine="numba"` is asked for.

The loops run over patients innermost, so that one instruction serves several of them. A kernel writes up to three
outputs out of up to six modes; both numbers are fixed when it is compiled, so that its innermost loop has no branch, makes
each exponential once for all its outputs and keeps everything in registers. A larger system is the sum of several runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from tenuto.core.compartments.compiled_exp import HALVINGS, OPTIONS, filled_part, two_to_the, wide
from tenuto.core.compartments.inputs import Stretch, entered, same_for_all
from tenuto.core.compartments.matrix import Floats, used
from tenuto.core.compartments.modes import Modes

__all__ = ["eigen", "fill"]

Whole = np.ndarray[Any, np.dtype[np.int64]]

_OUTPUTS, _MODES = 3, 6
"""The most outputs and modes of one kernel."""
_BLOCK = 256
"""Patients of one block: their numbers stay in the caches, and each stretch of the result that is written is half a page."""
_LINE = 8
"""Numbers of one cache line."""
_SWEEPS = 40
_EPS = float(np.finfo(np.float64).eps)
_LEAST = float(np.finfo(np.float64).tiny)


def _sum_of_three(factor: Any, first: int, p: int, a: float, b: float, c: float) -> float:
    """What three modes, of which `a`, `b` and `c` are left, contribute to one output of patient `p`."""
    total: float = factor[first, p] * a + factor[first + 1, p] * b + factor[first + 2, p] * c
    return total


_sum: Any = njit(inline="always")(_sum_of_three)

Late = tuple[int, int, int]
"""For each of three outputs: 1, 2 and 4, added up, for those of three modes that it needs."""


def _part_of_three(needed: int, factor: Any, first: int, p: int, a: float, b: float, c: float) -> float:
    """The same for those of the three that are `needed`."""
    total = 0.0
    if needed & 1:
        total += factor[first, p] * a
    if needed & 2:
        total += factor[first + 1, p] * b
    if needed & 4:
        total += factor[first + 2, p] * c
    return total


_part: Any = njit(inline="always")(_part_of_three)


@cache
def _kernel(outputs: int, slots: int, late: Late, alike: bool) -> Any:
    """The compiled run for 1 to 3 `outputs` and 3 or 6 `slots` of modes.

    late: which of the last three modes each output needs. alike: whether these have the same rate in all patients, as those of
    a metabolite and an effect site without variability do; one exponential then serves all.
    """
    late_one, late_two, late_three = late

    def run(
        result: Any,
        offset: int,
        moments: Any,
        cuts: Any,
        spans: Any,
        entering: Any,
        rows: Any,
        rates: Any,
        ways_out: Any,
        scratch: Any,
    ) -> None:
        """All stretches and times for all patients, block by block.

        cuts `(stretches, 2)` start and end; spans `(stretches, 2)` first and last time inside; rows `(stretches, 2)`
        where in `entering` `(rows, modes, patients)` the impulse and the inflow of a stretch stand, or -1; scratch
        `(rows, block)` for the numbers of one block.
        """
        wide()
        modes, patients = rates.shape
        # Slots without a mode keep a rate and factors of zero.
        scratch[:] = 0.0
        base, factor = scratch[:outputs], scratch[outputs : outputs + outputs * slots]
        halvings, state, rest = (
            scratch[-slots:],
            scratch[-2 * slots : -slots],
            scratch[-3 * slots : -2 * slots],
        )
        for begin in range(0, patients, _BLOCK):
            size = min(_BLOCK, patients - begin)
            here = offset + begin
            for k in range(modes):
                for p in range(size):
                    halvings[k, p] = -HALVINGS * rates[k, begin + p]
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
                                factor[w * slots + k, p] = out * (state[k, p] - rest[k, p])
                                base[w, p] += out * rest[k, p]
                for t in range(spans[cut, 0], spans[cut, 1]):
                    elapsed = moments[t] - cuts[cut, 0]
                    # Only the outputs that there are get written; the names of the others stand for the last one.
                    first = result[0, t, here : here + size]
                    second = result[min(1, outputs - 1), t, here : here + size]
                    third = result[outputs - 1, t, here : here + size]
                    if alike:
                        d = two_to_the(halvings[slots - 3, 0] * elapsed)
                        e = two_to_the(halvings[slots - 2, 0] * elapsed)
                        f = two_to_the(halvings[slots - 1, 0] * elapsed)
                    for p in range(size):
                        a = two_to_the(halvings[0, p] * elapsed)
                        b = two_to_the(halvings[1, p] * elapsed)
                        c = two_to_the(halvings[2, p] * elapsed)
                        one = base[0, p] + _sum(factor, 0, p, a, b, c)
                        if outputs > 1:
                            two = base[1, p] + _sum(factor, slots, p, a, b, c)
                        if outputs > 2:
                            three = base[2, p] + _sum(factor, 2 * slots, p, a, b, c)
                        if slots > 3:
                            if not alike:
                                d = two_to_the(halvings[3, p] * elapsed)
                                e = two_to_the(halvings[4, p] * elapsed)
                                f = two_to_the(halvings[5, p] * elapsed)
                            one += _part(late_one, factor, 3, p, d, e, f)
                            if outputs > 1:
                                two += _part(late_two, factor, slots + 3, p, d, e, f)
                            if outputs > 2:
                                three += _part(late_three, factor, 2 * slots + 3, p, d, e, f)
                        first[p] = one
                        if outputs > 1:
                            second[p] = two
                        if outputs > 2:
                            third[p] = three
                if cut + 1 < len(cuts):
                    elapsed = cuts[cut, 1] - cuts[cut, 0]
                    for k in range(modes):
                        for p in range(size):
                            kept = two_to_the(halvings[k, p] * elapsed)
                            state[k, p] *= kept
                            if runs >= 0:
                                state[k, p] += rest[k, p] * filled_part(rates[k, begin + p] * elapsed, kept)

    return njit(**OPTIONS)(run)


def fill(
    modes: Modes, cuts: Sequence[Stretch], moments: Floats, wanted: Sequence[int], result: Floats, offset: int
) -> None:
    """Write the amounts of the `wanted` compartments at `moments` into `result` `(wanted, times, patients)` from
    patient `offset` on.
    """
    ways_out = modes.alone_out(wanted)
    target = result[:, :, offset : offset + modes.rates.shape[1]]
    edges = np.array([(cut.start, cut.end) for cut in cuts]).reshape(-1, 2)
    spans = np.searchsorted(moments, edges, side="left")
    target[:, : spans[0, 0] if cuts else len(moments)] = 0.0
    entering, rows = _entering(modes.alone_into(entered(cuts)), modes.rates.shape, cuts)
    course = moments, edges, spans, rows
    for outputs in _parts(0, len(wanted), _OUTPUTS):
        first, *others = _groups(ways_out[outputs])
        _write(result[outputs], offset, course, entering, modes.rates, ways_out[outputs], first)
        for group in others:
            more = np.zeros_like(target[outputs])
            _write(more, 0, course, entering, modes.rates, ways_out[outputs], group)
            target[outputs] += more


def _write(
    result: Floats,
    offset: int,
    course: tuple[Floats, Floats, Whole, Whole],
    entering: Floats,
    rates: Floats,
    ways_out: Floats,
    group: slice,
) -> None:
    """What one group of modes contributes to up to three outputs."""
    moments, edges, spans, rows = course
    outputs, slots = len(result), 3 if group.stop - group.start <= 3 else _MODES
    scratch = _on_cache_lines(outputs + (outputs + 3) * slots, _BLOCK)
    inward, outward = np.ascontiguousarray(entering[:, group]), np.ascontiguousarray(ways_out[:, group])
    later = rates[group][3:]
    alike = len(later) > 0 and bool((later == later[:, :1]).all())
    _kernel(outputs, slots, _late(outward), alike)(
        result, offset, moments, edges, spans, inward, rows, rates[group], outward, scratch
    )


def _late(ways_out: Floats) -> Late:
    """Which modes after the first three each output needs."""
    needed = used(ways_out[:, 3:]) @ np.array([1, 2, 4])[: max(0, ways_out.shape[1] - 3)]
    one, two, three = [*needed.astype(int).tolist(), 0, 0][:3]
    return one, two, three


def _on_cache_lines(rows: int, columns: int) -> Floats:
    """An empty array that begins on a cache line: a vector that straddles two of them takes twice as long to load."""
    room = np.empty(rows * columns + _LINE)
    skipped = -(room.ctypes.data // room.itemsize) % _LINE
    return room[skipped : skipped + rows * columns].reshape(rows, columns)


def _parts(start: int, stop: int, most: int) -> Iterator[slice]:
    """Slices of up to `most` from `start` to `stop`."""
    return (slice(at, min(at + most, stop)) for at in range(start, stop, most))


def _groups(ways_out: Floats) -> list[slice]:
    """The modes that these outputs need, in sixes; the first ones when they need none."""
    needed = np.flatnonzero(used(ways_out).any(axis=0))
    low, high = (int(needed[0]), int(needed[-1]) + 1) if len(needed) else (0, 1)
    return list(_parts(low, high, _MODES))


def _entering(
    into: dict[int, Floats], shape: tuple[int, ...], cuts: Sequence[Stretch]
) -> tuple[Floats, Whole]:
    """What enters the modes, one row for each impulse or inflow, and which rows belong to a stretch."""
    rows = np.full((len(cuts), 2), -1)
    parts: list[Floats] = []
    known: dict[object, int] = {}
    for index, cut in enumerate(cuts):
        for kind, entering in enumerate((cut.impulses, cut.rates)):
            if not entering:
                continue
            # The same amount for everybody, as in a course of equal infusions, is worked out once.
            key = same_for_all(entering) or len(parts)
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
    wide()
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


_compiled_rotations = njit(**OPTIONS)(_rotations)


def eigen(symmetric: Floats) -> tuple[Floats, Floats]:
    """What `symmetric.eigen` gives, compiled."""
    size = symmetric.shape[0]
    work = np.ascontiguousarray(symmetric).copy()
    vectors = np.zeros_like(work)
    vectors[np.arange(size), np.arange(size)] = 1.0
    _compiled_rotations(work, vectors)
    return work[np.arange(size), np.arange(size)], vectors
