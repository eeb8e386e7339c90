"""Rules looked back on as warnings, counted on courses whose figures are known."""

import math

import pytest

from tenuto.core.durability.clinic import read_clinic
from tenuto.core.durability.clinic_backtest import backtests
from tenuto.core.durability.clinic_simulation import Outcome
from tests.core.durability.test_clinic import CLINIC, KINDS, clinic, played

RULE = '[[policy]]\nname = "idle"\nkind = "none"\n[[policy]]\nname = "rule"\nkind = "stable_rule"\n'


def outcome(first, loss):
    return Outcome("rule", 0 if first is None else 1, 200, 0, 0, first, loss, None, 0)


def looked_back(*own):
    one = read_clinic(CLINIC.format(patients=4, policies=RULE), name="test")
    (found,) = backtests(one, [outcome(*each) for each in own])
    return found


def test_a_loss_is_flagged_when_the_rule_treats_before_its_day():
    found = looked_back((30, 44), (30, 58), (60, 60), (None, 70), (80, 70))
    assert found.rule == "rule"
    assert (found.losses, found.flagged) == (5, 40)
    # Two weeks and four.
    assert found.lead_weeks == pytest.approx(3)
    assert found.lead_error == pytest.approx(1)
    assert found.flagged_error == pytest.approx(100 * math.sqrt(0.4 * 0.6 / 4))
    assert found.keepers == 0
    assert math.isnan(found.over_treated)


def test_whoever_keeps_response_untreated_is_over_treated_by_any_infusion():
    found = looked_back((30, None), (None, None), (300, None), (None, None))
    assert (found.keepers, found.over_treated) == (4, 50)
    # Two of four get one infusion in 200 days.
    assert found.needless == pytest.approx(0.5 * 365.25 / 200)
    assert found.needless_error == pytest.approx(365.25 / 200 * math.sqrt(0.5 * 0.5 / 3))
    assert found.losses == 0
    assert math.isnan(found.flagged)
    assert math.isnan(found.lead_weeks)


def test_one_flag_has_no_error():
    assert math.isnan(looked_back((30, 44)).lead_error)


def test_an_interval_flags_every_loss_and_everybody_else_too():
    one = clinic(policies=KINDS[: KINDS.index('[[policy]]\nname = "six')])
    (found,) = backtests(one, played(one))
    assert found.flagged > 90
    assert found.over_treated == 100
