"""The chain in closed form against the general engine and against plain sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.compartments import Bolus, UnsolvableSystem, rate_matrix, simulate
from tenuto.core.compartments.chain import chain

TIMES = np.array([0.0, 0.01, 0.3, 1.0, 4.0, 20.0])


def run(rates, passed):
    out = chain(rates, passed)
    decay = np.exp(-rates[:, :, None] * TIMES)
    return np.einsum("cip,ipt->cpt", out, decay)


def by_the_engine(rates, passed):
    size = len(rates)
    flows = {(c, c + 1): passed[c] for c in range(size - 1)}
    losses = {c: rates[c] - passed[c] for c in range(size - 1)} | {size - 1: rates[-1]}
    return simulate(rate_matrix(size, flows=flows, losses=losses), [Bolus(0.0, 1.0, 0)], TIMES)


@given(
    st.lists(st.floats(1.02, 5.0), min_size=1, max_size=3),
    st.floats(0.001, 1.0),
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
    st.randoms(),
)
def test_it_agrees_with_the_general_engine(ratios, first, shares, random):
    rates = list(first * np.cumprod([1.0, *ratios]))
    random.shuffle(rates)
    rates = np.array(rates)[:, None]
    passed = rates[:-1] * np.array(shares[: len(rates) - 1])[:, None]
    np.testing.assert_allclose(run(rates, passed), by_the_engine(rates, passed), atol=1e-9)


def test_what_is_put_in_is_in_the_first_compartment_at_once_and_nowhere_else():
    amounts = run(np.array([[4.0], [0.07], [0.01]]), np.array([[4.0], [0.03]]))
    np.testing.assert_allclose(amounts[:, 0, 0], [1, 0, 0], atol=1e-14)


def test_many_patients_at_once_are_each_as_if_alone():
    rng = np.random.default_rng(3)
    rates = np.stack([np.full(50, 4.0), rng.uniform(0.05, 0.2, 50), rng.uniform(0.002, 0.03, 50)])
    passed = np.stack([rates[0], rates[1] * rng.random(50)])
    together = chain(rates, passed)
    alone = np.concatenate([chain(rates[:, [k]], passed[:, [k]]) for k in range(50)], axis=2)
    np.testing.assert_array_equal(together, alone)


def test_nothing_is_passed_where_the_share_is_zero():
    amounts = run(np.array([[4.0], [0.07], [0.01]]), np.array([[4.0], [0.0]]))
    assert (amounts[2] == 0).all()


@pytest.mark.parametrize("last", [0.07, 0.07 * (1 + 1e-9)])
def test_equal_rates_are_refused_with_a_sentence(last):
    with pytest.raises(UnsolvableSystem, match="too close"):
        chain(np.array([[4.0], [0.07], [last]]), np.array([[4.0], [0.03]]))
