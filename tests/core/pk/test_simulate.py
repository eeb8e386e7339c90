from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.compartments import ConstantInput
from tenuto.core.compartments.reference_ode import simulate_slowly
from tenuto.core.pk import Options, Regimen, Scaling, Site, Subjects, default, load, names, simulate
from tenuto.core.pk.build import parameter_values, system
from tenuto.core.units import Mg, MgPerKg, Minutes

USUAL = Regimen.single(Mg(35), Minutes(40))
TIMES = np.array([0.0, 5, 10, 20, 40, 41, 60, 120, 480])


@pytest.mark.parametrize("name", names())
def test_every_model_agrees_with_the_slow_solution(name: str) -> None:
    model = load(name)
    values = parameter_values(model, weights_kg=np.array([70.0]))
    expected = np.zeros((len(model.analytes), len(TIMES)))
    for moiety, share in model.forms["racemic"].share.items():
        body = system(model, {k: v * model.moieties[moiety].get(k, 1.0) for k, v in values.items()})
        amounts = simulate_slowly(body.matrix[0], [ConstantInput(0.0, 40.0, 35.0 * share / 40)], TIMES)
        expected += amounts[list(body.observed)] / body.volumes * 1000
    found = simulate(model, USUAL, Subjects(70.0), TIMES).ng_per_ml[:, 0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * expected.max())


def test_shapes_are_analyte_patient_time() -> None:
    levels = simulate(default(), USUAL, Subjects([50.0, 70.0, 90.0]), [10.0, 20.0])
    assert levels.analytes == ("ketamine", "norketamine")
    assert levels.ng_per_ml.shape == (2, 3, 2)
    assert levels.of("norketamine").shape == (3, 2)
    with pytest.raises(KeyError, match="has no hydroxynorketamine"):
        levels.of("hydroxynorketamine")


def test_each_enantiomer_gets_half_of_the_racemate() -> None:
    """Giving each the whole dose would double the level."""
    whole = simulate(default(), USUAL, Subjects(70.0), [40.0]).of("ketamine")
    pure = simulate(default(), USUAL, Subjects(70.0), [40.0], Options(form="esketamine")).of("ketamine")
    assert 1.0 < float(whole[0, 0] / pure[0, 0]) < 1.05


def test_the_dosing_weight_is_kept_apart_from_the_body() -> None:
    dose = Regimen.single(MgPerKg("0.5"), Minutes(40))
    heavy = simulate(default(), dose, Subjects(120.0), [40.0]).of("ketamine")[0, 0]
    capped = simulate(default(), dose, Subjects(120.0, dosing_weight_kg=80.0), [40.0]).of("ketamine")[0, 0]
    assert capped == pytest.approx(heavy * 80 / 120, rel=1e-12)


def test_weight_without_effect_lets_a_mg_per_kg_dose_grow_with_it() -> None:
    dose = Regimen.single(MgPerKg("0.5"), Minutes(40))
    levels = simulate(default(), dose, Subjects([70.0, 130.0]), [40.0], Options(scaling=Scaling.NONE)).of(
        "ketamine"
    )
    assert levels[1, 0] / levels[0, 0] == pytest.approx(130 / 70)


def test_arterial_blood_holds_what_is_not_yet_mixed_while_the_pump_runs() -> None:
    arterial = simulate(default(), USUAL, Subjects(70.0), TIMES, Options(site=Site.ARTERIAL))
    mixed = simulate(default(), USUAL, Subjects(70.0), TIMES)
    excess = (arterial.of("ketamine") - mixed.of("ketamine"))[0]
    np.testing.assert_allclose(excess, np.where((TIMES > 0) & (TIMES <= 40), 115.3, 0), atol=0.05)
    np.testing.assert_array_equal(arterial.of("norketamine"), mixed.of("norketamine"))
    assert "plus rate / 7.59 L/min" in arterial.cautions[-1].message


def test_an_arterial_model_has_no_venous_form_and_says_so() -> None:
    shown = simulate(load("kamp-2020"), USUAL, Subjects(70.0), [1.0, 40.0], Options(site=Site.VENOUS))
    assert shown.site == "arterial"
    assert shown.of("ketamine")[0, 1] == pytest.approx(253.1, abs=0.2)
    assert "no venous form of it is published" in shown.cautions[-1].message


@pytest.mark.parametrize("site", Site)
@pytest.mark.parametrize("name", names())
def test_the_level_never_rises_once_the_pump_has_stopped(name: str, site: Site) -> None:
    after = simulate(load(name), USUAL, Subjects(70.0), np.arange(40.0, 600.0), Options(site=site))
    assert (np.diff(after.of("ketamine")[0]) < 0).all()


def test_a_model_of_unknown_site_stays_as_published() -> None:
    shown = simulate(load("domino"), USUAL, Subjects(70.0), [40.0], Options(site=Site.ARTERIAL))
    assert shown.site == "unknown"
    assert shown.of("ketamine")[0, 0] == pytest.approx(240.4, abs=0.2)


def test_a_form_that_a_model_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="does not cover arketamine; it covers racemic, esketamine"):
        simulate(default(), USUAL, Subjects(70.0), [1.0], Options(form="arketamine"))


@pytest.mark.parametrize(
    ("bodies", "effects", "says"),
    [
        (70.0, [[0.0, 0.0, 0.0]], r"takes 4 random effects of each person \(V1, CL, VM, CLM\)"),
        (70.0, [[0.0, 0.0, 0.0, float("nan")]], "all finite"),
        ([50.0, 70.0], np.zeros((3, 4)), "2 bodies and effects of 3 people"),
    ],
)
def test_effects_that_do_not_fit_are_refused(bodies, effects, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        simulate(default(), USUAL, Subjects(bodies), [40.0], effects=effects)


def test_one_time_may_be_a_plain_number() -> None:
    assert simulate(default(), USUAL, Subjects(70.0), 40.0).ng_per_ml.shape == (2, 1, 1)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (lambda: Subjects(-5.0), "weight of -5 kg"),
        (lambda: Subjects(float("nan")), "weight of nan kg"),
        (lambda: Subjects(70.0, age_years=-1.0), "age of -1 years"),
        (lambda: Subjects(70.0, dosing_weight_kg=0.0), "dosing weight of 0 kg"),
        (lambda: Subjects([50.0, 70.0], age_years=[30.0, 40.0, 50.0]), "of one length"),
        (lambda: Subjects([[50.0, 70.0]]), "one list each"),
        (lambda: Subjects([]), "not empty"),
    ],
)
def test_an_impossible_body_is_refused(body, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        body()


@settings(max_examples=25)
@given(st.floats(0.05, 2), st.floats(20, 240), st.floats(45, 110))
def test_law_mass_balance_of_the_default_model(dose: float, minutes: float, weight: float) -> None:
    """Clearance times the numerically integrated level gives the dose back; what is left is negligible after 20 days."""
    model, over = default(), round(minutes)
    regimen = Regimen.single(MgPerKg(f"{dose:.3f}"), Minutes(over))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    edges = np.concatenate([np.linspace(0, over, 9), over + np.geomspace(5, 30_000, 70)])
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    times = (middle + half * nodes).ravel()
    levels = simulate(model, regimen, Subjects(weight), times, Options(form="esketamine"))
    area = (levels.ng_per_ml[:, 0] * (half * weights).ravel()).sum(axis=1)
    values = parameter_values(model, weights_kg=np.array([weight]))
    given_mg = float(f"{dose:.3f}") * weight
    out = np.array([values["CL"][0], values["CLM"][0]]) * area / 1000
    np.testing.assert_allclose(out, given_mg, rtol=1e-9)


@settings(max_examples=25)
@given(st.floats(0.1, 1.5), st.floats(1.05, 3))
def test_law_levels_are_proportional_to_the_dose(dose: float, factor: float) -> None:
    def curve(mg: float) -> np.ndarray:
        return simulate(
            default(), Regimen.single(Mg(f"{mg:.6f}"), Minutes(40)), Subjects(70.0), TIMES
        ).ng_per_ml

    one, more = float(f"{dose:.6f}"), float(f"{dose * factor:.6f}")
    np.testing.assert_allclose(curve(more), curve(one) * (more / one), rtol=1e-9, atol=1e-12)


def test_compiled_code_and_threads_give_the_same_levels() -> None:
    random = np.random.default_rng(1)
    effects = random.normal(0, 0.2, (3000, len(default().varied)))
    plain = simulate(default(), USUAL, Subjects(70.0), TIMES, effects=effects).ng_per_ml
    fast = simulate(
        default(), USUAL, Subjects(70.0), TIMES, Options(engine="numba", threads=2), effects=effects
    )
    np.testing.assert_allclose(fast.ng_per_ml, plain, atol=1e-9)
