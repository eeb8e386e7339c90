"""Modes that run alone: carry their state over the changes of input and write the output times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tenuto.core.compartments.inputs import Stretch, entered, same_for_all
from tenuto.core.compartments.matrix import Floats
from tenuto.core.compartments.modes import Modes
from tenuto.core.compartments.outputs import Output, arrange

__all__ = ["BUFFER", "fill"]

BUFFER = 65_536
"""Numbers in the working buffer of exponentials: half a megabyte, which stays in the second-level cache."""

Piece = tuple[int, int, Floats, Floats | None]
"""First and last output time of a stretch, how far each mode is at its start from where it rests, and where that is."""


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
    patients = modes.rates.shape[1]
    target = result[:, :, offset : offset + patients]
    ways_out = modes.alone_out(wanted)
    arranged = arrange(modes.rates, ways_out)
    order, own = arranged.modes, arranged.differing
    rates = modes.rates[order]
    into = {compartment: way[order] for compartment, way in modes.alone_into(entered(cuts)).items()}
    elapsed, bounds = _since_change(cuts, moments)
    steady = np.exp(elapsed[:, np.newaxis] * -rates[own:, 0])
    outputs = [
        Output(ways[order], steady, arranged, level)
        for ways, level in zip(ways_out, arranged.levels, strict=True)
    ]
    target[:, : bounds[0]] = 0.0
    negative = -rates[:own]
    at_once = max(1, buffer // max(1, arranged.places * patients))
    room = np.zeros((min(at_once, len(moments)), arranged.places, patients))
    start = stop = bounds[0]
    for begin, end, above, resting in _pieces(rates, into, cuts, bounds):
        for output in outputs:
            output.begin(above, resting)
        # The exponentials are made many times at once, whatever stretch the times belong to.
        while begin < end:
            if begin >= stop:
                start, stop = begin, min(begin + at_once, len(moments))
                decayed = room[: stop - start, arranged.own]
                np.multiply(elapsed[start:stop, np.newaxis, np.newaxis], negative, out=decayed)
                np.exp(decayed, out=decayed)
            until = min(end, stop)
            for row, output in zip(target, outputs, strict=True):
                output.write(row[begin:until], room[begin - start : until - start], slice(begin, until))
            begin = until


def _since_change(cuts: Sequence[Stretch], moments: Floats) -> tuple[Floats, list[int]]:
    """Time since the last change of input `(times,)`, and where the output times of each stretch begin, and the end."""
    starts = np.array([cut.start for cut in cuts])
    bounds = np.append(np.searchsorted(moments, starts, side="left"), len(moments))
    elapsed = moments.copy()
    elapsed[bounds[0] :] -= np.repeat(starts, np.diff(bounds))
    return elapsed, bounds.tolist()


def _pieces(
    rates: Floats, into: dict[int, Floats], cuts: Sequence[Stretch], bounds: list[int]
) -> Iterator[Piece]:
    """Carry the modes from stretch to stretch and yield those that have output times."""
    # What a constant input of one, going on for ever, would lift each mode to.
    lifts = {compartment: way / rates for compartment, way in into.items()}
    rests: dict[object, Floats] = {}
    passed: dict[tuple[float, bool], tuple[Floats, Floats]] = {}
    state = np.zeros_like(rates)
    for cut, begin, end in zip(cuts, bounds, bounds[1:], strict=False):
        for compartment, amount in cut.impulses.items():
            state += into[compartment] * amount
        resting = _resting(lifts, cut.rates, rests)
        if begin < end:
            yield begin, end, state if resting is None else state - resting, resting
        if np.isfinite(cut.end):
            kept, filled = _passage(rates, cut.end - cut.start, passed, running=resting is not None)
            state *= kept
            if resting is not None:
                state += resting * filled


def _resting(
    lifts: dict[int, Floats], rates: dict[int, Floats], known: dict[object, Floats]
) -> Floats | None:
    """Where constant inputs would lift the modes to; the same array for the same inputs of all patients, None for none."""
    if not rates:
        return None
    same = same_for_all(rates)
    if same in known:
        return known[same]
    total = sum((lifts[compartment] * rate for compartment, rate in rates.items()), np.zeros(()))
    if same is not None:
        known[same] = total
    return total


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
