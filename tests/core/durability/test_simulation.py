"""Trials on synthetic patients: conduct, endpoints, enrolment."""

from dataclasses import replace

import numpy as np
import pytest

from tenuto.core.durability.conduct import conduct, days_of
from tenuto.core.durability.endpoints import effect_size, evaluate
from tenuto.core.durability.enrol import enrol, site_effects
from tenuto.core.durability.metrics import METRICS, Endpoint
from tenuto.core.durability.population import Circumstances, fitted
from tenuto.core.durability.reading import TrialError
from tenuto.core.durability.simulate import predict, run_task, tasks
from tenuto.core.durability.trial import Baseline, trial_from
from tenuto.core.scales.measurement import measure

POPULATION = fitted().population


def trial(**changes):
    raw = {
        "condition": "depression",
        "setting": "clinic",
        "scale": "PHQ-9",
        "n": 60,
        "baseline": {"mean": 17.0, "sd": 5.0},
        "infusions": {"days": [0, 3, 7], "dose_mg_per_kg": 0.5},
        "visits": {"days": [14, 21, 28, 35, 42, 49]},
        "report": [{"metric": "response", "day": 14}],
    }
    return trial_from(raw | changes, where="test")


def record(one, *, replicates=30, control=False, seed=1):
    rng = np.random.default_rng(seed)
    law = POPULATION.law(one.circumstances, one.measure)
    effects = site_effects(replicates, one.sites, POPULATION, rng)
    return conduct(one, POPULATION.model(), law, effects, one.n, rng, control=control)


def figure(one, metric, seen=None, **when):
    return evaluate(one, seen or record(one), Endpoint(metric, **when))[metric]


def test_patients_let_in_on_a_high_score_are_a_little_lower_than_it():
    law = POPULATION.law(Circumstances(), measure("PHQ-9"))
    rng = np.random.default_rng(1)
    patients, entry = enrol(law, measure("PHQ-9"), Baseline(15.0, 5.0, 15.0), 4000, np.zeros((1, 1, 3)), rng)
    assert entry.min() >= 15
    assert patients.baseline.mean() < entry.mean() - 0.5


def test_without_a_threshold_the_observed_baseline_has_the_mean_and_spread_asked_for():
    law = POPULATION.law(Circumstances(), measure("MADRS"))
    rng = np.random.default_rng(1)
    _, entry = enrol(law, measure("MADRS"), Baseline(32.0, 6.0), 20_000, np.zeros((1, 1, 3)), rng)
    assert entry.mean() == pytest.approx(32, abs=0.2)
    assert entry.std() == pytest.approx(6, abs=0.2)


def test_sites_of_one_study_have_a_part_in_common():
    effects = site_effects(20_000, 2, POPULATION, np.random.default_rng(1))
    own = effects - effects.mean(axis=1, keepdims=True)
    # Half of the variance of a site is its own: of two sites' difference from their mean half of that is seen.
    assert own.var() == pytest.approx(0.25, abs=0.01)
    assert np.corrcoef(effects[:, 0, 0], effects[:, 1, 0])[0, 1] > 0.5
    assert abs(np.corrcoef(effects[:, 0, 0], effects[:, 0, 1])[0, 1]) < 0.05


def test_some_studies_are_far_from_all_others():
    heavy = site_effects(40_000, 1, POPULATION, np.random.default_rng(1))
    normal = site_effects(40_000, 1, fitted("1").population, np.random.default_rng(1))
    assert (np.abs(heavy) > 4).mean() > 20 * (np.abs(normal) > 4).mean()
    assert normal.std() == pytest.approx(1, abs=0.02)


def test_shares_lie_between_none_and_all():
    one = trial()
    seen = record(one)
    for metric in ("response", "remission"):
        share = figure(one, metric, seen, day=14)
        assert ((share >= 0) & (share <= 100)).all()
    assert (
        figure(one, "remission", seen, day=14) <= figure(one, "response", seen, day=14) + 1e-9
    ).mean() > 0.9


def test_response_by_infusion_only_rises():
    one = trial()
    seen = record(one)
    shares = [figure(one, "response_by_infusion", seen, after_infusion=k) for k in (1, 2, 3)]
    assert (shares[0] <= shares[1]).all()
    assert (shares[1] <= shares[2]).all()


def test_relapse_free_only_falls_and_is_the_rest_of_relapse_within():
    one = trial(report=[{"metric": "relapse_free", "day": d, "from": "last_infusion"} for d in (14, 28, 42)])
    seen = record(one)
    free = [figure(one, "relapse_free", seen, day=d, from_last=True) for d in (14.0, 28.0, 42.0)]
    assert (np.diff(free, axis=0) <= 1e-9).all()
    np.testing.assert_allclose(figure(one, "relapse_within", seen, day=28.0, from_last=True), 100 - free[1])


def test_the_median_day_of_relapse_is_where_the_curve_passes_half():
    one = trial(infusions={"days": [0], "dose_mg_per_kg": 0.5}, visits={"days": list(range(3, 200, 3))})
    seen = record(one, replicates=10)
    median = figure(one, "median_days_to_relapse", seen)
    for k, day in enumerate(median):
        if np.isfinite(day):
            free = figure(one, "relapse_free", seen, day=float(day))[k]
            before = figure(one, "relapse_free", seen, day=float(day) - 3)[k]
            assert free <= 50 < before + 1e-9


def test_better_same_and_worse_make_up_everybody():
    one = trial()
    found = evaluate(one, record(one), Endpoint("better_same_worse", day=28.0, since_day=14.0))
    np.testing.assert_allclose(found["better"] + found["same"] + found["worse"], 100)


def test_on_day_0_a_figure_is_that_of_entry():
    one = trial(report=[{"metric": "score_mean", "day": 0}])
    seen = record(one)
    np.testing.assert_allclose(figure(one, "score_mean", seen, day=0.0), seen.entry.mean(axis=1))
    assert (figure(one, "response", seen, day=0.0) == 0).all()


def test_a_change_counts_from_the_last_infusion_unless_a_day_is_given():
    report = [
        {"metric": "better_same_worse", "day": 28},
        {"metric": "better_same_worse", "day": 28, "since_day": 0},
    ]
    once = {"days": [0], "dose_mg_per_kg": 0.5}
    one = trial(infusions=once, report=report)
    seen = record(one)
    from_entry = evaluate(one, seen, Endpoint("better_same_worse", day=28.0, since_day=0.0))
    np.testing.assert_array_equal(
        from_entry["better"], evaluate(one, seen, Endpoint("better_same_worse", day=28.0))["better"]
    )
    later = trial(report=report)
    seen = record(later)
    since_last = evaluate(later, seen, Endpoint("better_same_worse", day=28.0))
    since_entry = evaluate(later, seen, Endpoint("better_same_worse", day=28.0, since_day=0.0))
    assert since_entry["better"].mean() > since_last["better"].mean() + 20


def test_a_mean_day_of_relapse_by_a_day_counts_that_day_as_it_is_written():
    one = trial(visits={"days": list(range(10, 60, 2))})
    seen = record(one)
    from_first = figure(one, "mean_days_to_relapse_of_relapsers", seen, day=37.0)
    np.testing.assert_array_equal(
        from_first, figure(one, "mean_days_to_relapse_of_relapsers", seen, day=30.0, from_last=True)
    )


def test_figures_over_the_whole_trial_may_be_judged_up_to_a_day():
    one = trial(visits={"days": list(range(10, 120, 2))})
    seen = record(one)
    whole = figure(one, "median_days_to_relapse", seen)
    early = figure(one, "median_days_to_relapse", seen, day=30.0, from_last=True)
    np.testing.assert_array_equal(early, np.where(whole <= 30, whole, np.inf))
    assert figure(one, "median_infusions_to_response", seen, after_infusion=1)[0] == 1
    assert (figure(one, "median_infusions_to_response", seen, day=3.0) <= 2).all()
    assert figure(one, "median_infusions_to_response", seen).max() > 1


@pytest.mark.parametrize("metric", [m for m in METRICS if m not in ("later_improvement", "effect_size")])
def test_every_metric_can_be_judged_by_day(metric):
    one = trial(report=[{"metric": metric, "day": 28}])
    assert all(values.shape == (30,) for values in evaluate(one, record(one), one.endpoints[0]).values())


def test_a_missing_score_is_no_response_and_is_not_in_a_mean():
    staying = trial()
    leaving = trial(visits={"days": [14, 28], "dropout_per_week": 0.5})
    assert figure(leaving, "response", day=14.0).mean() < figure(staying, "response", day=14.0).mean()
    assert np.isfinite(figure(leaving, "score_mean", day=14.0)).all()


def test_a_control_arm_of_dose_zero_and_the_drug_arm_differ_by_the_drug():
    one = trial(control="midazolam", n_control=60)
    drug, control = record(one), record(one, control=True)
    assert drug.at(14.0)[0].mean() < control.at(14.0)[0].mean() - 1


def test_an_effect_size_is_the_difference_of_two_arms_in_their_spread():
    one = trial(control="saline", n_control=60, report=[{"metric": "effect_size", "day": 14}])
    drug, control = record(one), record(one, control=True)
    size = effect_size(one, drug, control, one.endpoints[0])
    below, above = drug.at(14.0)[0][3], control.at(14.0)[0][3]
    assert size[3] == pytest.approx((above.mean() - below.mean()) / np.sqrt((below.var() + above.var()) / 2))
    found = run_task(next(tasks(one, fitted(), 20, 1)))
    assert list(found) == [("effect_size", "day 14")]
    with pytest.raises(TrialError, match="compares two arms"):
        trial(report=[{"metric": "effect_size", "day": 14}])


def test_pooled_studies_differ_less_than_one():
    one, many = (site_effects(5000, 20, POPULATION, np.random.default_rng(1), k) for k in (1, 20))
    assert many.mean(axis=1).std() < one.mean(axis=1).std() / 3
    with pytest.raises(TrialError, match="at least as many sites"):
        trial(sites=2, studies=3)


def test_stopping_at_remission_saves_infusions():
    freely = record(trial())
    stopping = record(trial(infusions={"days": [0, 3, 7], "dose_mg_per_kg": 0.5, "stop_at": "remission"}))
    assert stopping.infusions.mean() < freely.infusions.mean()


def test_fixed_maintenance_is_given_to_everybody_and_as_needed_to_some():
    series = {"days": [0, 3, 7], "dose_mg_per_kg": 0.5}
    visits = {"days": list(range(14, 190, 7))}
    fixed = trial(infusions=series | {"maintenance": {"every_days": 28, "until_day": 180}}, visits=visits)
    needed = trial(infusions=series | {"maintenance": {"rule": "as_needed", "until_day": 180}}, visits=visits)
    assert (record(fixed).infusions == 3 + 6).all()
    given = record(needed).infusions
    assert given.min() == 3
    assert 3 < given.mean() < 15


def test_every_day_that_an_endpoint_needs_is_scored():
    one = trial(
        report=[
            {"metric": "response", "day": 5, "from": "last_infusion"},
            {"metric": "response", "after_infusion": 2},
        ]
    )
    assert {12.0, 4.0} <= set(days_of(one))


def test_intervals_widen_with_few_patients():
    wide = predict(trial(n=15), fitted(), 300, 1)[0].quantiles
    narrow = predict(trial(n=400), fitted(), 300, 1)[0].quantiles
    assert wide[-1] - wide[0] > narrow[-1] - narrow[0]


def test_tasks_give_the_same_whoever_does_them_and_in_which_order():
    pieces = list(tasks(trial(), fitted(), 100, 3))
    forward = [run_task(p) for p in pieces]
    backward = [run_task(p) for p in reversed(pieces)][::-1]
    for one, other in zip(forward, backward, strict=True):
        for key in one:
            np.testing.assert_array_equal(one[key], other[key])


def test_a_larger_trial_does_not_change_how_many_replicates_there_are():
    rows = predict(replace(trial(), n=30), fitted(), 123, 1)
    assert rows[0].replicates == 123
