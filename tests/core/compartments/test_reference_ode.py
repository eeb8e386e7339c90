from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

from tenuto.core.compartments import Bolus, ConstantInput, rate_matrix
from tenuto.core.compartments.reference_ode import simulate_slowly


def test_agrees_with_a_general_ode_solver() -> None:
    matrix = rate_matrix(3, flows={(0, 1): 0.8, (1, 0): 0.2, (0, 2): 0.4}, losses={0: 0.3, 2: 0.5})[0]
    times = np.linspace(0, 12, 25)
    found = simulate_slowly(matrix, [ConstantInput(0.0, 3.0, 7.0, 1), Bolus(3.0, 2.0)], times)

    def run(x0: np.ndarray, rate: float, until: float, at: np.ndarray) -> np.ndarray:
        inflow = np.array([0.0, rate, 0.0])
        return solve_ivp(
            lambda _, x: matrix @ x + inflow, (0, until), x0, "DOP853", t_eval=at, rtol=1e-12, atol=1e-14
        ).y

    early = run(np.zeros(3), 7.0, 3.0, times[times <= 3])
    after = run(early[:, -1] + [2.0, 0, 0], 0.0, 9.0, times[times >= 3] - 3)
    np.testing.assert_allclose(found, np.concatenate([early[:, :-1], after], axis=1), atol=1e-10)
