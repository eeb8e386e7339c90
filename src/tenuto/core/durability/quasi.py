"""Quasi-random points: the Sobol sequence in up to ten dimensions, the same points on every machine."""

from __future__ import annotations

from functools import cache

import numpy as np

from tenuto.core.durability.normal import Floats, quantile

__all__ = ["MOST_DIMENSIONS", "sobol", "standard_normal"]

_BITS = 30
# For each dimension after the first: degree and inner coefficients of its primitive polynomial, then the first
# direction integers (Joe and Kuo 2008, the new-joe-kuo-6 set).
_DIRECTIONS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
)
MOST_DIMENSIONS = len(_DIRECTIONS) + 1


@cache
def _direction_numbers(dimension: int) -> tuple[int, ...]:
    """The direction numbers of one dimension (0 first) as integers of `_BITS` bits."""
    if dimension == 0:
        return tuple(1 << (_BITS - 1 - bit) for bit in range(_BITS))
    degree, inner, first = _DIRECTIONS[dimension - 1]
    numbers = [m << (_BITS - 1 - bit) for bit, m in enumerate(first)]
    for bit in range(degree, _BITS):
        value = numbers[bit - degree] ^ (numbers[bit - degree] >> degree)
        for k in range(1, degree):
            if (inner >> (degree - 1 - k)) & 1:
                value ^= numbers[bit - k]
        numbers.append(value)
    return tuple(numbers)


@cache
def sobol(count: int, dimensions: int) -> Floats:
    """The first `count` Sobol points, shape (count, dimensions), each moved half a cell so that none is 0.

    `count` is best a power of two; `dimensions` at most `MOST_DIMENSIONS`. The array is shared and read-only.
    """
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise ValueError(f"Sobol points have 1 to {MOST_DIMENSIONS} dimensions here, got {dimensions}.")
    index = np.arange(count, dtype=np.int64)
    gray = index ^ (index >> 1)
    integers = np.zeros((count, dimensions), dtype=np.int64)
    for bit in range(max(count - 1, 1).bit_length()):
        chosen = ((gray >> bit) & 1).astype(bool)
        for dimension in range(dimensions):
            integers[chosen, dimension] ^= _direction_numbers(dimension)[bit]
    points: Floats = (integers + 0.5 * (1 << _BITS) / count) / (1 << _BITS)
    points.setflags(write=False)
    return points


@cache
def standard_normal(count: int, dimensions: int) -> Floats:
    """Sobol points carried to the standard normal, shape (count, dimensions); shared and read-only."""
    points = quantile(sobol(count, dimensions))
    points.setflags(write=False)
    return points
