from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.pk import (
    Options,
    Regimen,
    Subjects,
    default,
    draw_effects,
    load,
    measured,
    population,
    simulate,
)
from tenuto.core.pk.population import covariance
from tenuto.core.units import Mg, Minutes

USUAL = Regimen.single(Mg(35), Minutes(40))


def test_effects_are_correlated_as_published() -> None:
    drawn = draw_effects(default(), 200_000, np.random.default_rng(3))
    np.testing.assert_allclose(np.cov(drawn.T), covariance(default()), atol=0.002)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.48, abs=0.01)
    assert np.corrcoef(drawn.T)[2, 3] == pytest.approx(0.69, abs=0.01)


def test_the_same_seed_gives_the_same_people() -> None:
    one, two = (
        population(
            default(), USUAL, Subjects(70.0), [40.0], people=50, random=np.random.default_rng(7)
        ).ng_per_ml
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, two)


def test_bands_are_ordered_and_hold_the_typical_curve() -> None:
    times = [20.0, 40.0, 120.0]
    bands = population(default(), USUAL, Subjects(70.0), times, people=500, random=np.random.default_rng(7))
    low, middle, high = bands.ng_per_ml[0]
    typical = simulate(default(), USUAL, Subjects(70.0), times).of("ketamine")[0]
    assert (low < middle).all()
    assert (middle < high).all()
    assert ((low < typical) & (typical < high)).all()


def test_the_enantiomers_of_a_person_share_their_effects() -> None:
    """With independent effects the spread of the sum would shrink by about a third."""
    random = np.random.default_rng(5)
    rac = population(default(), USUAL, Subjects(70.0), [40.0], people=4000, random=random).levels.of(
        "ketamine"
    )
    pure = population(
        default(),
        USUAL,
        Subjects(70.0),
        [40.0],
        Options(form="esketamine"),
        people=4000,
        random=np.random.default_rng(5),
    ).levels.of("ketamine")
    assert rac.std() / rac.mean() == pytest.approx(pure.std() / pure.mean(), rel=0.02)


@pytest.mark.parametrize(("name", "sd"), [("otto-2021", 0.2361), ("perez-ruixo-2021", 0.276)])
def test_measurements_scatter_by_the_residual_error(name: str, sd: float) -> None:
    levels = simulate(load(name), USUAL, Subjects(np.full(20_000, 70.0)), [60.0])
    ratio = measured(levels, np.random.default_rng(2))[0] / levels.of("ketamine")
    assert np.std(ratio if name == "otto-2021" else np.log(ratio)) == pytest.approx(sd, rel=0.03)


def test_an_additive_error_is_in_ng_per_ml() -> None:
    """Simons: 0.058 nmol/mL of norketamine is 13 ng/mL."""
    assert load("simons-2022").residuals["norketamine"].additive == pytest.approx(0.058 * 223.70)


def test_a_model_without_variability_gives_no_bands() -> None:
    with pytest.raises(ValueError, match="Domino was published without variability"):
        population(load("domino"), USUAL, Subjects(70.0), [1.0], people=10, random=np.random.default_rng(0))


def test_one_person_has_no_spread() -> None:
    with pytest.raises(ValueError, match="population of 1 has no spread"):
        population(default(), USUAL, Subjects(70.0), [1.0], people=1, random=np.random.default_rng(0))


def test_borrowed_variability_says_so() -> None:
    assert "borrowed from Otto 2021" in load("kamp-2020").notes[0]
