"""How much of what was due is there, for who looks after the clinic."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenuto.clinic.access import api as access
from tenuto.clinic.portal.presenters.completeness import completeness_page
from tenuto.core.outcomes.completeness import WantedScore
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.conftest import accepted, add, signed  # noqa: F401
from tests.clinic.scales.filling import phq9

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)


@pytest.fixture
def planned(accepted, alice):  # noqa: F811
    """A patient whose first infusion is tomorrow."""
    patient = accepted("Demo Alder")
    signed(patient, alice)
    return patient


def test_before_anything_was_due_the_page_says_so(visit, bob, clinic):
    assert "Nothing was due yet" in text_of(visit(bob).get("/scores/"))


def test_a_score_in_its_days_counts_for_patient_prescriber_and_week(visit, bob, planned):
    phq9(planned, bob, 2, 2, 2, 2, 2, 2, 2, 2, 0)
    told = text_of(visit(bob).get("/scores/"))
    assert "1 of 1 score" in told
    assert "100 %" in told
    assert "Alice (alice)" in told
    assert "Week of Mon 23 Nov 2026" in told


def test_what_was_due_and_is_not_there_is_named_and_comes_first(ana, planned):
    there = WantedScore("baseline-1", "phq9", MONDAY, MONDAY, there=True)
    gone = WantedScore("weekly-1.1", "gad7", MONDAY, MONDAY + 7 * DAY, there=False)
    scores = {planned.pk: (there,), ana.pk: (there, gone)}
    page = completeness_page(
        [planned, ana], scores, {ana.pk: "Alice", planned.pk: "Alice"}, safety={}, today=MONDAY + 8 * DAY
    )
    assert [(row.name, row.there, row.percent, row.word) for row in page.patients] == [
        ("Ana Silva", "1 of 2 scores", "50 %", "Too few"),
        ("Demo Alder", "1 of 1 score", "100 %", "Enough"),
    ]
    assert page.patients[0].lacking == "GAD-7 was due until Mon 30 Nov 2026"
    assert [(row.name, row.percent) for row in page.clinicians] == [("Alice", "66 %")]
    assert [row.name for row in page.weeks] == ["Week of Mon 30 Nov 2026", "Week of Mon 23 Nov 2026"]


def test_what_is_there_before_its_days_are_over_stands_in_the_running_week(planned):
    early = WantedScore("weekly-1.1", "phq9", MONDAY, MONDAY + 9 * DAY, there=True)
    page = completeness_page([planned], {planned.pk: (early,)}, {}, safety={}, today=MONDAY + DAY)
    assert [row.name for row in page.weeks] == ["Week of Mon 23 Nov 2026"]


def test_who_is_at_risk_is_red_in_the_list(visit, bob, planned):
    phq9(planned, bob, 2, 2, 2, 2, 2, 2, 2, 2, 2)
    assert "Suicide risk" in text_of(visit(bob).get("/scores/"))


def test_a_restricted_record_is_counted_and_not_named(visit, alice, bob, dora, planned):
    phq9(planned, bob, 2, 2, 2, 2, 2, 2, 2, 2, 0)
    access.change_care_team(patient=planned, staff=alice, member=True, by=dora, at=NOW)
    access.restrict(patient=planned, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    told = text_of(visit(bob).get("/scores/"))
    assert "1 of 1 score" in told
    assert planned.name not in told
    assert planned.name in text_of(visit(alice).get("/scores/"))


def test_another_clinic_sees_its_own(visit, charlie, erin, planned, bob):
    phq9(planned, bob, 2, 2, 2, 2, 2, 2, 2, 2, 0)
    assert planned.name not in text_of(visit(charlie).get("/scores/"))
    assert visit(erin).get("/scores/").status_code == 403
