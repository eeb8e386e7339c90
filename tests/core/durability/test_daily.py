import numpy as np
import pytest

from tenuto.core.durability.daily import daily_scores, population_by_day
from tenuto.core.durability.model import CourseInfusion
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import Circumstances, fitted
from tenuto.core.durability.quasi import standard_normal
from tenuto.core.scales.measurement import measure

MODEL = fitted().population.model()
LAW = fitted().law(Circumstances(), measure("PHQ-9"))
INFUSIONS = [CourseInfusion(float(d), 0.5) for d in (2, 4, 6, 9, 11, 13, 40, 75)]


def test_daily_scores_agree_with_the_walk():
    latent = LAW.mean + standard_normal(256, 9) @ np.linalg.cholesky(LAW.covariance + 1e-9 * np.eye(9)).T
    patients = PatientParameters.from_latent(latent)
    slowly = MODEL.expected(patients, INFUSIONS, [float(d) for d in range(121)])
    fast = np.stack([row.copy() for row in daily_scores(MODEL, patients, INFUSIONS, 120)])
    np.testing.assert_allclose(fast, slowly, rtol=2e-5)


def test_chunks_and_threads_do_not_change_the_result():
    one = population_by_day(MODEL, LAW, 9000, INFUSIONS, 60, seed=3)
    two = population_by_day(MODEL, LAW, 9000, INFUSIONS, 60, seed=3, threads=2)
    np.testing.assert_array_equal(one.mean, two.mean)
    np.testing.assert_array_equal(one.responding, two.responding)


def test_a_population_responds_and_then_loses_it():
    found = population_by_day(MODEL, LAW, 8000, INFUSIONS[:6], 300, seed=1)
    assert found.responding[0] == 0
    assert found.responding[14] > 0.25
    assert found.responding[300] < found.responding[14] / 2
    assert found.mean[14] < found.mean[300] < found.mean[0] + 0.5


def test_infusions_within_a_day_are_refused():
    with pytest.raises(ValueError, match="whole days"):
        population_by_day(MODEL, LAW, 10, [CourseInfusion(0.5, 0.5)], 10, seed=1)
