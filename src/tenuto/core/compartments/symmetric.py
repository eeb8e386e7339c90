"""Eigenvalues and eigenvectors of many small symmetric matrices at once."""

from __future__ import annotations

import numpy as np

from tenuto.core.compartments.matrix import Floats

__all__ = ["eigen"]

_FEW = 96
"""Below so many patients one LAPACK call a matrix costs less than the array operations of the rotations."""
_MOST_SWEEPS = 40


def eigen(symmetric: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues `(m, patients)` and orthonormal eigenvectors `(m, m, patients)`, a column each, of `(m, m, patients)`.

    Cyclic Jacobi rotations, each done for all patients together: for two to six compartments several times as fast
    as a LAPACK call a patient. The values come in no particular order.
    """
    size, patients = symmetric.shape[0], symmetric.shape[2]
    if size == 1:
        return symmetric[0].copy(), np.ones((1, 1, patients))
    if patients < _FEW:
        values, vectors = np.linalg.eigh(np.moveaxis(symmetric, 2, 0))
        return np.ascontiguousarray(values.T), np.ascontiguousarray(np.moveaxis(vectors, 0, 2))
    work = symmetric.copy()
    vectors = np.zeros_like(work)
    vectors[np.arange(size), np.arange(size)] = 1.0
    pairs = [(p, q) for p in range(size) for q in range(p + 1, size)]
    negligible = np.finfo(np.float64).eps * 0.25 * np.abs(work).max(axis=(0, 1))
    for _ in range(_MOST_SWEEPS):
        for p, q in pairs:
            _rotate(work, vectors, p, q)
        if all((np.abs(work[p, q]) <= negligible).all() for p, q in pairs):
            break
    return work[np.arange(size), np.arange(size)], vectors


def _rotate(work: Floats, vectors: Floats, p: int, q: int) -> None:
    """One Jacobi rotation that makes `work[p, q]` zero in every patient. Only the upper triangle is kept."""
    off = work[p, q].copy()
    half = 0.5 * (work[q, q] - work[p, p])
    reach = np.sqrt(half * half + off * off)
    divisor = half + np.copysign(reach, half)
    # Both zero: the matrix is already diagonal here and any angle will do; take none.
    tangent = np.divide(off, divisor, out=np.zeros_like(off), where=divisor != 0)
    cosine = 1.0 / np.sqrt(1.0 + tangent * tangent)
    sine = cosine * tangent
    work[p, p] -= tangent * off
    work[q, q] += tangent * off
    work[p, q] = 0.0
    for other in range(work.shape[0]):
        if other in (p, q):
            continue
        to_p = (min(other, p), max(other, p))
        to_q = (min(other, q), max(other, q))
        left, right = work[to_p], work[to_q]
        work[to_p], work[to_q] = cosine * left - sine * right, sine * left + cosine * right
    left, right = vectors[:, p], vectors[:, q]
    vectors[:, p], vectors[:, q] = cosine * left - sine * right, sine * left + cosine * right
