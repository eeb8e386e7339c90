"""A course is tapered off, completed and taken up again; its visits beside the infusions are planned and held."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import account, next_steps
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.outcomes.api import (
    EndingRefused,
    complete_course,
    push_decisions,
    resume_course,
    taper_course,
)
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.api import WindowKind, current_window, open_tasks_of, set_window
from tenuto.core.course.next_facts import NextState
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.test_visits import DAY, given, scored

MAINTAINED = (80, 78, 76, 73, 71, 69, 40, 12)
"""The series, and two infusions of maintenance 29 and 28 days apart."""
HELD = [(80, 21), (60, 6), (12, 6), (0, 6)]
WHY = "She has been well for months, and we agreed on it."


def step(patient):
    return next_steps(Batch.of(patient))[patient.pk]


def url(patient, act=""):
    return f"/patients/{patient.pk}/outcomes/ending/{act}"


def test_a_taper_spaces_out_what_is_left_and_the_card_says_so(course, alice):
    patient = course(MAINTAINED, HELD)
    row = taper_course(patient=patient, intervals_days=(35, 42), reason=WHY, by=alice, at=NOW)
    assert (row.kind, row.intervals_days) == ("taper", (35, 42))
    card = step(patient)
    assert card.state is NextState.TAPER
    assert card.staff[0].startswith("Taper: 0 of 2 given")
    window = account(patient, Batch.of(patient)).window
    assert window.last - (DAY - timedelta(days=12)) == timedelta(days=35)
    assert AuditEvent.objects.get(action="decided on the end of a course").detail["reason"] == WHY


@pytest.mark.parametrize(("first", "refused"), [(14, True), (35, False)])
def test_a_taper_right_after_the_series_begins_where_the_signed_rule_ends(course, alice, first, refused):
    patient = course((14, 12, 10, 7, 5, 3), [(16, 21), (1, 6)])
    at_most = account(patient, Batch.of(patient)).window.last - (DAY - timedelta(days=3))
    assert timedelta(days=14) < at_most <= timedelta(days=35)
    if refused:
        with pytest.raises(EndingRefused):
            taper_course(patient=patient, intervals_days=(first,), reason=WHY, by=alice, at=NOW)
    else:
        taper_course(patient=patient, intervals_days=(first,), reason=WHY, by=alice, at=NOW)


def test_what_is_being_lost_is_not_spaced_out(course, alice):
    patient = course(MAINTAINED, [*HELD[:2], (1, 15), (0, 16)])
    with pytest.raises(EndingRefused, match="needs a response that holds"):
        taper_course(patient=patient, intervals_days=(35,), reason=WHY, by=alice, at=NOW)
    assert account(patient, Batch.of(patient)).ending is None


def test_a_taper_that_is_through_asks_for_the_completion_which_ends_the_task(course, alice, bob):
    patient = course(MAINTAINED[:-1], HELD[:2])
    taper_course(patient=patient, intervals_days=(29,), reason=WHY, by=alice, at=NOW - timedelta(days=20))
    given(patient, bob, on=DAY - timedelta(days=12))
    scored(patient, bob, 6)
    push_decisions(patient.clinic, at=NOW)
    assert step(patient).state is NextState.TAPER_THROUGH
    assert "outcomes.completion" in {task.kind for task in open_tasks_of(patient)}
    complete_course(patient=patient, follow_up_by=DAY + timedelta(days=60), reason=WHY, by=alice, at=NOW)
    assert "outcomes.completion" not in {task.kind for task in open_tasks_of(patient)}
    push_decisions(patient.clinic, at=NOW)
    assert "outcomes.completion" not in {task.kind for task in open_tasks_of(patient)}


def test_a_completed_course_keeps_its_date_to_be_seen_again_and_no_window(course, alice):
    patient = course(MAINTAINED, HELD)
    set_window(
        patient=patient, opens=DAY + timedelta(days=9), closes=DAY + timedelta(days=9), why="Decided by Alice.",
        kind=WindowKind.DECIDED, by=alice, at=NOW,
    )  # fmt: skip
    seen = DAY + timedelta(days=60)
    complete_course(patient=patient, follow_up_by=seen, reason=WHY, by=alice, at=NOW)
    card = step(patient)
    assert (card.state, card.by) == (NextState.COMPLETED, seen)
    assert current_window(patient) is None
    assert account(patient, Batch.of(patient)).window is None


def test_a_response_that_is_lost_after_the_completion_is_still_seen(course, alice, bob):
    patient = course(MAINTAINED, HELD[:3])
    complete_course(patient=patient, follow_up_by=DAY + timedelta(days=60), reason=WHY, by=alice, at=NOW)
    scored(patient, bob, 15, on=DAY - timedelta(days=1))
    scored(patient, bob, 16)
    assert step(patient).state is NextState.DRIFTING
    push_decisions(patient.clinic, at=NOW)
    assert "outcomes.booster" in {task.kind for task in open_tasks_of(patient)}
    resume_course(patient=patient, reason="She is losing the response.", by=alice, at=NOW)
    known = account(patient, Batch.of(patient))
    assert known.ending is None
    assert known.window is not None


@pytest.mark.parametrize(
    ("verb", "more", "says"),
    [
        (complete_course, {"follow_up_by": DAY}, "day to come"),
        (complete_course, {"follow_up_by": None}, "day to come"),
        (complete_course, {"follow_up_by": DAY + timedelta(days=9), "reason": "."}, "in a sentence"),
        (resume_course, {}, "neither tapered nor completed"),
        (taper_course, {"intervals_days": (20,)}, "shorter than the 28"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_kept(course, alice, verb, more, says):
    patient = course(MAINTAINED, HELD)
    with pytest.raises(EndingRefused, match=says):
        verb(**{"patient": patient, "reason": WHY, "by": alice, "at": NOW} | more)
    assert account(patient, Batch.of(patient)).ending is None


def test_a_running_series_is_not_completed_and_only_a_prescriber_of_the_clinic_decides(
    course, alice, bob, charlie
):
    patient = course((4, 2), [(5, 21)])
    with pytest.raises(EndingRefused, match="series is not given yet"):
        complete_course(patient=patient, follow_up_by=DAY + timedelta(days=9), reason=WHY, by=alice, at=NOW)
    for who, refused in ((bob, PermissionError), (charlie, WrongClinic)):
        with pytest.raises(refused):
            resume_course(patient=patient, reason=WHY, by=who, at=NOW)


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(course, visit, alice):
    patient = course(MAINTAINED, HELD)
    page = visit(alice)
    assert "Follow-up visit" in text_of(page.get(url(patient)))
    refused = page.post(url(patient, "taper/"), {"intervals": "35, soon", "reason": WHY})
    assert refused.status_code == 422
    assert "“soon” is no number of days" in text_of(refused)
    done = page.post(url(patient, "taper/"), {"intervals": "35, 42", "reason": WHY})
    assert done.status_code == 302
    assert "Tapered off since" in text_of(page.get(url(patient)))


def test_visits_beside_the_infusions_are_planned_held_and_late_on_the_card(course, visit, alice):
    patient = course(MAINTAINED, HELD)
    assert any(line.startswith("Follow-up visit late since") for line in step(patient).staff)
    page = visit(alice)
    for act, sent in (
        ("visit/", {"kind": "follow_up", "held_on": str(DAY), "with_name": "", "note": ""}),
        ("plan-visits/", {"kind": "psychotherapy", "every_days": "14", "with_name": "Dr Roe"}),
    ):
        assert page.post(url(patient, act), sent).status_code == 302
    assert not any("late since" in line for line in step(patient).staff)
    text = text_of(page.get(url(patient)))
    assert "Psychotherapy with Dr Roe by" in text
    future = {"kind": "follow_up", "held_on": str(DAY + timedelta(days=3)), "with_name": "", "note": ""}
    assert page.post(url(patient, "visit/"), future).status_code == 422


def test_another_clinic_sees_nothing(course, visit, charlie):
    patient = course(MAINTAINED, HELD)
    assert visit(charlie).get(url(patient)).status_code == 404
