"""Maintenance policies played on the same synthetic patients."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.core.durability.aim import AIMS
from tenuto.core.durability.clinic import read_clinic
from tenuto.core.durability.clinic_simulation import Outcome, play, shares, summary
from tenuto.core.durability.course import State, standing
from tenuto.core.durability.decide import decider
from tenuto.core.durability.population import fitted
from tests.core.durability.courses import RULES, course

CLINIC = """
name = "small clinic"
[population]
patients = {patients}
condition = "depression"
setting = "clinic"
scale = "PHQ-9"
baseline = {{ mean = 17.0, sd = 5.0, min = 12 }}
[horizon]
days = 180
{policies}
"""
KINDS = """
[[policy]]
name = "none"
kind = "none"
[[policy]]
name = "two weeks"
kind = "fixed"
every_days = 14
[[policy]]
name = "six weeks"
kind = "fixed"
every_days = 42
[[policy]]
name = "tapered"
kind = "fixed_then"
every_days = 14
then_every_days = 56
then_after_days = 60
[[policy]]
name = "symptoms"
kind = "symptom_triggered"
[[policy]]
name = "esketamine"
kind = "esketamine_rule"
[[policy]]
name = "stable"
kind = "stable_rule"
"""
MODEL = '[[policy]]\nname = "window"\nkind = "model_window"\n'


def clinic(patients=40, policies=KINDS):
    return read_clinic(CLINIC.format(patients=patients, policies=policies), name="test")


def played(one, seed=1):
    return [outcome for share in shares(one, fitted(), RULES, seed) for outcome in play(share)]


@pytest.fixture(scope="module")
def results():
    one = clinic()
    return {r.policy: r for r in summary(one, played(one))}


def test_more_infusions_keep_more_time_in_response(results):
    assert results["none"].infusions_a_year == 0
    assert results["two weeks"].infusions_a_year > results["six weeks"].infusions_a_year > 0
    times = [results[name].time_in_response for name in ("two weeks", "six weeks", "none")]
    assert times == sorted(times, reverse=True)


def test_waiting_for_symptoms_catches_nothing_beforehand_and_over_treats_nobody(results):
    assert results["symptoms"].caught == 0
    assert results["symptoms"].over_treated in (0, pytest.approx(0))
    assert math.isnan(results["symptoms"].lead_weeks)


def test_a_fixed_interval_treats_those_who_need_it_and_those_who_do_not(results):
    assert results["two weeks"].caught > 90
    assert results["two weeks"].over_treated == 100


def test_tapering_gives_fewer_than_the_interval_it_starts_with(results):
    assert results["six weeks"].infusions_a_year < results["tapered"].infusions_a_year + 6
    assert results["tapered"].infusions_a_year < results["two weeks"].infusions_a_year


def test_everybody_plays_the_same_patients(results):
    assert len({r.responders for r in results.values()}) == 1


def test_pieces_do_not_depend_on_order():
    one = clinic(patients=45, policies=KINDS[: KINDS.index('[[policy]]\nname = "six')])
    pieces = list(shares(one, fitted(), RULES, 7))
    assert [p.patients for p in pieces] == [20, 20, 5]
    assert [play(p) for p in reversed(pieces)][::-1] == [play(p) for p in pieces]


def test_the_model_window_treats_before_loss_and_less_than_a_short_interval():
    one = clinic(patients=20, policies=KINDS[: KINDS.index('[[policy]]\nname = "six')] + MODEL)
    found = {r.policy: r for r in summary(one, played(one))}
    assert 0 < found["window"].infusions_a_year < found["two weeks"].infusions_a_year
    assert found["window"].time_in_response > found["none"].time_in_response


def test_the_summary_counts_losses_by_the_untreated_course():
    one = clinic(policies=KINDS[: KINDS.index('[[policy]]\nname = "two')])
    own = [
        Outcome("none", 2, 20, 20, 18, 40, 60, None, 0),
        Outcome("none", 1, 20, 10, 10, 80, 60, 70, 0),
        Outcome("none", 0, 20, 20, 20, None, None, None, 0),
        Outcome("none", 3, 20, 20, 20, 30, None, None, 0),
    ]
    result = summary(one, own)[0]
    assert result.caught == 50
    assert result.lead_weeks == pytest.approx(20 / 7)
    assert result.over_treated == 50
    assert result.keepers == 2
    assert result.lost == 25
    assert result.gain_kept == 85
    assert result.time_in_response == 87.5
    assert result.infusions_a_year == pytest.approx(6 / (80 / 365.25))


def test_symptom_triggered_acts_on_loss_only():
    policy = next(p for p in clinic().policies if p.kind == "symptom_triggered")
    share = next(shares(clinic(), fitted(), RULES, 1))
    losing, lost = course(20, [6, 14]), course(20, [6, 14, 14])
    decide = decider(policy, share)
    assert standing(losing, RULES).state is State.LOSING
    assert not decide(0, losing, losing.last)
    assert decide(0, lost, lost.last)


def test_a_fixed_interval_counts_from_the_last_infusion_given():
    policy = next(p for p in clinic().policies if p.name == "two weeks")
    decide = decider(policy, next(shares(clinic(), fitted(), RULES, 1)))
    history = course(20, [6])
    last = history.infusions[-1].on
    assert not decide(0, history, last + timedelta(days=13))
    assert decide(0, history, last + timedelta(days=14))


def test_a_fixed_interval_is_kept_to_the_day_and_not_to_the_next_score():
    """Scores come every 7 days; an infusion every 30 must not turn into one every 35."""
    one = clinic(patients=12, policies='[[policy]]\nname = "month"\nkind = "fixed"\nevery_days = 30\n')
    outcomes = played(one)
    assert outcomes
    series_end, horizon = one.induction_days[-1], one.horizon_days
    assert {o.first_infusion for o in outcomes} == {series_end + 30}
    assert {o.infusions for o in outcomes} == {(horizon - series_end) // 30}


def test_the_model_window_may_act_before_a_bad_score_has_been_seen():
    """With two scores in a row to confirm a loss, the risk until the next one alone is nil while all is well."""
    one = clinic(policies=MODEL + "risk = 0.02\n")
    share = next(shares(one, fitted(), RULES, 1))
    decide = decider(one.policies[0], share)
    fading = course(20, [5, 7, 8, 10])
    assert standing(fading, RULES).run == 0
    assert decide(0, fading, fading.last)


def test_the_line_that_the_gain_is_held_against_is_the_same_under_every_policy():
    one = clinic(patients=20, policies=KINDS[: KINDS.index('[[policy]]\nname = "six')])
    found = {r.policy: r for r in summary(one, played(one))}
    assert found["none"].gain_kept < found["two weeks"].gain_kept <= 100
    assert found["none"].time_in_response < found["two weeks"].time_in_response


AIMED = '[[policy]]\nname = "aimed"\nkind = "aimed"\naim = "keep_response"\n'


def aimed(aim, worth):
    text = AIMED.replace("keep_response", aim) + f"worth_days = {worth}\n"
    one = clinic(policies=text)
    return decider(one.policies[0], next(shares(one, fitted(), RULES, 1)))


def test_an_aimed_rule_gives_where_an_infusion_brings_what_it_must():
    fading = course(20, [5, 7, 8, 10])
    assert aimed("keep_response", 1)(0, fading, fading.last)
    assert not aimed("keep_response", 14)(0, fading, fading.last)


def test_an_aimed_rule_leaves_alone_who_holds_the_aim_anyway():
    deep = course(20, [1, 0, 0, 1])
    assert not aimed("keep_response", 1)(0, deep, deep.last)
    assert not aimed("keep_gain", 1)(0, deep, deep.last)


def test_an_aimed_rule_leaves_alone_whom_an_infusion_would_not_bring_there():
    stuck = course(24, [10, 11, 10, 11])
    assert not aimed("keep_remission", 3)(0, stuck, stuck.last)


def test_an_aimed_rule_rescues_once_when_a_loss_is_confirmed():
    decide = aimed("keep_remission", 14)
    lost, longer = course(20, [6, 14, 14]), course(20, [6, 14, 14, 14])
    assert decide(0, lost, lost.last)
    assert not decide(0, longer, longer.last)


def test_an_aimed_rule_waits_no_further_than_a_step_beyond_what_was_seen():
    """A patient whom nobody scored for two months would wait on by the model alone."""
    decide = aimed("keep_response", 14)
    seen = course(20, [1, 0, 0, 1])
    assert not decide(0, seen, seen.last)
    assert decide(0, seen, seen.last + timedelta(days=60))


def test_the_forecast_asks_what_the_clinics_limits_say():
    """Nearly half of these draws have the next two scores above the line: the clinic's line of risk is a quarter."""
    text = '[[policy]]\nname = "as forecast"\nkind = "forecast"\n'
    share = next(shares(clinic(policies=text), fitted(), RULES, 1))

    def due(history, **limits):
        rules = replace(RULES, **limits)
        return decider(share.clinic.policies[0], replace(share, rules=rules))(0, history, history.last)

    fading, deep = course(20, [5, 7, 8, 10]), course(20, [1, 0, 0, 1])
    assert due(fading, worth_days=0.1, risk_upper=1.0)
    assert not due(fading, worth_days=14, risk_upper=1.0)
    assert due(fading, worth_days=14, risk_upper=0.05)
    assert not due(deep, worth_days=14, risk_upper=0.05)
    # Its level is near half of the baseline and far from the whole of it.
    worth = {aim: due(fading, aim=aim, worth_days=4, risk_upper=1.0) for aim in AIMS}
    assert worth["keep_response"]
    assert not worth["keep_remission"]
