"""Eigenvalues and eigenvectors of many small symmetric matrices at once."""

from __future__ import annotations

import numpy as np

from tenuto.core.compartments.matrix import Floats

__all__ = ["FEW", "eigen"]

FEW = 96
"""Below so many patients one LAPACK call a matrix costs less than the array operations of the rotations."""
_MOST_SWEEPS = 40
_LEAST = np.finfo(np.float64).tiny


def eigen(symmetric: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues `(m, patients)` and orthonormal eigenvectors `(m, m, patients)`, a column each, of `(m, m, patients)`.

    Cyclic Jacobi rotations, each done for all patients together: for two to six compartments several times as fast
    as a LAPACK call a patient. The values come in no particular order.
    """
    size, patients = symmetric.shape[0], symmetric.shape[2]
    if size == 1:
        return symmetric[0].copy(), np.ones((1, 1, patients))
    if patients < FEW:
        values, vectors = np.linalg.eigh(symmetric.transpose(2, 0, 1))
        return np.ascontiguousarray(values.T), np.ascontiguousarray(vectors.transpose(1, 2, 0))
    work = {(p, q): symmetric[p, q].copy() for p in range(size) for q in range(p, size)}
    vectors = np.zeros_like(symmetric)
    vectors[np.arange(size), np.arange(size)] = 1.0
    pairs = [pair for pair in work if pair[0] != pair[1]]
    scale = np.abs(symmetric).max(axis=(0, 1))
    nearly, negligible = 1e-9 * scale, 0.25 * np.finfo(np.float64).eps * scale
    for _ in range(_MOST_SWEEPS):
        left_over = np.max([np.abs(work[pair]) for pair in pairs], axis=0)
        if (left_over <= negligible).all():
            break
        for p, q in pairs:
            _rotate(work, vectors, p, q)
        # Each sweep squares what is left over, so after this one nothing is.
        if (left_over <= nearly).all():
            break
    return np.array([work[i, i] for i in range(size)]), vectors


def _rotate(work: dict[tuple[int, int], Floats], vectors: Floats, p: int, q: int) -> None:
    """One Jacobi rotation that makes `work[p, q]` zero in every patient. Only the upper triangle is kept."""
    off = work[p, q]
    half = 0.5 * (work[q, q] - work[p, p])
    # The least normal number keeps 0 / 0 out where the matrix is already diagonal.
    tangent = off / (half + np.copysign(np.sqrt(half * half + off * off) + _LEAST, half))
    cosine = 1.0 / np.sqrt(1.0 + tangent * tangent)
    sine = cosine * tangent
    moved = tangent * off
    work[p, p] -= moved
    work[q, q] += moved
    work[p, q] = np.zeros_like(off)
    for other in range(len(vectors)):
        if other not in (p, q):
            to_p, to_q = (min(other, p), max(other, p)), (min(other, q), max(other, q))
            left, right = work[to_p], work[to_q]
            work[to_p], work[to_q] = cosine * left - sine * right, sine * left + cosine * right
    left, right = vectors[:, p], vectors[:, q]
    vectors[:, p], vectors[:, q] = cosine * left - sine * right, sine * left + cosine * right
