"""Modes that run alone: carry their state over the changes of input and write the output times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tenuto.core.compartments.inputs import Stretch, entered
from tenuto.core.compartments.matrix import Floats, used
from tenuto.core.compartments.modes import Modes

__all__ = ["BUFFER", "fill"]

BUFFER = 65_536
"""Numbers in the working buffer of exponentials: half a megabyte, which stays in the second-level cache."""

Piece = tuple[int, int, Floats, Floats | None]
"""First and last output time of a stretch, what each mode contributes at its start, and what stays constant."""


def fill(
    modes: Modes,
    cuts: Sequence[Stretch],
    moments: Floats,
    wanted: Sequence[int],
    result: Floats,
    offset: int,
    buffer: int = BUFFER,
) -> None:
    """Write the amounts of the `wanted` compartments at `moments` into `result` `(wanted, times, patients)` from
    patient `offset` on. `buffer`: how many exponentials are made at once.
    """
    target = result[:, :, offset : offset + modes.rates.shape[1]]
    ways_out = modes.alone_out(wanted)
    spans = _spans(ways_out)
    elapsed, bounds = _since_change(cuts, moments)
    target[:, : bounds[0]] = 0.0
    negative = -modes.rates
    at_once = max(1, buffer // negative.size)
    room = np.empty((min(at_once, len(moments)), *negative.shape))
    start = stop = bounds[0]
    for begin, end, factors, constant in _pieces(modes, cuts, ways_out, bounds):
        # The exponentials are made many times at once, whatever stretch the times belong to.
        while begin < end:
            if begin >= stop:
                start, stop = begin, min(begin + at_once, len(moments))
                decayed = room[: stop - start]
                np.multiply(elapsed[start:stop, np.newaxis, np.newaxis], negative, out=decayed)
                np.exp(decayed, out=decayed)
            until = min(end, stop)
            _write(target[:, begin:until], decayed[begin - start : until - start], factors, constant, spans)
            begin = until


def _since_change(cuts: Sequence[Stretch], moments: Floats) -> tuple[Floats, list[int]]:
    """Time since the last change of input `(times,)`, and where the output times of each stretch begin, and the end."""
    starts = np.array([cut.start for cut in cuts])
    bounds = np.append(np.searchsorted(moments, starts, side="left"), len(moments))
    elapsed = moments.copy()
    elapsed[bounds[0] :] -= np.repeat(starts, np.diff(bounds))
    return elapsed, bounds.tolist()


def _pieces(modes: Modes, cuts: Sequence[Stretch], ways_out: Floats, bounds: list[int]) -> Iterator[Piece]:
    """Carry the modes from stretch to stretch and yield those that have output times."""
    into = modes.alone_into(entered(cuts))
    # What a constant input of one, going on for ever, would lift each mode to.
    lifts = {compartment: way / modes.rates for compartment, way in into.items()}
    passed: dict[tuple[float, bool], tuple[Floats, Floats]] = {}
    state = np.zeros_like(modes.rates)
    for cut, begin, end in zip(cuts, bounds, bounds[1:], strict=False):
        for compartment, amount in cut.impulses.items():
            state += into[compartment] * amount
        resting = None
        for compartment, rate in cut.rates.items():
            part = lifts[compartment] * rate
            resting = part if resting is None else resting + part
        if begin < end:
            if resting is None:
                yield begin, end, ways_out * state, None
            else:
                yield begin, end, ways_out * (state - resting), np.einsum("wnp,np->wp", ways_out, resting)
        if np.isfinite(cut.end):
            kept, filled = _passage(modes.rates, cut.end - cut.start, passed, running=resting is not None)
            state *= kept
            if resting is not None:
                state += resting * filled


def _passage(
    rates: Floats, elapsed: float, known: dict[tuple[float, bool], tuple[Floats, Floats]], *, running: bool
) -> tuple[Floats, Floats]:
    """What is kept of a mode after `elapsed` and how full a constant input has made it; reused when it recurs."""
    if (elapsed, running) not in known:
        lost = -rates * elapsed
        kept = np.exp(lost)
        # expm1 keeps the digits of a slow mode that a short infusion fills only by a trace; it is the slower one.
        known[elapsed, running] = kept, -np.expm1(lost) if running and lost.max() > -0.01 else 1.0 - kept
    return known[elapsed, running]


def _spans(ways_out: Floats) -> list[slice]:
    """From the first to the last mode that each output needs: in the order of the chain these lie side by side, or nearly."""
    needed = [np.flatnonzero(row) for row in used(ways_out)]
    return [slice(int(modes[0]), int(modes[-1]) + 1) if len(modes) else slice(0) for modes in needed]


def _write(
    target: Floats, decayed: Floats, factors: Floats, constant: Floats | None, spans: Sequence[slice]
) -> None:
    """`target[w, t, p] = constant[w, p] + sum over modes of factors[w, mode, p] * decayed[t, mode, p]`."""
    for row, span in enumerate(spans):
        np.einsum("tkp,kp->tp", decayed[:, span], factors[row, span], out=target[row])
        if constant is not None:
            target[row] += constant[row]
