"""Laws of the model: what must hold for every patient and every schedule."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.compartments import Bolus, rate_matrix
from tenuto.core.compartments.reference_ode import simulate_slowly
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.history import history_from
from tenuto.core.durability.model import CourseInfusion
from tenuto.core.durability.parts import LN2, Additive
from tenuto.core.durability.patients import LATENT, PatientParameters
from tenuto.core.durability.population import Circumstances, fitted
from tenuto.core.durability.quasi import standard_normal
from tenuto.core.forecast.answer import forecast
from tenuto.core.policy import default_policy
from tenuto.core.scales.measurement import measure

MODEL = fitted().population.model()
RULES = Definitions.from_policy(default_policy())


def some_patients(count=64, *, drift=True):
    law = fitted().law(Circumstances(), measure("PHQ-9"))
    latent = law.mean + standard_normal(count, 9) @ np.linalg.cholesky(law.covariance + 1e-9 * np.eye(9)).T
    patients = PatientParameters.from_latent(latent)
    return patients if drift else replace(patients, drift=np.zeros(count))


days = st.integers(0, 120).map(float)
doses = st.sampled_from([0.1, 0.25, 0.5, 1.0])
courses = st.lists(st.tuples(days, doses), min_size=1, max_size=12, unique_by=lambda c: c[0]).map(
    lambda pairs: [CourseInfusion(*p) for p in sorted(pairs)]
)


def drug_after(patients, infusions, times):
    walk = MODEL.start(patients, 0.0)
    pending, levels = list(infusions), []
    for time in times:
        while pending and pending[0].day <= time:
            walk.to(pending[0].day)
            walk.infuse(pending.pop(0).dose)
        walk.to(time)
        levels.append(walk.drug())
    return np.stack(levels)


@given(courses)
@settings(max_examples=25)
def test_after_the_peak_that_follows_the_last_infusion_drug_benefit_never_rises(infusions):
    last = infusions[-1].day
    levels = drug_after(some_patients(), infusions, last + np.arange(0.0, 200.0, 0.5))
    falling = np.diff(levels, axis=0) <= 1e-12
    risen_again = ~falling & (np.cumsum(falling, axis=0) > 0)
    assert not risen_again.any()


@given(courses, st.tuples(days, doses))
@settings(max_examples=25)
def test_without_drift_an_extra_infusion_never_lowers_expected_benefit(infusions, extra):
    patients = some_patients(drift=False)
    times = np.arange(0.0, 240.0, 3.0)
    more = sorted([*infusions, CourseInfusion(*extra)])
    without, with_extra = drug_after(patients, infusions, times), drug_after(patients, more, times)
    assert (with_extra >= without - 1e-12).all()


@given(st.lists(days, min_size=1, max_size=10, unique=True))
@settings(max_examples=20)
def test_dose_zero_equals_the_control_arm(on):
    patients = some_patients()
    scored = [float(d) for d in range(0, 150, 10)]
    nothing = MODEL.expected(patients, [CourseInfusion(d, 0.0) for d in sorted(on)], scored)
    first = min(on)
    for row, day in zip(nothing, scored, strict=True):
        last = max((d for d in on if d < day), default=first)
        context = MODEL.context(day - first, last - first, patients) if day > first else 0.0
        np.testing.assert_allclose(row, patients.baseline * np.exp(-MODEL.fall(np.zeros(64) + context)))
    walk = MODEL.start(patients, 0.0)
    walk.infuse(0.0)
    assert (walk.drug() == 0).all()


def test_control_arms_start_low_grow_while_they_are_treated_and_stay():
    """One session brings an expectancy that fades; sessions over weeks bring a growth that does not."""
    law = fitted().population.law(Circumstances(setting="add_on_trial", control="saline"), measure("MADRS"))
    typical = PatientParameters.from_latent(law.mean[None, :])
    once, often = [0.0], [3.5 * k for k in range(8)]
    days = [1.0, 28.0, 180.0]
    one, many = (
        np.log(
            typical.baseline
            / replace(MODEL, depth=0.0).expected(typical, [CourseInfusion(d, 0.0) for d in on], days)
        )[:, 0]
        for on in (once, often)
    )
    assert one[0] == many[0]
    assert many[1] > max(one[1], many[0])
    assert many[2] > 0.9 * typical.growth[0] * (1 - 2 ** (-24.5 / MODEL.context.growth_half_time))


def test_growth_goes_on_where_other_treatment_does():
    law = fitted().population.law(Circumstances(), measure("PHQ-9"))
    typical = PatientParameters.from_latent(law.mean[None, :])
    model = fitted().population.model(Circumstances(covariates={"new_antidepressant": 1.0}))
    other = MODEL.expected(typical, [CourseInfusion(0.0, 0.5)], [60.0])
    assert model.expected(typical, [CourseInfusion(0.0, 0.5)], [60.0]) < other


def test_the_durable_minority_keeps_for_years_what_others_lose_in_months():
    law = fitted().population.law(Circumstances(), measure("PHQ-9"))
    latent = np.stack([law.mean, law.mean])
    latent[:, LATENT.index("durable")] = (-3.0, 3.0)
    usual, durable = PatientParameters.from_latent(latent).slow
    assert usual < 365 < durable
    step = np.linspace(-3, 3, 601)
    latent = np.repeat(law.mean[None, :], len(step), axis=0)
    latent[:, LATENT.index("durable")] = step
    assert (np.diff(PatientParameters.from_latent(latent).slow) >= 0).all()


def test_a_course_at_a_higher_dose_is_expected_to_last_longer_and_the_doubt_is_wider():
    scale, least, most = measure("PHQ-9"), Circumstances(dose=0.1), Circumstances(dose=1.0)
    fit, slope = fitted(), fitted().population["dose_durability"]
    low, high = (fit.law(at, scale) for at in (least, most))
    np.testing.assert_allclose((high.mean - low.mean)[1:3], slope * np.log(10))
    assert low.doubt[1, 1] > fit.law(Circumstances(), scale).doubt[1, 1]


def test_the_first_model_has_nothing_of_what_the_second_added():
    old = fitted("1")
    law = old.population.law(
        Circumstances(covariates={"new_antidepressant": 1.0}, dose=1.0), measure("PHQ-9")
    )
    assert law.mean[LATENT.index("growth")] == 0
    assert not (law.between + law.site)[LATENT.index("growth")].any()
    latent = law.mean + standard_normal(64, 9) @ np.linalg.cholesky(law.covariance + 1e-9 * np.eye(9)).T
    patients = PatientParameters.from_latent(latent)
    np.testing.assert_allclose(patients.slow - patients.fast, np.exp(latent[:, 2]), rtol=1e-6)
    assert law.widening == 1
    assert old.population["error_correlation"] == 0


def test_before_the_first_infusion_the_score_is_the_baseline():
    patients = some_patients()
    scores = MODEL.expected(patients, [CourseInfusion(10.0, 0.5)], [0.0, 10.0])
    np.testing.assert_array_equal(scores, np.stack([patients.baseline] * 2))


def test_the_compartments_agree_with_the_slow_solver_of_differential_equations():
    patients, times = some_patients(4), np.array([0.25, 1.0, 3.0, 8.0, 20.0, 60.0, 150.0])
    model = replace(MODEL, uptake=Additive())
    fast, slow = LN2 / patients.fast, LN2 / patients.slow
    matrices = rate_matrix(
        3,
        flows={(0, 1): np.full(4, LN2 / model.benefit.onset_half_life), (1, 2): fast * patients.transfer},
        losses={1: fast * (1 - patients.transfer), 2: slow},
    )
    given_on = [0.0, 2.0, 9.0]
    slowly = np.stack(
        [
            simulate_slowly(matrix, [Bolus(d, gain) for d in given_on], times)
            for matrix, gain in zip(matrices, patients.gain, strict=True)
        ]
    )
    walk, pending, levels = model.start(replace(patients, drift=np.zeros(4)), 0.0), list(given_on), []
    for time in times:
        while pending and pending[0] <= time:
            walk.to(pending[0])
            walk.infuse(0.5)
            pending.pop(0)
        walk.to(time)
        levels.append(walk.drug())
    np.testing.assert_allclose(np.stack(levels).T, slowly[:, 1] + slowly[:, 2], rtol=1e-6)


def test_dose_effect_rises_to_the_usual_dose_and_is_nearly_flat_above():
    worth = [MODEL.dose(d) for d in (0.0, 0.1, 0.2, 0.5, 1.0)]
    assert worth[0] == 0
    assert worth == sorted(worth)
    assert worth[3] == 1
    assert worth[4] < 1.15


def course_of(scale, factor, values):
    start, rows = date(2026, 1, 5), []
    rows.append(("Row 2", {"date": str(start), "kind": "score", "value": values[0], "scale": scale}))
    rows += [
        (f"Row {k}", {"date": str(start + timedelta(days=d)), "kind": "infusion", "dose_mg_per_kg": 0.5})
        for k, d in enumerate((0, 3, 7, 10), 3)
    ]
    rows += [
        (
            f"Row {k}",
            {"date": str(start + timedelta(days=7 * k + 7)), "kind": "score", "value": v, "scale": scale},
        )
        for k, v in enumerate(values[1:], 1)
    ]
    history = history_from(rows, condition="depression", setting="clinic")
    return replace(
        history,
        measure=history.measure.stretched(factor),
        scores=tuple(replace(s, value=s.value * factor) for s in history.scores),
    )


@given(st.sampled_from([0.5, 2.0, 10.0]), st.lists(st.integers(2, 12), min_size=3, max_size=6))
@settings(max_examples=6)
def test_scores_scaled_with_the_baseline_give_the_same_forecast(factor, later):
    plain = forecast(course_of("PHQ-9", 1.0, [20, *later]), RULES)
    scaled = forecast(course_of("PHQ-9", factor, [20, *later]), RULES)
    assert plain.standing.state == scaled.standing.state
    assert plain.abstained == scaled.abstained
    np.testing.assert_allclose([p for _, p in plain.responding], [p for _, p in scaled.responding], atol=1e-5)
    # In single precision a draw may be shown in place of its neighbour: a fan is as exact as its draws are many.
    np.testing.assert_allclose(plain.fan.expected * factor, scaled.fan.expected, rtol=0.02)


@given(st.permutations([0, 1, 2, 3]))
@settings(max_examples=10)
def test_permuting_equal_dated_rows_changes_nothing(order):
    start = date(2026, 1, 5)
    rows = [
        {"date": str(start), "kind": "score", "value": 20, "scale": "PHQ-9"},
        {"date": str(start), "kind": "infusion", "dose_mg_per_kg": 0.5},
        {"date": str(start + timedelta(days=7)), "kind": "score", "value": 9, "scale": "PHQ-9"},
        {"date": str(start + timedelta(days=7)), "kind": "infusion", "dose_mg_per_kg": 0.5},
    ]
    later = [
        {"date": str(start + timedelta(days=7 * k)), "kind": "score", "value": 8, "scale": "PHQ-9"}
        for k in (2, 3)
    ]
    shuffled = sorted((rows[k] for k in order), key=lambda r: r["date"])

    def built(events):
        return history_from([("Row", e) for e in events], condition="depression", setting="clinic")

    assert built([*rows, *later]) == built([*shuffled, *later])


def test_an_observed_score_is_rounded_and_stays_in_range():
    error = ErrorOfScale.of(measure("PHQ-9"))
    seen = error.observe(np.linspace(-5, 40, 500), np.linspace(-3, 3, 500))
    assert seen.min() == 0
    assert seen.max() == 27
    assert (seen == np.round(seen)).all()


@given(st.floats(0.5, 26.5))
@settings(max_examples=30)
def test_the_probabilities_of_all_scores_sum_to_one(expected):
    error = ErrorOfScale.of(measure("PHQ-9"))
    total = sum(
        np.exp(error.log_likelihood(np.array([[expected]]), np.array([float(s)])))[0, 0] for s in range(28)
    )
    assert abs(total - 1) < 2e-3


@given(st.floats(0, 27), st.integers(0, 27))
@settings(max_examples=30)
def test_the_probability_of_a_score_above_a_line_is_the_sum_over_those_scores(expected, line):
    error = ErrorOfScale.of(measure("PHQ-9"))
    each = sum(
        np.exp(error.log_likelihood(np.array([[expected]]), np.array([float(s)])))[0, 0]
        for s in range(28)
        if s > line
    )
    assert abs(error.above(np.array([expected]), float(line))[0] - each) < 3e-3


def test_a_score_is_as_likely_as_its_neighbour_lets_expect():
    """Sequences written down at random have the errors' correlation, and each conditional law sums to one."""
    error, rng = ErrorOfScale.of(measure("MADRS")), np.random.default_rng(5)
    level = np.full(200_000, 25.0)
    one = error.observe(level, rng.standard_normal(len(level)))
    two = error.observe(level, rng.standard_normal(len(level)), last=one - level, kept=error.correlation(1.0))
    assert abs(np.corrcoef(one, two)[0, 1] - 0.8) < 0.01
    assert abs(two.std() / one.std() - 1) < 0.02
    days, expected = np.array([0.0, 1.0]), np.array([[25.0], [24.0]])
    total = sum(
        np.exp(error.log_likelihood(expected, np.array([29.0, float(s)]), days))[1, 0] for s in range(61)
    )
    assert abs(total - 1) < 2e-3


def test_what_a_score_brings_is_what_leaving_it_out_takes_away():
    error = ErrorOfScale.of(measure("PHQ-9"))
    observed, days = np.array([12.0, 7.0, 0.0, 9.0, 11.0]), np.array([0.0, 3.0, 7.0, 14.0, 16.0])
    expected = np.linspace(2, 14, 5 * 7).reshape(5, 7)
    found = error.log_likelihood(expected, observed, days)
    brought = error.brought_by_each(expected, observed, days, found)
    for k in range(5):
        rest = [j for j in range(5) if j != k]
        without = error.log_likelihood(expected[rest], observed[rest], days[rest]).sum(axis=0)
        np.testing.assert_allclose(brought[k], found.sum(axis=0) - without)


def test_scores_judged_together_are_as_likely_as_each_alone():
    error = ErrorOfScale.of(measure("PHQ-9"))
    observed = np.array([0.0, 27.0, 12.0, 0.0, 26.0])
    expected = np.linspace(0.1, 26, 5 * 9).reshape(5, 9)
    together = error.log_likelihood(expected, observed)
    for k in range(5):
        np.testing.assert_array_equal(together[k], error.log_likelihood(expected[[k]], observed[[k]])[0])


def test_benefit_that_is_gone_is_nothing_and_not_a_subnormal_number():
    """Processors work many times slower on numbers that are too small to be normal."""
    walk = MODEL.start(some_patients(), 0.0)
    walk.infuse(0.5)
    for week in range(1, 53):
        walk.to(7.0 * week)
        held = walk.holding.state
        assert not ((held > 0) & (held < np.finfo(float).tiny)).any()
    assert (walk.holding.state[0] == 0).any()
