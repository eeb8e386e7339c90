"""What a course calls for is asked for, reviewed by a prescriber, and ended by that or by a score that makes it untrue."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import next_steps, strike_infusion
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.outcomes.api import ReviewRefused, push_decisions, review_course
from tenuto.clinic.outcomes.models import CourseReview
from tenuto.clinic.outcomes.rules import ASKED
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.api import active_holds, lift_hold, open_tasks_of
from tenuto.clinic.ports.models import TaskEnd
from tenuto.core.course.next_facts import NextState
from tenuto.core.literature.tasks import task_kind
from tenuto.core.outcomes.decisions import ReviewKind
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.test_visits import DAY, given, scored

THREE, SIX = (12, 10, 8), (14, 12, 10, 7, 5, 3)
WHY = "Sleeps better, and asks to go on."


def asked(patient):
    push_decisions(patient.clinic, at=NOW)
    return {task.kind: task for task in open_tasks_of(patient) if task.kind.startswith("outcomes.")}


def url(patient, act=""):
    return f"/patients/{patient.pk}/outcomes/{act}"


def test_a_series_without_a_change_gets_its_early_review_before_the_next_infusion(course):
    """The stop-early review of a non-responder, pushed to the prescriber."""
    patient = course(THREE, [(14, 21), (0, 20)])
    task = asked(patient)["outcomes.stop_early"]
    assert "3 infusions and no change larger than noise" in task.why
    assert (task.owner_role, clock.local(patient.clinic, task.due).date()) == (
        "prescriber",
        DAY + timedelta(days=8),
    )
    asked(patient)
    assert len([t for t in open_tasks_of(patient) if t.kind == "outcomes.stop_early"]) == 1
    step = next_steps(Batch.of(patient))[patient.pk]
    assert any(line.startswith("Early review of the course: prescriber, by ") for line in step.staff)


def test_a_later_score_that_shows_a_change_ends_it_and_a_worse_one_asks_again(course, bob):
    patient = course(THREE, [(14, 21), (1, 20)])
    assert "outcomes.stop_early" in asked(patient)
    scored(patient, bob, 9)
    assert asked(patient) == {}
    assert TaskEnd.objects.get(task__kind="outcomes.stop_early").outcome == "not_needed"


def test_six_without_response_are_stopped_or_justified(course, alice):
    patient = course(SIX, [(16, 21), (0, 18)])
    task = asked(patient)["outcomes.stop_or_justify"]
    assert clock.local(patient.clinic, task.due).date() == DAY + timedelta(days=4)
    row = review_course(
        patient=patient, kind=ReviewKind.STOP_OR_JUSTIFY, outcome="go_on", reason=WHY, by=alice, at=NOW
    )
    assert (row.given, row.ground.rpartition(":")[2]) == (6, "6")
    assert asked(patient) == {}
    assert TaskEnd.objects.get(task__kind="outcomes.stop_or_justify").ended_by == "review"
    assert AuditEvent.objects.get(action="reviewed course").detail["reason"] == WHY


def test_from_the_latest_number_on_nothing_is_booked_before_it(course, alice, bob):
    patient = course((40, 38, 36, 33, 31, 29, 14, 0), [(42, 21), (0, 18)])
    assert "outcomes.stop_or_justify" in asked(patient)
    (hold,) = active_holds(patient, on=DAY)
    assert "stop the course, or write why it goes on" in hold.why
    assert next_steps(Batch.of(patient))[patient.pk].state is NextState.HELD
    review_course(
        patient=patient, kind=ReviewKind.STOP_OR_JUSTIFY, outcome="go_on", reason=WHY, by=alice, at=NOW
    )
    push_decisions(patient.clinic, at=NOW)
    assert active_holds(patient, on=DAY) == []


def test_a_hold_whose_reason_was_gone_for_a_while_is_placed_again(course, bob, alice):
    """Hazard H32: an infusion struck in error and recorded again leaves nobody to be booked unseen."""
    patient = course((40, 38, 36, 33, 31, 29, 14, 0), [(42, 21), (0, 18)])
    first = asked(patient)["outcomes.stop_or_justify"]
    (hold,) = active_holds(patient, on=DAY)
    strike_infusion(patient=patient, on=DAY, why="Recorded for somebody else.", by=bob, at=NOW)
    assert asked(patient)["outcomes.stop_or_justify"].id != first.id
    assert active_holds(patient, on=DAY) == []
    given(patient, bob)
    again = asked(patient)["outcomes.stop_or_justify"]
    assert again.target == first.target
    (placed,) = active_holds(patient, on=DAY)
    assert (placed.id == hold.id, placed.key) == (False, hold.key)
    push_decisions(patient.clinic, at=NOW)
    assert [each.id for each in active_holds(patient, on=DAY)] == [placed.id]
    lift_hold(hold=placed.id, why="Spoken with her; one more is agreed.", by=alice, at=NOW)
    push_decisions(patient.clinic, at=NOW)
    assert active_holds(patient, on=DAY) == [], "what a person lifted stays lifted"


def test_to_stop_holds_what_is_still_planned(course, alice):
    patient = course(THREE, [(14, 21), (0, 22)])
    review_course(
        patient=patient,
        kind=ReviewKind.STOP_EARLY,
        outcome="stop",
        reason="It does not help.",
        by=alice,
        at=NOW,
    )
    (hold,) = active_holds(patient, on=DAY)
    assert hold.why == "The course was stopped: It does not help."
    push_decisions(patient.clinic, at=NOW)
    assert len(active_holds(patient, on=DAY)) == 1, "only a person lifts it"


def test_a_response_that_is_being_lost_is_a_call_today(course, bob):
    patient = course((40, 38, 36, 33, 31, 29), [(42, 21), (28, 6)])
    assert "outcomes.booster" not in asked(patient), "one worse score, of 17, two days ago"
    scored(patient, bob, 14)
    task = asked(patient)["outcomes.booster"]
    assert (task.owner_role, clock.local(patient.clinic, task.due).date()) == ("nurse", DAY)
    assert next_steps(Batch.of(patient))[patient.pk].state is NextState.DRIFTING


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"reason": "ok"}, "in a sentence why"),
        ({"outcome": "perhaps"}, "Choose what is decided"),
        ({"kind": ReviewKind.BENEFIT}, "is not due"),
    ],
)
def test_what_is_no_review_is_refused_and_nothing_is_kept(course, alice, change, problem):
    patient = course(THREE, [(14, 21), (0, 20)])
    said = {"kind": ReviewKind.STOP_EARLY, "outcome": "go_on", "reason": WHY, **change}
    with pytest.raises(ReviewRefused, match=problem):
        review_course(patient=patient, **said, by=alice, at=NOW)
    assert not CourseReview.objects.exists()


def test_a_review_is_held_once(course, alice, dora):
    patient = course(THREE, [(14, 21), (0, 20)])
    said = {"kind": ReviewKind.STOP_EARLY, "outcome": "go_on", "reason": WHY}
    review_course(patient=patient, **said, by=alice, at=NOW)
    with pytest.raises(ReviewRefused, match="somebody has taken it"):
        review_course(patient=patient, **said, by=dora, at=NOW)


def test_who_may_review(course, bob, charlie, visit):
    patient = course(THREE, [(14, 21), (0, 20)])
    said = {"kind": ReviewKind.STOP_EARLY, "outcome": "go_on", "reason": WHY}
    with pytest.raises(PermissionError):
        review_course(patient=patient, **said, by=bob, at=NOW)
    with pytest.raises(WrongClinic):
        review_course(patient=patient, **said, by=charlie, at=NOW)
    assert visit(bob).get(url(patient)).status_code == 200
    assert visit(bob).post(url(patient, "review/"), said).status_code == 403
    assert visit(charlie).get(url(patient)).status_code == 404


def test_the_page_says_what_the_scores_say_and_takes_the_review(course, alice, visit):
    patient = course(THREE, [(14, 21), (0, 20)])
    browser = visit(alice)
    answer = browser.get(url(patient), headers={"accept": "text/html"})
    page = text_of(answer)
    assert "PHQ-9 judges the course 21, Tue 10 Nov" in page
    assert "1 point better (4.8 %), within noise" in page
    assert "In 30 days 3 infusions, 108 mg" in page
    assert "Early review of the course" in page
    seen = re.search(r'name="seen_event" value="(\d+)"', answer.content.decode())[1]
    posted = {"kind": ReviewKind.STOP_EARLY.value, "outcome": "go_on", "reason": "x", "seen_event": seen}
    refused = browser.post(url(patient, "review/"), posted)
    assert refused.status_code == 422
    assert "in a sentence why" in text_of(refused)
    assert browser.post(url(patient, "review/"), {**posted, "reason": WHY}).status_code == 302
    assert WHY in text_of(browser.get(url(patient)))


def test_the_spine_says_where_the_course_stands(course, alice, visit):
    patient = course(THREE, [(14, 21), (0, 9)])
    page = text_of(visit(alice).get(f"/patients/{patient.pk}/intake/"))
    assert "Outcomes Response" in page
    for said in ("Booking To book", "Infusion 3 of 6 given", "Recovery 3 recorded"):
        assert said in page
    assert "Infusion Not started" not in page


def test_a_series_that_is_over_is_done_on_the_spine(course, alice, visit):
    patient = course(SIX, [(16, 21), (0, 9)])
    page = text_of(visit(alice).get(f"/patients/{patient.pk}/plan/", follow=True))
    assert "Infusion 6 given" in page
    assert "Not started" not in page[page.index("Intake") : page.index("Forecast")]


def test_every_task_that_is_pushed_is_a_kind_that_a_review_ends():
    for kind in ASKED:
        known = task_kind(kind.value)
        assert {each.value for each in known.ends_by} == {"review", "correction"}
        assert "machine" in known.may_end


def test_an_infusion_after_the_review_asks_again(course, alice, bob):
    patient = course((40, 38, 36, 33, 31, 29, 14), [(42, 21), (1, 18)])
    review_course(
        patient=patient, kind=ReviewKind.STOP_OR_JUSTIFY, outcome="go_on", reason=WHY, by=alice, at=NOW
    )
    assert asked(patient) == {}
    given(patient, bob)
    assert "outcomes.stop_or_justify" in asked(patient)
