"""What can be said of an infusion that was given, and what contradicts itself."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.core.course.exposure import exposure
from tenuto.core.course.infusion import CourseError, GivenInfusion, Tolerability
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg, MgPerKg

DAY = date(2026, 1, 5)


def test_an_infusion_needs_its_dose():
    with pytest.raises(CourseError, match="2026-01-05 has no dose"):
        GivenInfusion(DAY)


@pytest.mark.parametrize(
    ("worst", "still_open", "sedation", "words"),
    [
        (6, 0, None, "6 is no grade"),
        (1, -1, None, "-1 is no grade"),
        (1, 2, None, "can't be worse than the worst"),
        (0, 0, 6, "6 is no MOAA/S level"),
    ],
)
def test_grades_and_levels_exist_and_agree(worst, still_open, sedation, words):
    with pytest.raises(CourseError, match=words):
        Tolerability(worst, still_open, blood_pressure_alert=False, deepest_sedation=sedation)


def test_the_exposure_of_an_unknown_mass_is_refused_and_not_counted_as_nothing():
    with pytest.raises(CourseError, match="How many mg were given on Mon 5 Jan 2026 is not known"):
        exposure([GivenInfusion(DAY, dose=MgPerKg("0.5"))], as_of=DAY, policy=default_policy())
    known = GivenInfusion(DAY, mass=Mg(35), dose=MgPerKg("0.5"))
    assert exposure([known], as_of=DAY, policy=default_policy()).total == Mg(35)
