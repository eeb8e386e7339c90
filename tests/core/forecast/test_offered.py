"""The days that are offered: none beyond the window, each a clinic day, the longest first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.course import Definitions
from tenuto.core.forecast.course_rows import history_text
from tenuto.core.forecast.days import is_open
from tenuto.core.forecast.keeping import inputs_from, inputs_text
from tenuto.core.forecast.offered import offered_days
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg, MgPerKg
from tests.core.forecast.test_keeping import DAY, FIRST, HISTORY, INFUSIONS, QUICK, SCORES

RULES = Definitions.from_policy(default_policy())


def found_on(day):
    return inputs_from(inputs_text(HISTORY, RULES, day, effort=QUICK)).made()


@pytest.fixture(scope="module")
def found():
    return found_on(DAY)


def test_none_lies_beyond_the_window_and_the_longest_stands_first(found):
    days = offered_days(found, INFUSIONS, RULES)
    assert days[0].on == found.window.end
    assert [each.on for each in days] == sorted((each.on for each in days), reverse=True)
    assert all(each.on >= DAY and is_open(each.on, RULES) for each in days)
    assert days[0].interval_days == found.window.longest_acceptable


def test_waiting_longer_never_lowers_the_risk_nor_raises_the_number_of_infusions(found):
    days = offered_days(found, INFUSIONS, RULES)
    assert days[0].risk == found.window.risk
    risks, a_year = [each.risk for each in days], [each.infusions_a_year for each in days]
    assert risks == sorted(risks, reverse=True)
    assert a_year == sorted(a_year)


def test_exposure_counts_the_year_up_to_the_day_at_the_last_dose(found):
    long_ago = GivenInfusion(FIRST - timedelta(days=400), mass=Mg(40), dose=MgPerKg("0.5"))
    longest = offered_days(found, (long_ago, *INFUSIONS), RULES)[0]
    assert longest.infusions_then == len(INFUSIONS) + 1
    assert longest.mass_then == Mg(36 * 7)


def test_a_mass_that_is_not_known_is_not_counted_as_zero(found):
    last = GivenInfusion(INFUSIONS[-1].on, dose=MgPerKg("0.5"))
    assert offered_days(found, (*INFUSIONS[:-1], last), RULES)[0].mass_then is None


def test_once_the_window_is_over_the_next_clinic_day_alone_is_left():
    late = found_on(DAY).window.end + timedelta(days=4)
    days = offered_days(found_on(late), INFUSIONS, RULES)
    assert len(days) == 1
    assert 0 <= (days[0].on - late).days <= 3


def test_on_the_day_of_an_infusion_the_first_day_that_is_offered_is_a_later_one():
    today = GivenInfusion(DAY - timedelta(days=1), mass=Mg(36), dose=MgPerKg("0.5"))
    history = history_text("depression", SCORES, (*INFUSIONS, today))
    found = inputs_from(inputs_text(history, RULES, today.on, effort=QUICK)).made()
    assert (found.as_of, is_open(today.on, RULES)) == (today.on, True)
    days = offered_days(found, (*INFUSIONS, today), RULES)
    assert days[-1].on > today.on
    assert days[-1].interval_days >= 1


def test_without_a_forecast_no_day_is_offered():
    silent = found_on(date(2026, 12, 1))
    assert silent.abstained
    assert offered_days(silent, INFUSIONS, RULES) == ()
