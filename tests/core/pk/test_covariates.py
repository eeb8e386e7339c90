from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.pk import GivenDose, Options, Regimen, Subjects, default, load, simulate
from tenuto.core.pk.covariates import UnknownCovariate, covariate, covariate_names, multipliers
from tenuto.core.pk.summary import area_to_infinity
from tenuto.core.units import Mg, MgPerHour, Minutes

USUAL = Regimen.single(Mg(35), Minutes(40))
LONG = Regimen((GivenDose.at_rate(Minutes(0), MgPerHour(20), Minutes(14_400)),))


def factors(
    name: str, age: float | None = None, hours: float = 1.0, model: str = "otto-2021"
) -> dict[str, float]:
    ages = None if age is None else np.array([age])
    found = multipliers(load(model), (name,), age_years=ages, infusion_hours=hours)
    return {key.split()[-1]: float(value[0]) for key, value in found.items()}


@pytest.mark.parametrize(
    ("name", "ketamine", "norketamine"),
    [
        ("rifampicin", 1.13, 3.0),
        ("ticlopidine", 0.8, 1.0),
        ("itraconazole", 1.0, 1.0),
        ("child-pugh-b", 0.5, 1.0),
        ("renal", 0.825, 0.675),
        ("female", 1.1, 1.0),
    ],
)
def test_the_published_multipliers(name: str, ketamine: float, norketamine: float) -> None:
    found = factors(name)
    assert (found["ketamine"], found["norketamine"]) == (ketamine, norketamine)


def test_age_lowers_clearance_above_sixty_by_liver_flow() -> None:
    assert factors("age", 50)["ketamine"] == 1.0
    assert factors("age", 80)["ketamine"] == pytest.approx(84 / 109, abs=0.005)


def test_a_model_with_its_own_age_effect_uses_that_once() -> None:
    assert factors("age", 80, model="perez-ruixo-2021")["ketamine"] == 1.0
    model = load("perez-ruixo-2021")
    old = simulate(model, USUAL, Subjects(70.0, age_years=80.0), [240.0]).of("ketamine")[0, 0]
    young = simulate(model, USUAL, Subjects(70.0, age_years=40.0), [240.0]).of("ketamine")[0, 0]
    assert old > 1.1 * young


def test_half_the_clearance_is_twice_the_area() -> None:
    levels = [
        simulate(default(), LONG, Subjects(70.0), [14_400.0], Options(covariates=c)).of("ketamine")[0, 0]
        for c in ((), ("child-pugh-b",))
    ]
    assert levels[1] / levels[0] == pytest.approx(2.0, rel=0.02)


def test_steady_ratio_of_norketamine_as_published_and_with_the_options() -> None:
    def ratio(*chosen: str) -> float:
        end = simulate(default(), LONG, Subjects(70.0), [14_400.0], Options(covariates=chosen)).ng_per_ml[
            :, 0, 0
        ]
        return float(end[1] / end[0])

    assert ratio() == pytest.approx(1.52, abs=0.01)
    assert ratio("norketamine-molar") == pytest.approx(1.15, abs=0.01)
    assert ratio("long-infusion") < 0.6 * ratio()


def test_every_covariate_is_labelled_and_shown_with_the_answer() -> None:
    for name in covariate_names():
        assert covariate(name).label
        assert covariate(name).basis.tags
    levels = simulate(default(), USUAL, Subjects(70.0), [40.0], Options(covariates=("rifampicin",)))
    assert "With rifampicin for five days or more (V)" in levels.cautions[0].message


def test_a_covariate_named_twice_counts_once() -> None:
    once, twice = (
        simulate(default(), USUAL, Subjects(70.0), [240.0], Options(covariates=("female",) * n))
        for n in (1, 2)
    )
    np.testing.assert_array_equal(once.ng_per_ml, twice.ng_per_ml)
    assert len(twice.cautions) == 1


def test_none_is_applied_unless_asked_for() -> None:
    plain = area_to_infinity(default(), USUAL, Subjects(70.0, age_years=80.0))
    np.testing.assert_array_equal(plain, area_to_infinity(default(), USUAL, Subjects(70.0)))


@pytest.mark.parametrize(
    ("name", "age", "model", "says"),
    [
        ("grapefruit", None, "otto-2021", "no covariate 'grapefruit'"),
        ("age", None, "otto-2021", "needs an age"),
        ("asian", None, "otto-2021", "can't be moved to otto-2021"),
        ("norketamine-molar", None, "simons-2022", "simons-2022 does not"),
    ],
)
def test_a_covariate_that_does_not_fit_is_refused(
    name: str, age: float | None, model: str, says: str
) -> None:
    with pytest.raises(UnknownCovariate, match=says):
        factors(name, age, model=model)
