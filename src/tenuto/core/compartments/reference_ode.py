"""The slow, obvious implementation: one patient, one short step after the other. For comparison, not for use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core.compartments.inputs import Bolus, Input
from tenuto.core.compartments.matrix import Floats

__all__ = ["simulate_slowly"]

_STEP = 0.25
"""Length of a step relative to the fastest rate. With sixteen terms of the series the error of a step is 1e-24."""
_TERMS = 16


def simulate_slowly(matrix: ArrayLike, inputs: Sequence[Input], times: ArrayLike) -> Floats:
    """Amounts `(n, times)` of one patient whose `matrix` is `(n, n)`; amounts and rates are single numbers.

    Solves `dx/dt = K x + u` by its Taylor series over steps so short that the series is exact to rounding. It uses
    no eigenvalues and makes no difference between equal and unequal rates.
    """
    k = np.asarray(matrix, dtype=np.float64)
    wanted = np.asarray(times, dtype=np.float64)
    changes = {t for i in inputs for t in ((i.time,) if isinstance(i, Bolus) else (i.start, i.stop))}
    stops = sorted({*changes, *wanted.tolist()})
    x, at, seen = np.zeros(len(k)), stops[0] if stops else 0.0, {}
    for stop in stops:
        x = _advance(k, _inflow(k, inputs, at, stop), x, stop - at)
        at = stop
        for one in inputs:
            if isinstance(one, Bolus) and one.time == stop:
                x[one.compartment] += float(np.asarray(one.amount))
        seen[stop] = x.copy()
    return np.array([seen[t] for t in wanted.tolist()]).T


def _inflow(k: Floats, inputs: Sequence[Input], start: float, stop: float) -> Floats:
    """What runs into each compartment between two neighbouring stops."""
    u = np.zeros(len(k))
    for one in inputs:
        if not isinstance(one, Bolus) and one.start <= start and stop <= one.stop and start < stop:
            u[one.compartment] += float(np.asarray(one.rate))
    return u


def _advance(k: Floats, u: Floats, x: Floats, duration: float) -> Floats:
    steps = max(1, int(np.ceil(duration * np.abs(k).max() / _STEP)))
    h = duration / steps
    for _ in range(steps):
        term = h * (k @ x + u)
        total = x + term
        for order in range(2, _TERMS):
            term = h / order * (k @ term)
            total = total + term
        x = total
    return x
