from __future__ import annotations

import math

import numpy as np
import pytest

from tenuto.core.compartments.clustered import decay, propagate, rest


def test_the_rational_function_follows_the_exponential_everywhere() -> None:
    x = np.concatenate([[0.0], np.geomspace(1e-12, 1e6, 200_001)])
    assert np.abs(decay(x) - np.exp(-x)).max() < 3e-13


@pytest.mark.parametrize("stages", [2, 5, 14])
def test_equal_rates_give_the_polynomial_times_exponential(stages: int) -> None:
    k, t = 0.4, np.linspace(0, 100, 401)
    coupling = np.zeros((stages, stages, 1))
    coupling[np.arange(1, stages), np.arange(stages - 1)] = k
    x = propagate(np.full((stages, 1), k), coupling, np.eye(stages)[:, :1], t)[:, :, 0]
    for stage in range(stages):
        expected = (k * t) ** stage / math.factorial(stage) * np.exp(-k * t)
        assert np.abs(x[stage] - expected).max() < 1e-9 * expected.max()


def test_at_rest_inflow_equals_outflow_in_every_mode() -> None:
    rates = np.array([[0.5], [0.5], [2.0]])
    coupling = np.zeros((3, 3, 1))
    coupling[1, 0], coupling[2, 1] = 0.3, 0.7
    inflow = np.array([[1.0], [0.0], [0.2]])
    state = rest(rates, coupling, inflow)
    np.testing.assert_allclose(inflow + np.einsum("ijp,jp->ip", coupling, state), rates * state, rtol=1e-14)
