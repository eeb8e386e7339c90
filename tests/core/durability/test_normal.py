import numpy as np
from scipy import stats

from tenuto.core.durability import normal


def test_the_distribution_function_agrees_with_scipy_far_into_the_tails():
    z = np.linspace(-30, 8, 2001)
    np.testing.assert_allclose(normal.log_cdf(z), stats.norm.logcdf(z), rtol=2e-7, atol=2e-7)
    np.testing.assert_allclose(normal.cdf(z), stats.norm.cdf(z), rtol=0, atol=7.5e-8)


def test_the_quantile_agrees_with_scipy_and_undoes_the_distribution_function():
    p = np.concatenate([np.geomspace(1e-12, 0.5, 500), 1 - np.geomspace(1e-12, 0.5, 500)])
    np.testing.assert_allclose(normal.quantile(p), stats.norm.ppf(p), rtol=2e-8, atol=2e-8)


def test_two_correlated_variables_agree_with_scipy():
    h, k = (grid.ravel() for grid in np.meshgrid(np.linspace(-3, 3, 13), np.linspace(-3, 3, 13)))
    for correlation in (-0.25, 0.05, 0.21, 0.3, 0.5, 0.8):
        law = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
        expected = law.cdf(np.stack([h, k], axis=1))
        found = normal.both_above(h, k, stats.norm.cdf(h), stats.norm.cdf(k), correlation)
        np.testing.assert_allclose(found, expected, rtol=0, atol=3e-4)
