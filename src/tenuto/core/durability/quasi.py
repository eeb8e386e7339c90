"""Quasi-random points: the Sobol sequence in up to ten dimensions, the same points on every machine."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

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
    directions = np.array([_direction_numbers(dimension) for dimension in range(dimensions)])
    integers = np.zeros((count, dimensions), dtype=np.int64)
    for bit in range(max(count - 1, 1).bit_length()):
        integers ^= ((gray >> bit) & 1)[:, None] * directions[:, bit]
    points: Floats = (integers + 0.5 * (1 << _BITS) / count) / (1 << _BITS)
    points.setflags(write=False)
    return points


def _shift(turn: int, dimensions: int) -> npt.NDArray[np.int64]:
    """What flips the digits of the points in a turn (1, 2, ...), an integer of `_BITS` bits for each dimension.

    Multiples of the powers of 1/r, where r**(dimensions + 1) = r + 1, fill the unit cube evenly: no two turns are near.
    """
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (dimensions + 1))
    places = (turn * root ** -np.arange(1.0, dimensions + 1)) % 1.0
    return np.asarray(places * (1 << _BITS), dtype=np.int64)


@cache
def standard_normal(count: int, dimensions: int, turn: int = 0) -> Floats:
    """Sobol points carried to the standard normal, shape (count, dimensions); shared and read-only.

    In each `turn` (0, 1, ...) the binary digits of all points are flipped in the same places: other points, spread
    exactly as evenly. Unflipped, the sequence begins with the cube's middle and corners, which an average notices.
    """
    cells = np.asarray(sobol(count, dimensions) * (1 << _BITS), dtype=np.int64)
    points = quantile(((cells ^ _shift(turn + 1, dimensions)) + 0.5) / (1 << _BITS))
    points.setflags(write=False)
    return points
