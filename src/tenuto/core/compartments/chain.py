"""A one-way chain in closed form: each compartment empties into the next, every one at a rate of its own.

The general method (`modes`) covers this too; a chain needs no eigenvalues, because its rates are its modes, so many
thousands of short chains are set up at once for the price of a few divisions.
"""

from __future__ import annotations

import numpy as np

from tenuto.core.compartments.matrix import Floats, UnsolvableSystem

__all__ = ["chain"]

_LARGEST = 1e6
"""How much larger than what was put in a mode may be: beyond it the rates are too close, and digits are lost."""


def chain(rates: Floats, passed: Floats) -> Floats:
    """What one unit put into the first compartment is later, mode by mode.

    rates: `(n, patients)`, at which each compartment empties. passed: `(n - 1, patients)`, at which it fills the next;
    what leaves besides is lost. Both per unit of time.

    Returns `out` `(n, n, patients)`, lower triangular: after a time t, compartment c holds the sum over i of
    `out[c, i] * exp(-rates[i] * t)`. Relative error about 1e-15 over the least relative distance of two rates. Raises
    UnsolvableSystem where rates are too close to tell apart.

    Source: Bateman's solution of the chain (1910).
    """
    size = len(rates)
    out = np.zeros((size, *rates.shape))
    out[0, 0] = 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        for c in range(1, size):
            for i in range(c):
                np.divide(passed[c - 1] * out[c - 1, i], rates[c] - rates[i], out=out[c, i])
            # Nothing of what was just put into the first compartment is here yet.
            out[c, c] = -out[c, :c].sum(axis=0)
    if not np.abs(out).max() < _LARGEST:
        raise UnsolvableSystem("Two rates of a chain are too close to tell apart. Move them further apart.")
    return out
