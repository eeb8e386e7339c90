"""Writing each wanted compartment from the modes that run alone.

A mode whose rate is the same in all patients, as that of an effect site or of a metabolite without variability, decays by
one number for each time. All that such modes contribute to an output, and what stays constant, is its level: one product
of thin matrices, which stands in the working buffer beside the exponentials of the other modes and is summed with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np

from tenuto.core.compartments.matrix import Bools, Floats, used

__all__ = ["Arrangement", "Output", "arrange"]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The places of the working buffer: some levels, the modes that differ between patients, further levels.

    `modes`: all that are needed, those that differ (so many as `differing`) in the order of their places, then those alike
    in all patients. `own`: the places of the former. `levels`: for each output the place of its level, or None where it
    needs no mode that is alike.
    """

    modes: list[int]
    differing: int
    own: slice
    levels: list[int | None]
    places: int


def arrange(rates: Floats, ways_out: Floats) -> Arrangement:
    """Places for modes with `rates` `(modes, patients)` and the `ways_out` `(outputs, modes, patients)` from them."""
    needed = used(ways_out)
    alike = np.asarray((rates == rates[:, :1]).all(axis=1), dtype=np.bool_)
    differing = _side_by_side(needed & ~alike)
    levelled = np.flatnonzero((needed & alike).any(axis=1)).tolist()
    left, right = levelled[0::2], levelled[1::2]
    own = slice(len(left), len(left) + len(differing))
    place = dict(
        zip([*left, *right], [*range(own.start), *range(own.stop, own.stop + len(right))], strict=True)
    )
    return Arrangement(
        modes=differing + np.flatnonzero(needed.any(axis=0) & alike).tolist(),
        differing=len(differing),
        own=own,
        levels=[place.get(row) for row in range(len(ways_out))],
        places=own.stop + len(right),
    )


def _side_by_side(needed: Bools) -> list[int]:
    """The modes `(outputs, modes)` that are needed, in an order in which those of each output lie together, or nearly.

    What several outputs need is in the middle, such as the drug's own modes, and what one alone needs on either side by
    turns, such as those of a metabolite and of an effect site.
    """
    shared = needed.sum(axis=0) > 1
    own = [modes for modes in (np.flatnonzero(row & ~shared).tolist() for row in needed) if modes]
    return [*chain(*own[0::2]), *np.flatnonzero(shared).tolist(), *chain(*own[1::2])]


class Output:
    """One wanted compartment: `begin` a stretch without change of input, then `write` its times, in one or more parts."""

    def __init__(self, ways: Floats, steady: Floats, arranged: Arrangement, level: int | None) -> None:
        """ways: `(modes, patients)` from the modes as arranged. steady: `(times, modes)`, what is left of the modes that
        are alike in all patients. level: the place of the output's level.
        """
        differing, places = arranged.differing, [] if level is None else [level]
        self._ways, self._place = ways, level
        self._own, self._alike = _span(ways[:differing], 0), _span(ways[differing:], differing)
        inner = slice(arranged.own.start + self._own.start, arranged.own.start + self._own.stop)
        if inner.stop > inner.start:
            places += [inner.start, inner.stop - 1]
        first, stop = (min(places), max(places) + 1) if places else (0, 0)
        self._places = slice(first, stop)
        # A place between this output's own that belongs to another keeps the factor zero.
        self._factors = np.zeros((stop - first, ways.shape[1]))
        self._own_factors = self._factors[max(inner.start - first, 0) : max(inner.stop - first, 0)]
        if level is not None:
            self._factors[level - first] = 1.0
        left = steady[:, self._alike.start - differing : self._alike.stop - differing]
        self._steady = np.column_stack([left, np.ones(len(steady))])
        self._parts = np.empty((self._steady.shape[1], ways.shape[1]))
        self._rested: Floats | None = None
        self._at_rest: Floats | None = None
        self._constant: Floats | None = None

    def begin(self, above: Floats, resting: Floats | None) -> None:
        """How far each mode is from where it rests, and where that is, both `(modes, patients)`; None: all rest at zero."""
        np.multiply(self._ways[self._own], above[self._own], out=self._own_factors)
        if resting is not None and resting is not self._rested:
            self._rested, self._at_rest = resting, np.einsum("np,np->p", self._ways, resting)
        self._constant = None if resting is None else self._at_rest
        if self._place is not None:
            np.multiply(self._ways[self._alike], above[self._alike], out=self._parts[:-1])
            self._parts[-1] = 0.0 if self._constant is None else self._constant

    def write(self, target: Floats, decayed: Floats, times: slice) -> None:
        """The amounts at some `times`, into `target` `(times, patients)`, from the buffer `(times, places, patients)`."""
        if self._place is not None:
            np.matmul(self._steady[times], self._parts, out=decayed[:, self._place])
        np.einsum("tkp,kp->tp", decayed[:, self._places], self._factors, out=target)
        if self._place is None and self._constant is not None:
            target += self._constant


def _span(ways: Floats, offset: int) -> slice:
    """From the first to the last mode that is needed of those that begin at `offset`."""
    needed = np.flatnonzero(used(ways))
    if not len(needed):
        return slice(offset, offset)
    return slice(offset + int(needed[0]), offset + int(needed[-1]) + 1)
