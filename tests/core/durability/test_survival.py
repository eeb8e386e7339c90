import numpy as np
import pytest

from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.survival import ResponseCurve, survival
from tenuto.core.scales.measurement import measure

LAST_ERROR = 2.0
"""Of the last score, points."""


def simulated(levels, days, line, error, in_row, run, count=200_000):
    """Scores written down one after the other, as many times as chance needs."""
    rng = np.random.default_rng(3)
    length, lost, last = np.full(count, run), np.zeros(count, dtype=bool), np.full(count, LAST_ERROR)
    left = []
    for gap, level in zip(days, levels, strict=True):
        kept = float(error.correlation(gap))
        score = error.observe(np.full(count, level), rng.standard_normal(count), last=last, kept=kept)
        last = score - level
        length = np.where(score > line, length + 1, 0)
        lost |= length >= in_row
        left.append(1 - lost.mean())
    return left


@pytest.mark.parametrize(("in_row", "run"), [(1, 0), (2, 0), (2, 1), (3, 0), (3, 2)])
@pytest.mark.parametrize(("days", "closely"), [((9, 7, 7, 7, 7), 0.006), ((1, 2, 2, 3, 2), 0.04)])
def test_the_chain_agrees_with_a_simulation(in_row, run, days, closely):
    """Scores of a week apart; and of days, where the memory of more than one score counts for a little."""
    error, levels = ErrorOfScale.of(measure("PHQ-9")), (7.0, 9.5, 11.0, 14.0, 9.0)
    steps = [(float(gap), np.array([level])) for gap, level in zip(days, levels, strict=True)]
    above = error.above_in_turn(steps, 10.0, LAST_ERROR)
    found = np.ravel(list(survival(above, in_row, run)))
    np.testing.assert_allclose(found, simulated(levels, days, 10.0, error, in_row, run), atol=closely)


def test_independent_scores_take_no_notice_of_the_one_before():
    error = ErrorOfScale.of(measure("PHQ-9"), 0.0)
    for low, high in error.above_in_turn([(7.0, np.array([9.0])), (7.0, np.array([12.0]))], 10.0, 4.0):
        assert low == high
    assert error.above(np.array([12.0]), 10.0) == pytest.approx(high)


@pytest.mark.parametrize(("line", "left"), [(27.0, 1.0), (-1.0, 0.0)])
def test_a_line_outside_the_scale_is_passed_by_none_or_all(line, left):
    error = ErrorOfScale.of(measure("PHQ-9"))
    above = error.above_in_turn([(7.0, np.array([20.0])), (7.0, np.array([20.0]))], line, 0.0)
    assert list(survival(above, 2, 0))[-1] == left


def test_loss_is_never_undone():
    found = np.ravel(
        list(survival([(np.array([a]), np.array([a])) for a in (0.3, 0.1, 0.8, 0.0, 0.5)], 2, 0))
    )
    assert (np.diff(found) <= 0).all()


def test_the_day_of_a_risk_lies_on_the_straight_line_between_scores():
    curve = ResponseCurve(np.array([0.0, 7.0, 14.0]), np.array([1.0, 0.9, 0.5]))
    assert curve.day_of_risk(0.3) == pytest.approx(10.5)
    assert curve.at(10.5) == pytest.approx(0.7)


def test_a_risk_that_is_not_reached_has_no_day():
    assert ResponseCurve(np.array([0.0, 7.0]), np.array([1.0, 0.9])).day_of_risk(0.2) is None
