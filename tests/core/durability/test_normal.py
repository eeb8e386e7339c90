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
