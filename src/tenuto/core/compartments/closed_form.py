"""The fast engine: amounts in linear compartments at any time, exactly, for many patients at once.

Between two changes of input each mode is one exponential plus a constant, so one `exp` for each (patient, time, mode)
is all the transcendental work; states at the changes are carried forward mode by mode. Patients are taken in chunks
that fit the processor's cache, which also bounds the memory beyond the result. A handful is served in one go (`few`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core.compartments import clustered, few, runs, symmetric
from tenuto.core.compartments.inputs import Bolus, Input, Stretch, stretches
from tenuto.core.compartments.matrix import Floats, checked
from tenuto.core.compartments.modes import Eigen, Modes, Together, decompose

__all__ = ["Engine", "area", "constant_rate_state", "periodic_state", "simulate"]

Engine = Literal["numpy", "numba"]
Filler = Callable[[Modes, Sequence[Stretch], Floats, Sequence[int], Floats, int], None]
CHUNK = 12_000
"""Compartments times patients worked on together: large enough to hide the cost of a call, small enough for the cache and to
bound the memory. Not a power of two, which would put the rows of all arrays at addresses that get in each other's way."""
LEAST = 1000
"""Fewer patients than this aren't shared among threads."""
_preparing = Lock()


def simulate(
    matrix: ArrayLike,
    inputs: Sequence[Input],
    times: ArrayLike,
    *,
    observe: Sequence[int] | None = None,
    initial: ArrayLike | None = None,
    engine: Engine = "numpy",
    threads: int = 1,
    out: Floats | None = None,
) -> Floats:
    """Amounts `(compartments, patients, times)` of the compartments in `observe` (all when None).

    matrix: `(n, n)` or `(patients, n, n)` from `rate_matrix`.
    inputs: impulses and infusions in any order; overlapping ones add up.
    times: `(times,)` not decreasing, in the unit of the rates; before the first input all is zero. At the time of an
        impulse the answer includes it.
    initial: amounts `(n,)` or `(patients, n)` present at time 0 besides the inputs.
    engine: "numba" uses compiled code (the `accel` extra).
    threads: how many chunks of patients are worked on at the same time.
    out: what an earlier call for as many compartments, patients and times returned, to be overwritten. Getting fresh
        memory from the system costs about as much as the exponentials, so a simulation in a loop gains by it.

    Raises ValueError for times that are missing or out of order or an `out` that doesn't fit, `UnsolvableSystem` for a matrix outside the closed
    form. The array is laid out times by patients in memory; its error is below 1e-9 of the peak.
    """
    system, moments = checked(matrix), _ordered(times)
    patients, size = system.shape[:2]
    wanted = tuple(range(size)) if observe is None else tuple(observe)
    given = [*_present(initial, patients, size), *inputs]
    cuts = list(stretches(given, patients=patients, size=size))
    if out is None and engine == "numpy" and (short := few.answer(system, cuts, moments, wanted)) is not None:
        return short.transpose(0, 2, 1)
    result = _room(out, (len(wanted), len(moments), patients))
    eigen, fill = _methods(engine, threads)
    work = partial(_chunk, system, cuts, moments, wanted, result, eigen, fill)
    _each(work, _chunks(patients, max(1, CHUNK // size), threads), threads)
    return result.transpose(0, 2, 1)


def constant_rate_state(matrix: ArrayLike, rates: ArrayLike) -> Floats:
    """Amounts `(patients, n)` at which constant input `rates` `(n,)` or `(patients, n)` balances what leaves."""
    system = checked(matrix)
    inflow = np.broadcast_to(np.asarray(rates, dtype=np.float64), system.shape[:2])
    modes = decompose(system).together()
    state = clustered.rest(modes.rates, modes.coupling, _apply(modes.into, inflow.T))
    return _apply(modes.out, state).T


def area(matrix: ArrayLike, inputs: Sequence[Input]) -> Floats:
    """Area under the amounts from the first input to infinity, `(patients, n)`, amount times time."""
    system = checked(matrix)
    total = np.zeros(system.shape[:2])
    for one in inputs:
        mass = one.amount if isinstance(one, Bolus) else np.asarray(one.rate) * (one.stop - one.start)
        total[:, one.compartment] += np.asarray(mass)
    return constant_rate_state(system, total)


def periodic_state(matrix: ArrayLike, inputs: Sequence[Input], *, period: float) -> Floats:
    """Amounts `(patients, n)` at time 0 of a course of `inputs` that has repeated every `period` for ever.

    The inputs of one cycle lie in `0 <= time < period`. Pass the result as `initial` to draw a cycle at steady state;
    an impulse at time 0 is not yet in it.
    """
    system = checked(matrix)
    patients, size = system.shape[:2]
    ends = [one.time if isinstance(one, Bolus) else one.stop for one in inputs]
    starts = [one.time if isinstance(one, Bolus) else one.start for one in inputs]
    if not period > 0 or min(starts, default=0.0) < 0 or max(ends, default=0.0) > period:
        raise ValueError(f"One cycle lies between 0 and the period of {period}; the inputs do not.")
    once = simulate(system, inputs, [period])[:, :, 0].T if inputs else np.zeros((patients, size))
    # x = once + E x, with E the passage of a whole period without input, column by column.
    passage = np.stack(
        [simulate(system, [], [period], initial=row)[:, :, 0].T for row in np.eye(size)], axis=2
    )
    return np.asarray(
        np.linalg.solve(np.eye(size) - passage, once[..., np.newaxis])[..., 0], dtype=np.float64
    )


def _chunk(
    system: Floats,
    cuts: Sequence[Stretch],
    moments: Floats,
    wanted: Sequence[int],
    result: Floats,
    eigen: Eigen,
    fill: Filler,
    span: slice,
) -> None:
    """Fill the result for one slice of patients; the few whose rates cluster are then done over."""
    # Array operations too short to run beside each other: threads that took turns at each would mostly wait.
    with _preparing:
        modes = decompose(system[span], eigen)
    if modes.apart.any():
        fill(modes, _sliced(cuts, span), moments, wanted, result, span.start)
    close = np.flatnonzero(~modes.apart)
    if len(close):
        whole = np.arange(span.start, span.stop)[close]
        result[:, :, whole] = _clustered(modes.together(close), _sliced(cuts, whole), moments, wanted)


def _methods(engine: Engine, threads: int) -> tuple[Eigen, Filler]:
    """How eigenvalues are found and results written."""
    if engine == "numpy":
        # Threads hand the interpreter to each other at every array operation: fewer and longer ones wait less.
        return symmetric.eigen, partial(runs.fill, buffer=runs.BUFFER * (8 if threads > 1 else 1))
    if engine != "numba":
        raise ValueError(f"There is no engine '{engine}'. Use numpy or numba.")
    try:
        from tenuto.core.compartments import accel
    except ImportError as error:
        raise ImportError(
            f"Compiled code needs the accel extra: pip install 'tenuto[accel]' ({error})."
        ) from error
    return accel.eigen, accel.fill


def _clustered(modes: Together, cuts: Sequence[Stretch], moments: Floats, wanted: Sequence[int]) -> Floats:
    """The answer for patients whose rates are close, `(wanted, times, patients)`."""
    size, patients = modes.rates.shape
    answer = np.zeros((len(wanted), len(moments), patients))
    state = np.zeros((size, patients))
    for cut in cuts:
        state = state + _entering(modes.into, cut.impulses)
        rest = clustered.rest(modes.rates, modes.coupling, _entering(modes.into, cut.rates))
        inside = slice(*np.searchsorted(moments, [cut.start, cut.end], side="left"))
        asked = moments[inside] - cut.start
        elapsed = asked if np.isinf(cut.end) else np.append(asked, cut.end - cut.start)
        path = clustered.propagate(modes.rates, modes.coupling, state - rest, elapsed) + rest[:, np.newaxis]
        answer[:, inside] = np.einsum("wnp,ntp->wtp", modes.out[list(wanted)], path[:, : len(asked)])
        state = path[:, -1] if len(elapsed) else state
    return answer


def _entering(into: Floats, parts: dict[int, Floats]) -> Floats:
    """What enters each mode, from what enters each compartment."""
    total = np.zeros(into.shape[1:])
    for compartment, value in parts.items():
        total += into[:, compartment] * value
    return total


def _apply(matrix: Floats, vector: Floats) -> Floats:
    return np.asarray(np.einsum("ijp,jp->ip", matrix, vector), dtype=np.float64)


def _sliced(
    cuts: Sequence[Stretch], patients: slice | np.ndarray[tuple[int], np.dtype[np.intp]]
) -> list[Stretch]:
    """The stretches with the amounts of some patients only."""

    def pick(parts: dict[int, Floats]) -> dict[int, Floats]:
        return {c: v if v.size == 1 else v[patients] for c, v in parts.items()}

    return [Stretch(cut.start, cut.end, pick(cut.impulses), pick(cut.rates)) for cut in cuts]


def _room(out: Floats | None, shape: tuple[int, int, int]) -> Floats:
    """Where the answer goes: `out`, seen in the order of its memory, or a new array."""
    if out is None:
        return np.empty(shape)
    room = out.transpose(0, 2, 1) if out.ndim == 3 else out
    if room.shape != shape or room.dtype != np.float64 or not room.flags.c_contiguous:
        raise ValueError(
            f"out has shape {out.shape}; the answer has {(shape[0], shape[2], shape[1])}. Pass what an earlier call returned."
        )
    return room


def _present(initial: ArrayLike | None, patients: int, size: int) -> list[Input]:
    """Amounts present at time 0 as impulses."""
    if initial is None:
        return []
    amounts = np.broadcast_to(np.asarray(initial, dtype=np.float64), (patients, size))
    return [Bolus(0.0, amounts[:, compartment], compartment) for compartment in range(size)]


def _ordered(times: ArrayLike) -> Floats:
    moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
    if moments.ndim != 1 or not np.isfinite(moments).all():
        raise ValueError("Output times are one list of finite numbers; at least one is missing or infinite.")
    back = np.flatnonzero(np.diff(moments) < 0)
    if len(back):
        at = back[0]
        raise ValueError(
            f"Output times must not go back: {moments[at + 1]:g} comes after {moments[at]:g}. Sort them."
        )
    return moments


def _chunks(patients: int, most: int, threads: int) -> list[slice]:
    """Slices of at most `most` patients, equal to one, and as many for each thread."""
    workers = max(1, min(threads, patients // LEAST))
    count = workers * -(-patients // (workers * most))
    edges = [patients * turn // count for turn in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _each(work: Callable[[slice], None], spans: Sequence[slice], threads: int) -> None:
    if threads <= 1 or len(spans) == 1:
        for span in spans:
            work(span)
        return
    # Imported here: it brings in a good part of what importing this package would cost.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(work, spans))
