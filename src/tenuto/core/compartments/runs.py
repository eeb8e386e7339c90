"""Modes that run alone: carry their state over the changes of input and write the output times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from tenuto.core.compartments.inputs import Stretch, entered
from tenuto.core.compartments.matrix import Bools, Floats, used
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
    order = _side_by_side(used(ways_out))
    rates, ways_out = modes.rates[order], ways_out[:, order]
    into = {compartment: way[order] for compartment, way in modes.alone_into(entered(cuts)).items()}
    spans = _spans(used(ways_out))
    elapsed, bounds = _since_change(cuts, moments)
    target[:, : bounds[0]] = 0.0
    negative = -rates
    at_once = max(1, buffer // max(1, negative.size))
    room = np.empty((min(at_once, len(moments)), *negative.shape))
    start = stop = bounds[0]
    for begin, end, factors, constant in _pieces(rates, into, cuts, ways_out, bounds):
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


def _pieces(
    rates: Floats, into: dict[int, Floats], cuts: Sequence[Stretch], ways_out: Floats, bounds: list[int]
) -> Iterator[Piece]:
    """Carry the modes from stretch to stretch and yield those that have output times."""
    # What a constant input of one, going on for ever, would lift each mode to.
    lifts = {compartment: way / rates for compartment, way in into.items()}
    passed: dict[tuple[float, bool], tuple[Floats, Floats]] = {}
    state = np.zeros_like(rates)
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
            kept, filled = _passage(rates, cut.end - cut.start, passed, running=resting is not None)
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


def _side_by_side(needed: Bools) -> list[int]:
    """The modes `(outputs, modes)` that are needed, in an order in which those of each output lie together, or nearly.

    What several outputs need is in the middle, such as the drug's own modes, and what one alone needs on either side by
    turns, such as those of a metabolite and of an effect site.
    """
    shared = needed.sum(axis=0) > 1
    own = [modes for modes in (np.flatnonzero(row & ~shared).tolist() for row in needed) if modes]
    return [*chain(*own[0::2]), *np.flatnonzero(shared).tolist(), *chain(*own[1::2])]


def _spans(needed: Bools) -> list[slice]:
    """From the first to the last mode that each output needs."""
    places = [np.flatnonzero(row) for row in needed]
    return [slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0) for at in places]


def _write(
    target: Floats, decayed: Floats, factors: Floats, constant: Floats | None, spans: Sequence[slice]
) -> None:
    """`target[w, t, p] = constant[w, p] + sum over modes of factors[w, mode, p] * decayed[t, mode, p]`."""
    for row, span in enumerate(spans):
        np.einsum("tkp,kp->tp", decayed[:, span], factors[row, span], out=target[row])
        if constant is not None:
            target[row] += constant[row]
