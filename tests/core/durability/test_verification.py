"""The machinery that checks the inference must itself be able to say no."""

import numpy as np
import pytest
from scipy import stats

from tenuto.core.durability.population import fitted
from tenuto.core.durability.verification.nuts import agree, cases, gap, quantiles_fast, r_hat
from tenuto.core.durability.verification.report import ranks, sbc_passes
from tenuto.core.durability.verification.sbc import QUANTITIES, _chi_squared_tail, places, verdicts
from tests.core.durability.courses import RULES


def section(found):
    return ranks(verdicts(found), found, 1)


def even(count=4000):
    return np.random.default_rng(1).random((count, len(QUANTITIES)))


def test_even_places_pass():
    assert sbc_passes(section(even()))


@pytest.mark.parametrize(
    "warp", [lambda u: u**1.3, lambda u: 0.5 + (u - 0.5) * 0.85, lambda u: np.clip(u * 1.1, 0, 1)]
)
def test_places_that_are_shifted_too_narrow_or_too_wide_fail(warp):
    found = even()
    found[:, 2] = warp(found[:, 2])
    assert not sbc_passes(section(found))


def test_the_tail_of_chi_squared_agrees_with_scipy():
    for x in (0.5, 10.0, 19.0, 40.0, 80.0):
        assert _chi_squared_tail(x, 19) == pytest.approx(stats.chi2.sf(x, 19), rel=1e-9)


def test_a_few_patients_fall_anywhere_in_their_posterior():
    found = np.stack(list(places(fitted(), RULES, 1, 0, 60)))
    assert ((found[~np.isnan(found)] >= 0) & (found[~np.isnan(found)] <= 1)).all()
    assert 0.35 < np.nanmean(found) < 0.65


def test_every_patient_has_a_seed_of_its_own():
    together = list(places(fitted(), RULES, 1, 0, 3))
    np.testing.assert_array_equal(together[2], next(iter(places(fitted(), RULES, 1, 2, 1))))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([10.0, 50.0], [10.9, 52.0], True),
        ([10.0, 50.0], [11.1, 50.0], False),
        ([10.0, 100.0], [10.0, 106.0], False),
        ([10.0, None], [10.0, None], True),
        ([10.0, None], [10.0, 360.0], True),
        ([10.0, None], [10.0, 300.0], False),
    ],
)
def test_agreement_is_five_percent_or_one_day_or_both_beyond_the_horizon(one, other, same):
    assert agree(one, other) is same
    assert agree(other, one) is same


def test_the_gap_is_a_share_of_what_is_allowed():
    assert gap([10.0, 100.0, None], [10.5, 98.0, None]) == pytest.approx(0.5)
    assert gap([10.0, 100.0, None], [10.0, 90.0, None]) == pytest.approx(2.0)
    assert gap([None], [None]) == 0


def test_chains_that_have_not_mixed_are_noticed():
    mixed = np.random.default_rng(2).standard_normal((4, 500, 3))
    stuck = mixed + np.arange(4)[:, None, None]
    assert r_hat(mixed) < 1.02 < r_hat(stuck)


def test_the_compared_patients_are_varied_and_the_same_each_time():
    some = cases(fitted(), RULES, 6)
    assert [c.evidence for c in some] == [c.evidence for c in cases(fitted(), RULES, 6)]
    assert len({len(c.evidence.scores) for c in some}) > 2
    quantiles = quantiles_fast(some[0], fitted(), RULES)
    known = [q for q in quantiles if q is not None]
    assert known == sorted(known)
