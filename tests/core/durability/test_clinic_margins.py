"""What an aimed rule brings over others, counted on courses whose figures are known."""

import math

import pytest

from tenuto.core.durability.clinic import read_clinic
from tenuto.core.durability.clinic_margins import FIXED, margins
from tenuto.core.durability.clinic_simulation import Outcome
from tests.core.durability.test_clinic import CLINIC

POLICIES = """
[[policy]]
name = "none"
kind = "none"
[[policy]]
name = "monthly"
kind = "fixed"
every_days = 28
[[policy]]
name = "aimed"
kind = "aimed"
aim = "keep_response"
worth_days = 3
[[policy]]
name = "stable"
kind = "stable_rule"
"""
YEAR = 36525
"""A hundred years of days, so that infusions a year are whole numbers."""


def outcome(policy, a_year, held):
    return Outcome(policy, 100 * a_year, YEAR, round(YEAR * held), 0, None, None, None, 0)


def found(*, none=(0, 0.2), monthly=(12, 0.8), aimed=(6, 0.7), stable=(6, 0.6), also=()):
    one = read_clinic(CLINIC.format(patients=4, policies=POLICIES), name="test")
    twice = [("none", none), ("monthly", monthly), ("aimed", aimed), ("stable", stable)] * 2
    outcomes = [outcome(name, *figures) for name, figures in [*twice, *also]]
    return {(m.policy, m.rival): m for m in margins(one, outcomes)}


def test_a_rule_is_compared_with_the_mix_of_intervals_that_takes_as_many_infusions():
    margin = found()["aimed", FIXED]
    # Half of no maintenance and half of monthly: 6 a year and 50 % of days.
    assert margin.more == pytest.approx(20, abs=0.01)
    assert margin.infusions_a_year == pytest.approx(6)
    assert margin.held == pytest.approx(70, abs=0.01)
    # Intervals hold 70 % of days with 10 a year.
    assert margin.fewer == pytest.approx(40, abs=0.01)


def test_a_published_rule_is_compared_with_the_mix_of_settings_that_takes_as_many_infusions():
    margin = found(stable=(3, 0.4))["keep_response rule", "stable"]
    assert margin.more == pytest.approx(5, abs=0.01)
    # From 20 % at none to 70 % at 6 a year: 40 % of days with 2.4.
    assert margin.fewer == pytest.approx(100 * (1 - 2.4 / 3), abs=0.01)


def test_a_rival_beyond_what_was_played_is_compared_with_the_most_that_was():
    margin = found(stable=(20, 0.9))["keep_response rule", "stable"]
    assert margin.infusions_a_year == pytest.approx(6)
    assert margin.more == pytest.approx(-20, abs=0.01)
    assert math.isnan(margin.fewer)


def test_the_error_is_that_of_differences_within_patients():
    same = found()["keep_response rule", "stable"]
    assert same.error == pytest.approx(0, abs=1e-9)
    extra = [("none", (0, 0.2)), ("monthly", (12, 0.8)), ("aimed", (6, 0.9)), ("stable", (6, 0.5))]
    spread = found(also=extra)["keep_response rule", "stable"]
    # Differences of 10, 10 and 40 points.
    assert spread.more == pytest.approx(20, abs=0.01)
    assert spread.error == pytest.approx(10, abs=0.01)


def test_without_an_aimed_rule_or_a_responder_there_is_nothing_to_compare():
    one = read_clinic(CLINIC.format(patients=4, policies=POLICIES), name="test")
    assert margins(one, []) == []
