from dataclasses import replace

import numpy as np
import pytest

from tenuto.core.durability.error import ScaleError
from tenuto.core.durability.learned import learned_from
from tenuto.core.durability.model import Infusion
from tenuto.core.durability.outlook import circumstances
from tenuto.core.durability.patients import Patients
from tenuto.core.durability.population import fitted
from tenuto.core.durability.posterior import Effort, Evidence, durability, evidence_of, posterior
from tests.core.durability.courses import course

MODEL = fitted().population.model()


def learn(history, effort=None):
    law = fitted().law(circumstances(history), history.measure)
    return posterior(MODEL, law, ScaleError.of(history.measure), evidence_of(history), effort)


def expectation(found, values):
    return float(found.weights @ values)


def test_it_agrees_with_plain_importance_sampling_where_that_still_works():
    history = course(19, [9, 7])
    law = fitted().law(circumstances(history), history.measure)
    root = np.linalg.cholesky(law.covariance + 1e-9 * np.eye(7))
    latent = law.mean + np.random.default_rng(0).standard_normal((200_000, 7)) @ root.T
    seen = evidence_of(history)
    error = ScaleError.of(history.measure)
    expected = MODEL.expected(Patients.from_latent(latent), seen.infusions, seen.days)
    log = error.log_likelihood(expected, np.array(seen.scores)).sum(axis=0)
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    found = learn(history)
    for k in range(7):
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
    infusions = (Infusion(0.0, 0.5), Infusion(60.0, 0.5))
    level = MODEL.expected(Patients.from_latent(truth[None, :]), infusions, days)[:, 0]
    error = replace(ScaleError.of(history.measure), sd=0.3, step=0.01)
    found = posterior(MODEL, law, error, Evidence(infusions, days, tuple(np.round(level, 2))))
    assert expectation(found, durability(found.latent)) == pytest.approx(
        float(durability(truth[None, :])[0]), abs=0.25
    )
    assert expectation(found, found.latent[:, 0]) == pytest.approx(truth[0], abs=0.1)


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
    learned = learned_from(found, ScaleError.of(history.measure), history, evidence_of(history))
    assert 0 < learned.effective_scores < 4
    assert learned.posterior_sd < learned.prior_sd
    assert len(learned.drivers) == 3
