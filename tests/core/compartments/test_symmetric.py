from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.compartments.symmetric import eigen


@pytest.mark.parametrize("patients", [3, 400])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_vectors_and_values_rebuild_the_matrix(size: int, patients: int) -> None:
    random = np.random.default_rng(size)
    matrix = random.normal(size=(size, size, patients)) * 10.0 ** random.integers(-3, 3, size=patients)
    matrix = matrix + matrix.transpose(1, 0, 2)
    matrix[..., 0] = np.eye(size)  # already diagonal
    values, vectors = eigen(matrix)
    rebuilt = np.einsum("ikp,kp,jkp->ijp", vectors, values, vectors)
    scale = np.abs(matrix).max(axis=(0, 1))
    assert (np.abs(rebuilt - matrix) <= 1e-14 * size * scale).all()
    lengths = np.einsum("ikp,jkp->ijp", vectors, vectors)
    np.testing.assert_allclose(lengths, np.eye(size)[..., np.newaxis] * np.ones(patients), atol=1e-14)
