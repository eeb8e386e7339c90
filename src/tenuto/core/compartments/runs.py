"""Modes that run alone: carry their state over the changes of input and write the output times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenuto.core.compartments.inputs import Stretch, entered
from tenuto.core.compartments.matrix import Bools, Floats, used
from tenuto.core.compartments.modes import Modes

__all__ = ["fill"]

_BUFFER = 65_536
"""Numbers in the working buffer of exponentials: half a megabyte, which stays in the second-level cache."""


def fill(
    modes: Modes,
    cuts: Sequence[Stretch],
    moments: Floats,
    wanted: Sequence[int],
    result: Floats,
    offset: int,
) -> None:
    """Write the amounts of the `wanted` compartments at `moments` into `result` `(wanted, times, patients)` from
    patient `offset` on.
    """
    target = result[:, :, offset : offset + modes.rates.shape[1]]
    ways_out, into = modes.alone_out(wanted), modes.alone_into(entered(cuts))
    needed = used(ways_out)
    first = np.searchsorted(moments, cuts[0].start, side="left") if cuts else len(moments)
    target[:, :first] = 0.0
    passed: dict[tuple[float, bool], tuple[Floats, Floats]] = {}
    state = np.zeros_like(modes.rates)
    for cut in cuts:
        _enter(into, cut.impulses, state)
        resting = np.zeros_like(state)
        _enter(into, cut.rates, resting)
        running = bool(cut.rates)
        if running:
            resting /= modes.rates
        begin, end = np.searchsorted(moments, [cut.start, cut.end], side="left")
        if begin < end:
            _write(
                target[:, begin:end],
                moments[begin:end] - cut.start,
                modes.rates,
                ways_out * (state - resting),
                np.einsum("wnp,np->wp", ways_out, resting) if running else None,
                needed,
            )
        if np.isfinite(cut.end):
            kept, filled = _passage(modes.rates, cut.end - cut.start, passed, running=running)
            state = state * kept + resting * filled if running else state * kept


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


def _enter(into: dict[int, Floats], parts: dict[int, Floats], total: Floats) -> None:
    for compartment, value in parts.items():
        total += into[compartment] * value


def _write(
    target: Floats,
    elapsed: Floats,
    rates: Floats,
    factors: Floats,
    constant: Floats | None,
    needed: Bools,
) -> None:
    """`target[w, t, p] = constant[w, p] + sum over modes of factors[w, mode, p] * exp(-rates[mode, p] * elapsed[t])`."""
    negative = -rates
    # Modes are in the order of the chain, so those that an output needs lie side by side, or nearly.
    spans = [slice(int(k[0]), int(k[-1]) + 1) if len(k) else slice(0) for k in map(np.flatnonzero, needed)]
    at_once = max(1, _BUFFER // rates.size)
    buffer = np.empty((min(at_once, len(elapsed)), *rates.shape))
    for start in range(0, len(elapsed), at_once):
        part = elapsed[start : start + at_once]
        decayed = buffer[: len(part)]
        np.multiply(part[:, np.newaxis, np.newaxis], negative, out=decayed)
        np.exp(decayed, out=decayed)
        for row, span in enumerate(spans):
            out = target[row, start : start + len(part)]
            np.einsum("tkp,kp->tp", decayed[:, span], factors[row, span], out=out)
            if constant is not None:
                out += constant[row]
