"""Rate matrices: how compartments are connected, and in which groups the connections run both ways."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Bools",
    "Floats",
    "Links",
    "UnsolvableSystem",
    "checked",
    "groups",
    "links",
    "rate_matrix",
    "ringless",
    "used",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Links = tuple[tuple[bool, ...], ...]


class UnsolvableSystem(ValueError):
    """The rate matrix describes something that the closed form does not cover; the message says what."""


def rate_matrix(
    size: int,
    *,
    flows: Mapping[tuple[int, int], ArrayLike] | None = None,
    losses: Mapping[int, ArrayLike] | None = None,
    copies: Mapping[tuple[int, int], ArrayLike] | None = None,
) -> Floats:
    """The matrix `K` of `dx/dt = K x` from first-order rate constants, shape `(patients, size, size)`.

    `flows[(a, b)]` moves content from a to b; `losses[a]` removes it from a for good; `copies[(a, b)]` feeds b in
    proportion to a without taking anything from a (an effect site). Each constant is per unit of time, zero or more,
    a number or an array `(patients,)`.
    """
    parts = {**(flows or {}), **{(a, a): k for a, k in (losses or {}).items()}}
    patients = np.broadcast_shapes(*(np.shape(k) for k in [*parts.values(), *(copies or {}).values()]), (1,))[
        0
    ]
    matrix = np.zeros((patients, size, size))
    for (source, target), rate in parts.items():
        matrix[:, source, source] -= np.asarray(rate)
        if source != target:
            matrix[:, target, source] += np.asarray(rate)
    for (source, target), rate in (copies or {}).items():
        matrix[:, target, source] += np.asarray(rate)
    return checked(matrix)


def checked(matrix: ArrayLike) -> Floats:
    """The matrix as `(patients, n, n)` floats; raises `UnsolvableSystem` for NaN, infinite or negative constants."""
    array = np.asarray(matrix, dtype=np.float64)
    array = array[np.newaxis] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[1] != array.shape[2]:
        raise UnsolvableSystem(f"A rate matrix is square for each patient; this one has shape {array.shape}.")
    # Entry by entry over the patients: what is missing or infinite in one shows in its least or its greatest.
    least, greatest = array.min(axis=0, initial=0.0), array.max(axis=0, initial=0.0)
    if not (np.isfinite(least).all() and np.isfinite(greatest).all()):
        raise UnsolvableSystem("A rate constant is missing or infinite. Check the parameters of the model.")
    if least[_off_diagonal(array.shape[1])].any():
        raise UnsolvableSystem("A rate constant is below zero. Check the parameters of the model.")
    return array


@lru_cache(maxsize=64)
def _off_diagonal(size: int) -> Bools:
    return np.asarray(~np.eye(size, dtype=bool), dtype=np.bool_)


def used(array: Floats) -> Bools:
    """Where an array with the patients last is not zero in at least one patient."""
    return np.asarray(np.any(array != 0, axis=-1), dtype=np.bool_)


def links(matrix: Floats) -> Links:
    """Which compartment (column) has a flow into which (row), or a loss of its own, in at least one patient."""
    return tuple(map(tuple, (matrix != 0).any(axis=0).tolist()))


@lru_cache(maxsize=256)
def groups(linked: Links) -> tuple[tuple[int, ...], ...]:
    """Compartments that exchange both ways, as groups in the order in which content passes down.

    Two compartments are in one group when each can reach the other in some patient; the groups themselves form
    one-way chains.
    """
    size = len(linked)
    reach = np.array(linked, dtype=bool).reshape(size, size).T | np.eye(size, dtype=bool)
    for via in range(size):
        reach |= reach[:, via : via + 1] & reach[via]
    together = reach & reach.T
    found = {tuple(np.flatnonzero(row).tolist()) for row in together}
    # A group that reaches more comes first; among groups that reach equally many neither reaches the other.
    return tuple(sorted(found, key=lambda group: (-int(reach[group[0]].sum()), group)))


@lru_cache(maxsize=256)
def ringless(linked: Links) -> bool:
    """Whether within every group each compartment exchanges with the others along one path only."""
    return all(
        sum(linked[a][b] or linked[b][a] for a, b in combinations(members, 2)) == len(members) - 1
        for members in groups(linked)
    )
