import numpy as np
import pytest

from tenuto.core.durability.survival import ResponseCurve, survival


def simulated(above, in_row, run, count=200_000):
    rng = np.random.default_rng(3)
    length, lost = np.full(count, run), np.zeros(count, dtype=bool)
    left = []
    for high in above:
        length = np.where(rng.random(count) < high, length + 1, 0)
        lost |= length >= in_row
        left.append(1 - lost.mean())
    return left


@pytest.mark.parametrize(("in_row", "run"), [(1, 0), (2, 0), (2, 1), (3, 0), (3, 2)])
def test_the_chain_agrees_with_a_simulation(in_row, run):
    above = [0.1, 0.4, 0.5, 0.9, 0.2, 0.6]
    exact = np.ravel(list(survival([np.array([a]) for a in above], in_row, run)))
    np.testing.assert_allclose(exact, simulated(above, in_row, run), atol=0.005)


def test_loss_is_never_undone():
    exact = np.ravel(list(survival([np.array([a]) for a in (0.3, 0.1, 0.8, 0.0, 0.5)], 2, 0)))
    assert (np.diff(exact) <= 0).all()


def test_the_day_of_a_risk_lies_on_the_straight_line_between_scores():
    curve = ResponseCurve(np.array([0.0, 7.0, 14.0]), np.array([1.0, 0.9, 0.5]))
    assert curve.day_of_risk(0.3) == pytest.approx(10.5)
    assert curve.at(10.5) == pytest.approx(0.7)


def test_a_risk_that_is_not_reached_has_no_day():
    assert ResponseCurve(np.array([0.0, 7.0]), np.array([1.0, 0.9])).day_of_risk(0.2) is None
