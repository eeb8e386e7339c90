"""The plan's calendar file, the booked visits and the worklist tell one story, whatever becomes of the plan."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from tenuto.clinic.booking.api import standing_of
from tenuto.clinic.booking.contribution import turns
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan import services
from tenuto.clinic.ports.api import HoldKind, place_hold
from tests.clinic.booking.test_pages import booked, url
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def six(week, accepted, alice, carol, visit):
    """A signed plan of six, each of them booked; the version."""
    version = signed(accepted(), alice)
    booked(visit(carol), version.patient)
    return version


def entries(browser, version):
    file = browser.get(f"/patients/{version.patient_id}/plan/versions/{version.pk}/series.ics").content
    found = sorted(Calendar.from_ical(file).walk("VEVENT"), key=lambda each: each.decoded("DTSTART"))
    return [(each.decoded("DTSTART"), str(each["STATUS"]), str(each["DESCRIPTION"])) for each in found]


def days_booked(patient):
    return [row.starts_on for row in standing_of(patient)]


def test_what_is_booked_is_in_the_calendar_as_booked_on_its_day_with_its_hour(six, alice, visit):
    found = entries(visit(alice), six)
    assert [day for day, _, _ in found] == days_booked(six.patient)
    assert {status for _, status, _ in found} == {"CONFIRMED"}
    first = standing_of(six.patient)[0]
    assert found[0][2].startswith(f"Booked for {first.at_clinic[-5:]}.")


def test_a_session_that_a_later_version_drops_is_not_cancelled_while_its_visit_stands(
    six, alice, carol, visit
):
    """The calendar says that it is booked, the coordinator is told, and one press makes both one again."""
    patient = six.patient
    shorter = signed(patient, alice, OPTIONS.replace("vial", "protocol=depression-4x2wk&vial"))
    found = entries(visit(alice), shorter)
    assert [day for day, _, _ in found] == days_booked(patient)
    assert [status for _, status, _ in found] == ["CONFIRMED"] * 4 + ["TENTATIVE"] * 2
    assert "not planned now" in found[-1][2]
    assert turns(Batch.of(patient))[patient.pk].kind == "Series no longer fits the plan"
    visit(carol).post(url("surplus", patient))
    assert len(days_booked(patient)) == 4
    after = entries(visit(alice), shorter)
    assert sorted(status for _, status, _ in after) == ["CANCELLED"] * 2 + ["CONFIRMED"] * 4


def test_while_the_plan_is_held_the_calendar_still_says_what_is_booked(six, alice, visit):
    place_hold(patient=six.patient, kind=HoldKind.PLAN, rule="test", key="1", why="High.", by=alice, at=NOW)
    found = entries(visit(alice), six)
    assert [day for day, _, _ in found] == days_booked(six.patient)
    assert {status for _, status, _ in found} == {"TENTATIVE"}
    assert all("still" not in words or "booked" in words for _, _, words in found)


def test_a_withdrawn_plan_leaves_no_visit_behind_unseen(six, alice, carol, visit):
    """Its visits stand on the coordinator's worklist, first on the page, and are cancelled in one act."""
    patient = six.patient
    services.withdraw(version=six, reason="Moved away.", by=alice, at=NOW)
    assert {status for _, status, _ in entries(visit(alice), six)} == {"TENTATIVE"}
    turn = turns(Batch.of(patient))[patient.pk]
    assert (turn.kind, turn.owner, turn.mark) == ("Booked without a plan", "coordinator", "block")
    page = visit(carol).get(url("page", patient)).content.decode()
    assert "6 visits still stand" in page
    assert "and 5 more: cancel it, or sign a plan" in page
    visit(carol).post(url("surplus", patient))
    assert days_booked(patient) == []
    assert {status for _, status, _ in entries(visit(alice), six)} == {"CANCELLED"}
    assert patient.pk not in turns(Batch.of(patient))
