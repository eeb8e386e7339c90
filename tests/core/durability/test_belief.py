"""A belief kept up with a course says what a posterior from the start says."""

from dataclasses import replace

import numpy as np
import pytest

from tenuto.core.durability.belief import Believer
from tenuto.core.durability.decide import ROUGH
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.outlook import circumstances
from tenuto.core.durability.population import fitted
from tenuto.core.durability.posterior import Effort, evidence_of, posterior
from tests.core.durability.courses import SERIES, course, on

WEEKLY = [9, 7, 6, 6, 5, 7, 9, 10, 6, 4, 5, 6, 8, 9, 5, 4]
COURSE = course(20, WEEKLY, infusions=(*SERIES, 58, 90))


def until(day):
    """The course as it was known on a day, before any infusion of that day."""
    scores = tuple(s for s in COURSE.scores if s.on <= on(day))
    return replace(COURSE, scores=scores, infusions=tuple(i for i in COURSE.infusions if i.on < on(day)))


def afresh(history):
    at, measure = circumstances(history), history.measure
    model, law = fitted().population.model(at), fitted().law(at, measure)
    effort = Effort(explore=2048, refine=4096, final=16384)
    return posterior(model, law, ErrorOfScale.of(measure), evidence_of(history), effort)


def followed(days):
    belief = Believer(fitted(), ROUGH).of(until(days[0]))
    for day in days[1:]:
        belief.follow(until(day))
    return belief


def spread(one, day):
    """Mean and SD of the level two weeks on."""
    level = one.walked(day + 14).score()
    mean = float(one.weights @ level)
    return mean, float(np.sqrt(one.weights @ (level - mean) ** 2))


@pytest.mark.parametrize("last", [49, 70, 112])
def test_a_belief_kept_up_agrees_with_a_posterior_from_the_start(last):
    belief, found = followed(range(21, last + 1, 7)), afresh(until(last))
    assert belief.fresh < (last - 14) / 7
    mean, sd = spread(belief, last)
    wanted, wide = spread(found, last)
    assert mean == pytest.approx(wanted, abs=0.15 * wide)
    assert sd == pytest.approx(wide, rel=0.15)


def test_draws_are_made_anew_when_too_few_of_them_count():
    turned = replace(
        COURSE, scores=(*until(49).scores, *(replace(s, value=19.0) for s in until(77).scores[-4:]))
    )
    belief = followed(range(21, 50, 7))
    before = belief.fresh
    belief.follow(turned)
    assert belief.fresh == before + 1
    assert belief.effective == pytest.approx(len(belief.weights))


def test_policies_that_begin_with_the_same_course_begin_with_the_same_draws_and_part():
    believer = Believer(fitted(), ROUGH)
    one, other = believer.of(until(28)), believer.of(until(28))
    start = spread(one, 28)
    for day in range(35, 71, 7):
        one.follow(until(day))
    assert spread(other, 28) == start


def test_the_errors_of_scores_that_come_one_by_one_add_up_to_those_of_all():
    error, rng = ErrorOfScale.of(COURSE.measure), np.random.default_rng(3)
    observed, days = np.array([12.0, 0.0, 5.0, 9.0, 27.0]), np.array([0.0, 7.0, 9.0, 20.0, 27.0])
    expected = rng.uniform(0, 27, (5, 40))
    each = error.log_likelihood(expected, observed, days)
    for k in range(1, 5):
        last = observed[k - 1] - expected[k - 1]
        alone = error.next_log_likelihood(expected[k], observed[k], days[k] - days[k - 1], last)
        assert alone == pytest.approx(each[k], rel=1e-9)
