from __future__ import annotations

import numpy as np
from numba import njit

from tenuto.core.compartments.compiled_exp import HALVINGS, OPTIONS, filled_part, two_to_the


@njit(**{**OPTIONS, "cache": False})
def _powers(y: np.ndarray) -> np.ndarray:
    found = np.empty_like(y)
    for i in range(len(y)):
        found[i] = two_to_the(y[i])
    return found


@njit(**{**OPTIONS, "cache": False})
def _filled(x: np.ndarray) -> np.ndarray:
    found = np.empty_like(x)
    for i in range(len(x)):
        found[i] = filled_part(x[i], two_to_the(-x[i] * HALVINGS))
    return found


def test_the_exponential_is_right_to_the_last_digits() -> None:
    y = -np.concatenate([[0.0], np.geomspace(1e-15, 1020, 200_001), np.linspace(0, 40, 100_001)])
    np.testing.assert_allclose(_powers(y), np.exp2(y), rtol=1e-14, atol=0)


def test_what_is_too_small_to_hold_counts_as_next_to_nothing() -> None:
    assert (_powers(np.array([-1021.0, -5000.0, -1e300])) <= 2.0**-1020).all()
    assert _powers(np.array([-1e300]))[0] >= 0


def test_a_mode_that_an_infusion_hardly_fills_keeps_its_digits() -> None:
    x = np.concatenate([[0.0], np.geomspace(1e-15, 700, 100_001), [0.01]])
    np.testing.assert_allclose(_filled(x), -np.expm1(-x), rtol=3e-14, atol=0)
