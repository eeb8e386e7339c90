"""Titration options: shown with their reasons, never past a cap, never after harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.course.infusion import CourseError, GivenInfusion, Tolerability
from tenuto.core.plan.titration import OptionChange, first_dose_options, titration_options
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg, MgPerKg, Minutes
from tests.spec.tables import rows

POLICY = default_policy()
DAY = date(2026, 1, 5)


def session(dose="0.5", minutes=40, **report):
    borne = {
        "worst_event_grade": 0,
        "open_event_grade": 0,
        "blood_pressure_alert": False,
        "deepest_sedation": 5,
    }
    return GivenInfusion(
        DAY, dose=MgPerKg(dose), minutes=Minutes(minutes), tolerability=Tolerability(**{**borne, **report})
    )


def changes(options):
    return {o.change for o in options.options}


@pytest.mark.parametrize("row", rows("plan/titration.md"))
def test_an_increase_is_offered_or_its_absence_explained(row):
    """Hazard H32."""
    last = session(
        worst_event_grade=int(row["worst grade"]),
        open_event_grade=int(row["open grade"]),
        blood_pressure_alert=row["BP alert"] == "yes",
        deepest_sedation=int(row["MOAA/S"]) if row["MOAA/S"] else None,
    )
    earlier = [session()] * (int(row["sessions"]) - 1)
    improved = Decimal(row["improved %"]) if row["improved %"] else None
    found = titration_options([*earlier, last], improved, policy=POLICY)
    assert (OptionChange.UP in changes(found)) is (row["up offered"] == "yes")
    assert {OptionChange.KEEP, OptionChange.LONGER, OptionChange.DOWN} <= changes(found)
    assert bool(found.withheld) is (row["up offered"] == "no")
    assert row["why not"] in " ".join(w.why for w in found.withheld)


def test_the_steps_are_those_of_the_data():
    found = titration_options([session(), session()], Decimal(0), policy=POLICY)
    assert [str(o.dose) for o in found.options if o.change is OptionChange.UP] == ["0.6 mg/kg", "0.75 mg/kg"]
    assert [str(o.minutes) for o in found.options if o.change is OptionChange.LONGER] == ["50 min", "60 min"]
    assert [str(o.dose) for o in found.options if o.change is OptionChange.DOWN] == [
        "0.4 mg/kg",
        "0.375 mg/kg",
    ]


def test_at_the_cap_no_increase_is_offered_and_the_reason_is_said():
    found = titration_options([session("1"), session("1")], Decimal(0), policy=POLICY)
    assert OptionChange.UP not in changes(found)
    assert "cap" in found.withheld[0].why


def test_a_step_that_ends_at_a_cap_is_offered():
    """0.1 mg/kg more than 0.9 mg/kg is 1 mg/kg, and in 40 min 1.5 mg/kg/h: the clinic's most and its highest rate."""
    for minutes, offered in ((40, True), (36, False)):
        found = titration_options([session("0.9", minutes)] * 2, Decimal(0), policy=POLICY)
        assert ("1 mg/kg" in {str(o.dose) for o in found.options}) is offered, minutes


@given(
    dose=st.decimals("0.1", "1", places=2),
    minutes=st.integers(40, 120),
    grade=st.integers(0, 5),
    open_grade=st.integers(0, 5),
    alert=st.booleans(),
    sedation=st.none() | st.integers(0, 5),
    improved=st.none() | st.decimals("-50", "100", places=1),
    sessions=st.integers(1, 8),
)
@settings(max_examples=150)
def test_laws_of_the_options(dose, minutes, grade, open_grade, alert, sedation, improved, sessions):
    """One thing changes at a time; no option passes a cap; harm only ever takes options away."""
    last = session(
        str(dose),
        minutes,
        worst_event_grade=grade,
        open_event_grade=min(grade, open_grade),
        blood_pressure_alert=alert,
        deepest_sedation=sedation,
    )
    history = [session(str(dose), minutes)] * (sessions - 1)
    found = titration_options([*history, last], improved, policy=POLICY)
    for option in found.options:
        assert option.dose == last.dose or option.minutes == last.minutes
        if option.change is not OptionChange.KEEP:
            assert option.dose.value <= POLICY.number("dose_max_mg_per_kg_psychiatric")
            rate = option.dose.over(option.minutes).value
            assert rate <= POLICY.number("rate_max_mg_per_kg_per_h_psychiatric")
    unharmed = titration_options([*history, session(str(dose), minutes)], improved, policy=POLICY)
    assert changes(found) <= changes(unharmed)


def test_an_open_event_of_an_earlier_infusion_counts_too():
    """Hazard H32."""
    open_still = session(worst_event_grade=3, open_event_grade=2)
    found = titration_options([open_still, session()], Decimal(0), policy=POLICY)
    assert OptionChange.UP not in changes(found)
    assert [w.why for w in found.withheld] == [
        "An event of grade 2 is still open. Close it before the dose is raised."
    ]


def test_what_is_not_recorded_speaks_against_an_increase():
    silent = replace(session(), tolerability=None)
    found = titration_options([session(), silent], Decimal(0), policy=POLICY)
    assert OptionChange.UP not in changes(found)
    assert [w.why for w in found.withheld] == ["How the last infusion was borne is not recorded."]


@pytest.mark.parametrize("unknown", [{"minutes": None}, {"dose": None, "mass": Mg(35)}])
def test_an_infusion_that_is_half_known_is_not_changed(unknown):
    with pytest.raises(CourseError, match="Mon 5 Jan 2026 are not known"):
        titration_options([replace(session(), **unknown)], None, policy=POLICY)


def test_a_cautious_first_dose_shows_the_lower_ones_first():
    usual = MgPerKg("0.5")
    cautious = first_dose_options(usual, Minutes(40), cautious=True)
    assert [str(o.dose) for o in cautious] == ["0.25 mg/kg", "0.3 mg/kg", "0.5 mg/kg"]
    assert [o.dose for o in first_dose_options(usual, Minutes(40), cautious=False)] == [usual]
    lower = first_dose_options(MgPerKg("0.3"), Minutes(40), cautious=True)
    assert [str(o.dose) for o in lower] == ["0.25 mg/kg", "0.3 mg/kg"], "each once"


def test_without_a_session_there_is_nothing_to_change():
    with pytest.raises(ValueError, match="first_dose_options"):
        titration_options([], None, policy=POLICY)
