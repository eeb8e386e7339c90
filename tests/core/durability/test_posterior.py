from dataclasses import replace

import numpy as np
import pytest

from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.learned import learned_from
from tenuto.core.durability.model import CourseInfusion, Walk
from tenuto.core.durability.outlook import circumstances
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import fitted
from tenuto.core.durability.posterior import Effort, Evidence, durability, evidence_of, posterior
from tests.core.durability.courses import course

MODEL = fitted().population.model()


def learn(history, effort=None):
    law = fitted().law(circumstances(history), history.measure)
    return posterior(MODEL, law, ErrorOfScale.of(history.measure), evidence_of(history), effort)


def expectation(found, values):
    return float(found.weights @ values)


def test_it_agrees_with_plain_importance_sampling_where_that_still_works():
    history = course(19, [9, 7])
    law = fitted().law(circumstances(history), history.measure)
    root = np.linalg.cholesky(law.covariance + 1e-9 * np.eye(9))
    latent = law.mean + np.random.default_rng(0).standard_normal((200_000, 9)) @ root.T
    seen = evidence_of(history)
    error = ErrorOfScale.of(history.measure)
    expected = MODEL.expected(PatientParameters.from_latent(latent), seen.infusions, seen.days)
    log = error.log_likelihood(expected, np.array(seen.scores)).sum(axis=0)
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    found = learn(history)
    for k in range(9):
        sd = float(np.sqrt(law.covariance[k, k]))
        assert expectation(found, found.latent[:, k]) == pytest.approx(
            float(weights @ latent[:, k]), abs=0.03 * sd
        )


def test_forty_scores_keep_enough_effective_draws():
    history = course(19, [9, 7, 6, 5, 6, 7, 5, 6, 8, 6] * 4)
    found = learn(history)
    assert found.effective > 200
    assert found.rounds <= 12


def test_the_same_scores_give_the_same_draws():
    history = course(19, [9, 7, 6])
    one, other = learn(history), learn(history)
    np.testing.assert_array_equal(one.latent, other.latent)
    np.testing.assert_array_equal(one.weights, other.weights)


def test_a_known_patient_is_found_from_many_precise_scores():
    history = course(19, [9, 7, 6])
    law = fitted().law(circumstances(history), history.measure)
    truth = law.mean + 0.7 * np.sqrt(np.diag(law.covariance))
    days = tuple(float(d) for d in range(0, 200, 5))
    infusions = (CourseInfusion(0.0, 0.5), CourseInfusion(60.0, 0.5))
    level = MODEL.expected(PatientParameters.from_latent(truth[None, :]), infusions, days)[:, 0]
    error = replace(ErrorOfScale.of(history.measure), sd=0.3, step=0.01)
    found = posterior(MODEL, law, error, Evidence(infusions, days, tuple(np.round(level, 2))))
    # Even precise scores leave open how much of what stays is slow benefit and how much has grown without drug.
    assert expectation(found, durability(found.latent)) == pytest.approx(
        float(durability(truth[None, :])[0]), abs=0.4
    )
    assert expectation(found, found.latent[:, 0]) == pytest.approx(truth[0], abs=0.15)


@pytest.mark.parametrize("explore", [512, 9000])
def test_the_draws_arrive_where_walking_them_once_more_takes_them(explore):
    """They are walked in parts, while the scores are weighed, and put together."""
    history = course(19, [9, 7, 6, 8], infusions=(0, 2, 4, 30))
    found = learn(history, Effort(explore=explore, final=1024))
    _, again = MODEL.through(PatientParameters.from_latent(found.latent), evidence_of(history).infusions, ())
    again.to(60.0)
    np.testing.assert_allclose(found.walked(60.0).score(), again.score(), rtol=1e-5, atol=1e-4)
    assert found.walk.day == 30.0
    assert found.prior_expected.shape == (len(history.scores), len(found.prior_latent))


def test_walks_on_different_days_are_not_put_together():
    patients = PatientParameters.from_latent(np.zeros((2, 9)))
    with pytest.raises(ValueError, match="the same day"):
        Walk.together([MODEL.start(patients, 0.0), MODEL.start(patients, 1.0)])


def test_even_draws_keep_the_weighted_distribution():
    found = learn(course(19, [9, 7, 6, 8]))
    even = found.latent[found.even(2048)]
    weighted = expectation(found, durability(found.latent))
    assert durability(even).mean() == pytest.approx(weighted, abs=0.01)


def test_more_draws_change_the_answer_little():
    history = course(19, [9, 7, 6, 8, 6, 7])
    few, many = learn(history), learn(history, Effort(explore=8192, final=65536))
    one, other = (expectation(f, durability(f.latent)) for f in (few, many))
    assert one == pytest.approx(other, abs=0.03)


def test_a_longer_response_means_a_more_durable_patient():
    short = learn(course(19, [7, 9, 13, 16]))
    lasting = learn(course(19, [7, 6, 7, 6, 7, 6, 6, 7]))
    assert (
        expectation(lasting, durability(lasting.latent)) > expectation(short, durability(short.latent)) + 0.3
    )


def test_what_was_learned_counts_scores_between_none_and_all():
    history = course(19, [7, 6, 7, 6])
    found = learn(history)
    learned = learned_from(found, ErrorOfScale.of(history.measure), history, evidence_of(history))
    assert 0 < learned.effective_scores < 4
    assert learned.posterior_sd < learned.prior_sd
    assert len(learned.drivers) == 3


def test_a_driver_is_what_leaving_its_score_out_changes():
    history = course(19, [9, 7, 6, 8, 6, 7, 9, 12, 7, 6, 8, 7])
    found = learn(history)
    learned = learned_from(found, ErrorOfScale.of(history.measure), history, evidence_of(history))
    evidence, error, mean = (
        evidence_of(history),
        ErrorOfScale.of(history.measure),
        found.mean(found.durability),
    )
    observed, days = np.array(evidence.scores), np.array(evidence.days)
    brought = [error.brought_by_each(block.expected, observed, days, block.each) for block in found.blocks]
    each = np.concatenate(brought, axis=1)
    factors = {}
    for score, likelihood in zip(history.scores, each, strict=True):
        weights = found.weights * np.exp(np.minimum(likelihood.max() - likelihood, 8.0))
        factors[score.on] = np.exp(mean - np.average(found.durability, weights=weights))
    assert all(driver.factor == pytest.approx(factors[driver.on], rel=1e-5) for driver in learned.drivers)
    strongest = sorted((abs(np.log(f)) for on, f in factors.items() if on > history.start), reverse=True)
    assert [abs(np.log(d.factor)) for d in learned.drivers] == pytest.approx(strongest[:3], rel=1e-4)


def test_the_draws_that_carry_the_weight_say_the_same_as_all():
    found = learn(course(20, [6, 7, 8, 8]))
    few = found.carrying()
    assert len(few.weights) < len(found.weights)
    assert few.weights.sum() == pytest.approx(1)
    for day in (30.0, 90.0):
        every, carrying = found.walked(day), few.walked(day)
        all_of, some = (
            float(one.weights @ (walk.score() > 12)) for one, walk in ((found, every), (few, carrying))
        )
        assert some == pytest.approx(all_of, abs=2e-4)
    every, carrying = found.walked(30.0), few.walked(30.0)
    every.infuse(0.5)
    carrying.infuse(0.5)
    assert float(few.weights @ carrying.score()) == pytest.approx(
        float(found.weights @ every.score()), abs=5e-3
    )
