import numpy as np
import pytest
from scipy.stats import qmc

from tenuto.core.durability.quasi import MOST_DIMENSIONS, sobol, standard_normal


@pytest.mark.parametrize("count", [1, 2, 256, 4096])
def test_the_points_are_the_sobol_sequence_moved_half_a_cell(count):
    reference = qmc.Sobol(MOST_DIMENSIONS, scramble=False).random(count)
    np.testing.assert_allclose(sobol(count, MOST_DIMENSIONS), reference + 0.5 / count, atol=1e-15)


@pytest.mark.parametrize("turn", [0, 1, 2, 7, 13])
def test_normal_points_have_mean_zero_variance_one_and_no_correlation(turn):
    points = standard_normal(4096, 7, turn)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=3e-3)
    # Pseudo-random points would be off by 0.02 to 0.05.
    np.testing.assert_allclose(np.cov(points.T), np.eye(7), atol=5e-3)


def test_more_dimensions_than_there_are_directions_are_refused():
    with pytest.raises(ValueError, match="1 to 10 dimensions"):
        sobol(8, 11)


def test_shared_points_cannot_be_changed_by_a_caller():
    with pytest.raises(ValueError, match="read-only"):
        standard_normal(16, 2)[0, 0] = 5.0


def test_each_turn_gives_other_points():
    turns = [standard_normal(1024, 7, turn) for turn in range(8)]
    nearest = [np.abs(one - other).min() for k, one in enumerate(turns) for other in turns[:k]]
    assert min(nearest) > 0


def test_no_point_is_infinite():
    assert all(np.isfinite(standard_normal(8192, 8, turn)).all() for turn in range(4))
