"""Fitting one person's levels: recovers what made them, shrinks to the population without data, is calibrated."""

from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.pk import Regimen, Subjects, default, draw_effects, load, measured, simulate
from tenuto.core.pk.individual import MeasuredLevel, fit
from tenuto.core.pk.population import covariance
from tenuto.core.units import Mg, Minutes

USUAL = Regimen.single(Mg(35), Minutes(40))
BODY = Subjects(70.0)
TIMES = np.array([20.0, 40, 60, 90, 120, 180, 240, 360, 480])


def levels_of(
    effects: np.ndarray, times: np.ndarray, random: np.random.Generator | None
) -> list[MeasuredLevel]:
    levels = simulate(default(), USUAL, BODY, times, effects=effects)
    values = levels.ng_per_ml if random is None else measured(levels, random)
    return [
        MeasuredLevel(float(t), name, float(values[i, 0, j]))
        for i, name in enumerate(levels.analytes)
        for j, t in enumerate(times)
        if values[i, 0, j] > 0
    ]


def test_many_levels_recover_the_person() -> None:
    truth = np.array([0.3, -0.25, 0.2, 0.4])
    times = np.linspace(5, 600, 120)
    random = np.random.default_rng(1)
    found = fit(default(), USUAL, BODY, levels_of(truth, times, random), random=random)
    spread = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.effects - truth) < 2.5 * spread).all()
    assert (spread < 0.6 * np.sqrt(np.diag(covariance(default())))).all()


def test_one_uninformative_level_leaves_the_population() -> None:
    """A level at the typical value tells little: the estimate stays near zero and nearly as wide."""
    typical = float(simulate(default(), USUAL, BODY, [60.0]).of("ketamine")[0, 0])
    found = fit(
        default(), USUAL, BODY, [MeasuredLevel(60.0, "ketamine", typical)], random=np.random.default_rng(1)
    )
    prior = np.sqrt(np.diag(covariance(default())))
    assert (np.abs(found.effects) < 0.25 * prior).all()
    assert (np.sqrt(np.diag(found.covariance)) > 0.8 * prior).all()


def test_posterior_intervals_are_calibrated() -> None:
    """Simulated people: their own effects fall evenly over the posterior ranks."""
    random = np.random.default_rng(11)
    ranks = []
    for truth in draw_effects(default(), 60, random):
        seen = levels_of(truth, TIMES[::3], random)
        found = fit(default(), USUAL, BODY, seen, random=random, draws=200)
        ranks.append((found.draws < truth).mean(axis=0))
    inside = (np.abs(np.array(ranks) - 0.5) < 0.4).mean()
    assert 0.72 < inside < 0.88  # 80 % expected of 240 ranks, four to a person


def test_prediction_has_one_curve_for_each_draw() -> None:
    found = fit(
        default(),
        USUAL,
        BODY,
        [MeasuredLevel(40.0, "ketamine", 220.0)],
        random=np.random.default_rng(1),
        draws=64,
    )
    curves = found.predict(USUAL, BODY, [40.0, 80.0]).of("ketamine")
    assert curves.shape == (64, 2)
    typical = float(simulate(default(), USUAL, BODY, [40.0]).of("ketamine")[0, 0])
    assert typical < np.median(curves[:, 0]) < 220.0
    assert found.worth > 40


@pytest.mark.parametrize(
    ("model", "seen", "says"),
    [
        ("otto-2021", [], "no measured level"),
        ("otto-2021", [MeasuredLevel(10.0, "ketamine", 0.0)], "can't be fitted"),
        ("otto-2021", [MeasuredLevel(10.0, "ketamine", float("nan"))], "can't be fitted"),
        ("otto-2021", [MeasuredLevel(0.0, "ketamine", 5.0)], "before any drug was given"),
        ("otto-2021", [MeasuredLevel(40.0, "hydroxynorketamine", 5.0)], "it has ketamine, norketamine"),
        ("domino", [MeasuredLevel(10.0, "ketamine", 50.0)], "no variability between people"),
        ("kamp-2020", [MeasuredLevel(10.0, "ketamine", 50.0)], "no published residual error"),
    ],
)
def test_what_can_not_be_fitted_is_refused(model: str, seen: list[MeasuredLevel], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fit(load(model), USUAL, BODY, seen, random=np.random.default_rng(0))


def test_a_posterior_without_draws_is_refused() -> None:
    with pytest.raises(ValueError, match="0 draws says nothing"):
        fit(
            default(),
            USUAL,
            BODY,
            [MeasuredLevel(40.0, "ketamine", 160.0)],
            random=np.random.default_rng(0),
            draws=0,
        )
