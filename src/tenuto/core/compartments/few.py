"""The same closed form for a handful of patients, such as the one on a screen.

There the number of array operations counts, not their length. So the modes of all compartments come from one general
eigenvalue routine instead of group by group, and all times are written at once. Where that would lose digits
(rates close to each other or very far apart, content that never leaves, exchange in a ring) `answer` says so, and the general way decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenuto.core.compartments.inputs import Stretch
from tenuto.core.compartments.matrix import Floats, links, ringless

__all__ = ["answer"]

_PATIENTS = 16
"""More than these are done faster by rotations that turn all of them together."""
_EXPONENTIALS = 65_536
"""Made at once: half a megabyte."""
_LARGEST_SUM = 1e4
"""How much larger than the largest amount of a wanted compartment all modes may be together: each, of length one, is known to
some 1e-15 of that length, whether it reaches the compartment or not. 1e4 keeps the error near 1e-11 of the peak."""
_WIDEST = 1e5
"""The fastest rate over the slowest, whose error is that of the fastest: beyond this it might reach 1e-10 of the peak."""


def answer(matrix: Floats, cuts: Sequence[Stretch], moments: Floats, wanted: Sequence[int]) -> Floats | None:
    """Amounts `(wanted, times, patients)` of the compartments in `wanted`; None where another way is faster or keeps
    more digits.

    matrix: `(patients, n, n)`; moments: `(times,)`, not decreasing.
    """
    patients, size = matrix.shape[:2]
    if patients > _PATIENTS or patients * size * len(moments) > _EXPONENTIALS:
        return None
    modes = _modes(matrix) if ringless(links(matrix)) else None
    if modes is None:
        return None
    negative, out, into = modes
    found = np.zeros((len(wanted), len(moments), patients))
    if not cuts:
        return found
    above, resting = _states(negative, into, cuts)
    starts = np.array([cut.start for cut in cuts])
    at = np.searchsorted(starts, moments, side="right") - 1
    begin = int(np.searchsorted(at, 0))
    at = at[begin:]
    elapsed = (moments[begin:] - starts[at])[:, np.newaxis, np.newaxis]
    content = np.exp(elapsed * negative) * above[at] + resting[at]
    np.einsum("pwn,tpn->wtp", out[:, list(wanted)], content, out=found[:, begin:])
    together = (np.abs(above) + np.abs(resting)).sum(axis=2).max(axis=0)
    return found if (together <= _LARGEST_SUM * np.abs(found).max(axis=1, initial=0.0)).all() else None


def _modes(matrix: Floats) -> tuple[Floats, Floats, Floats] | None:
    """Eigenvalues `(patients, n)`, the ways out of the modes and the ways into them, `(patients, n, n)`."""
    try:
        values, out = np.linalg.eig(matrix)
        # NumPy up to 2.4 answers with real numbers where they are real, later ones never do.
        if np.imag(values).any():
            return None
        values, out = np.real(values), np.real(out)
        if not values.min() / _WIDEST > values.max():
            return None
        into = np.linalg.inv(out)
    except np.linalg.LinAlgError:
        return None
    # Modes that are nearly the same direction are large opposite shares of any state.
    growth = np.abs(into).sum(axis=2)
    return (values, out, into) if growth.max() < _LARGEST_SUM else None


def _states(negative: Floats, into: Floats, cuts: Sequence[Stretch]) -> tuple[Floats, Floats]:
    """At the start of each stretch: how far the modes are from where they rest, and where that is."""
    above = np.zeros((len(cuts), *negative.shape))
    resting = np.zeros_like(above)
    state = np.zeros_like(negative)
    for cut, here, rest in zip(cuts, above, resting, strict=True):
        for compartment, amount in cut.impulses.items():
            state = state + into[:, :, compartment] * _column(amount)
        for compartment, rate in cut.rates.items():
            rest -= into[:, :, compartment] * _column(rate) / negative
        np.subtract(state, rest, out=here)
        if np.isfinite(cut.end):
            state = here * np.exp(negative * (cut.end - cut.start)) + rest
    return above, resting


def _column(value: Floats) -> Floats:
    return value.reshape(-1, 1)
