"""When a handful of patients is served at once, and when that is left to the general way."""

from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.compartments import Bolus, ConstantInput, Input, few, rate_matrix, simulate
from tenuto.core.compartments.inputs import stretches

BODY = rate_matrix(
    4,
    flows={(0, 1): 0.3, (1, 0): np.array([0.1, 0.2, 0.4]), (0, 2): 0.2},
    losses={0: 0.5, 2: 0.4, 3: 5.0},
    copies={(0, 3): 5.0},
)
RING = rate_matrix(
    3, flows={(a, b): 0.1 + 0.1 * a for a in range(3) for b in range(3) if a != b}, losses={0: 0.5}
)
TIMES = np.linspace(0, 12, 25)


def answer(matrix: np.ndarray, inputs: list[Input], times: np.ndarray = TIMES) -> np.ndarray | None:
    patients, size = matrix.shape[:2]
    cuts = list(stretches(inputs, patients=patients, size=size))
    return few.answer(matrix, cuts, times, range(size))


def test_it_agrees_with_the_general_way() -> None:
    course = [
        ConstantInput(0.5, 2.0, np.array([8.0, 4.0, 2.0])),
        Bolus(3.0, 1.0),
        ConstantInput(1.0, 1.5, 0.3, 2),
    ]
    found = answer(BODY, course)
    assert found is not None
    general = simulate(BODY, course, TIMES, out=np.empty_like(found).transpose(0, 2, 1))
    np.testing.assert_allclose(found.transpose(0, 2, 1), general, rtol=0, atol=1e-13 * general.max())


@pytest.mark.parametrize("kind", [np.float64, np.complex128], ids=["NumPy to 2.4", "NumPy from 2.5"])
def test_real_rates_are_answered_however_numpy_writes_them(kind, monkeypatch) -> None:
    eigenvalues = np.linalg.eig

    def as_that_version(matrix: np.ndarray):
        return tuple(np.real_if_close(part).astype(kind) for part in eigenvalues(matrix))

    monkeypatch.setattr(few.np.linalg, "eig", as_that_version)
    found = answer(BODY, [Bolus(3.0, 1.0)])
    assert found is not None
    assert found.dtype == np.float64


@pytest.mark.parametrize(
    ("matrix", "into"),
    [
        pytest.param(np.repeat(BODY, 10, axis=0), 0, id="a crowd"),
        pytest.param(rate_matrix(3, flows={(0, 1): 0.7, (1, 2): 0.7}, losses={2: 0.7}), 0, id="equal rates"),
        pytest.param(rate_matrix(2, flows={(0, 1): 0.7}, losses={1: 0.7000001}), 0, id="nearly equal rates"),
        pytest.param(rate_matrix(2, flows={(0, 1): 50.0}, losses={1: 1e-4}), 0, id="rates far apart"),
        pytest.param(rate_matrix(1, losses={0: 1e-5}), 0, id="a plateau far above what is reached"),
        pytest.param(rate_matrix(2, flows={(0, 1): 0.7}), 0, id="content that never leaves"),
        pytest.param(RING, 0, id="exchange in a ring"),
        pytest.param(rate_matrix(2, flows={(0, 1): 0.7}, losses={1: 0.1}), 1, id="nothing reaches the first"),
    ],
)
def test_where_digits_or_time_would_be_lost_it_declines(matrix: np.ndarray, into: int) -> None:
    assert answer(matrix, [ConstantInput(0.0, 1.0, 1.0, into)]) is None


def test_two_modes_that_are_one_direction_are_left_to_the_general_way() -> None:
    """Rate 1 twice, once in a pair that exchanges: the shares of this state in the two modes cancel."""
    body = rate_matrix(4, flows={(0, 1): 1.0, (1, 0): 1.0, (0, 2): 1.0, (2, 3): 1.0}, losses={0: 1.0, 3: 1.0})
    amounts = simulate(body, [ConstantInput(0.0, 2.0, 3.0)], [3.0, 8.0])
    resumed = simulate(body, [], [5.0], initial=amounts[:, :, 0].T)
    np.testing.assert_allclose(resumed[:, :, 0], amounts[:, :, 1], atol=1e-11)


def test_it_declines_more_times_than_it_should_hold_at_once() -> None:
    assert answer(BODY, [Bolus(0.0, 1.0)], np.linspace(0, 12, 10_000)) is None


def test_before_the_first_input_all_is_zero() -> None:
    found = answer(BODY, [Bolus(6.0, 1.0)])
    assert found is not None
    assert (found[:, TIMES < 6] == 0).all()
    assert (found[0, TIMES >= 6] > 0).all()
