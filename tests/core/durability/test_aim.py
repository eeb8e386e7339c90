"""What an infusion brings for an aim."""

import numpy as np
import pytest

from tenuto.core.durability.aim import AIM_DAYS, aim_line, days_gained
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.outlook import circumstances
from tenuto.core.durability.population import fitted
from tenuto.core.durability.posterior import evidence_of, posterior
from tests.core.durability.courses import course

FADING = course(20, [5, 7, 8, 10])


@pytest.fixture(scope="module")
def found():
    at, error = circumstances(FADING), ErrorOfScale.of(FADING.measure)
    law = fitted().law(at, FADING.measure)
    return posterior(fitted().population.model(at), law, error, evidence_of(FADING))


def gained(found, points, dose=0.5):
    walk = found.walked((FADING.last - FADING.start).days)
    return days_gained(walk, found.weights, np.full(len(found.weights), points), dose, 7)


def test_days_gained_are_those_that_only_the_infusion_brings(found):
    # Everybody is below the top of the scale with and without it; nobody is below its foot.
    assert gained(found, FADING.measure.highest) == pytest.approx(0, abs=1e-6)
    assert gained(found, -1.0) == pytest.approx(0, abs=1e-6)
    assert 0 < gained(found, 8.0) <= AIM_DAYS


def test_a_visit_without_the_drug_brings_less_than_an_infusion(found):
    assert 0 < gained(found, 8.0, dose=0.0) < gained(found, 8.0)


def test_a_line_is_that_of_the_aim(found):
    patients, measure = found.walk.patients, FADING.measure
    assert set(aim_line("keep_gain", measure, 12.5, patients)) == {12.5}
    assert set(aim_line("keep_remission", measure, 12.5, patients)) == {measure.remission_at_most}
    response = aim_line("keep_response", measure, 12.5, patients)
    assert response == pytest.approx((1 - measure.response_fall) * patients.baseline)
