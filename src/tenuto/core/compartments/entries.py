"""Small matrices, one for each patient, of which most entries are zero in everybody: only the others are kept.

`entries[row, column]` is an array `(patients,)`. For six compartments that is a quarter of the numbers, and none of the
work is done on zeros.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenuto.core.compartments.matrix import Floats

__all__ = ["Entries", "dense", "largest", "plus", "product"]

Entries = dict[tuple[int, int], Floats]


def product(left: Entries, right: Entries) -> Entries:
    """The matrix product, entry by entry."""
    rows: dict[int, list[tuple[int, Floats]]] = {}
    for (row, column), value in right.items():
        rows.setdefault(row, []).append((column, value))
    total: Entries = {}
    for (row, via), value in left.items():
        for column, other in rows.get(via, ()):
            part = value * other
            total[row, column] = total[row, column] + part if (row, column) in total else part
    return total


def plus(left: Entries, right: Entries) -> Entries:
    """The sum, entry by entry."""
    both = {place: left[place] + right[place] for place in left.keys() & right.keys()}
    return {**left, **right, **both}


def dense(entries: Entries, rows: Sequence[int], columns: Sequence[int], patients: int) -> Floats:
    """These rows and columns as an array `(rows, columns, patients)`."""
    whole = np.zeros((len(rows), len(columns), patients))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if (row, column) in entries:
                whole[i, j] = entries[row, column]
    return whole


def largest(entries: Entries, axis: int, size: int, patients: int) -> Floats:
    """The largest size of an entry in each column (axis 0) or row (axis 1), and at least 1: `(size, patients)`."""
    found = np.ones((size, patients))
    for place, value in entries.items():
        at = found[place[1 - axis]]
        np.maximum(at, np.abs(value), out=at)
    return found
