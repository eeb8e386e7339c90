"""A long-term check is asked for when it is due, holds when it is late for long or abnormal, and is ended by its result alone."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import next_steps
from tenuto.clinic.intake.services import Value, record_reading
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.outcomes.api import CheckRefused, checks, go_on_despite, push_checks, record_check
from tenuto.clinic.outcomes.models import CheckEntered, CheckGoneOn
from tenuto.clinic.pathway.api import Batch, findings_of
from tenuto.clinic.ports.api import NotByNote, active_holds, close_task, open_tasks_of
from tenuto.clinic.ports.models import TaskEnd
from tenuto.core.course.next_facts import NextState
from tenuto.core.gate import Level
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckState
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.test_visits import DAY

SIX = (14, 12, 10, 7, 5, 3)
LONG_AGO = (130, 128, 126, 123, 121, 119, 90, 60, 30, 4)
WHY = "The relapse is treated first, and the test is drawn on Friday."
WELL = {"outside": "no", "early": "no", "craving": "0", "monitoring": "clear"}


def url(patient, act=""):
    return f"/patients/{patient.pk}/outcomes/checks/{act}"


def recorded(patient, by, kind, *, on=DAY, readings=None, words=None, entered=None):
    record_check(
        patient=patient, kind=kind, on=on, readings=readings or {}, words=words or {}, entered=entered or {},
        by=by, at=NOW,
    )  # fmt: skip


def standing(patient):
    return {each.kind: each for each in checks(Batch.of(patient))[patient.pk]}


def asked(patient):
    push_checks(patient.clinic, at=NOW)
    return {
        t.target.partition(":")[0]: t for t in open_tasks_of(patient) if t.kind.startswith("outcomes.check")
    }


def liver(alt="30", high="40"):
    return {"alt_u_per_l": Value(Decimal(alt), Decimal(high)), "ast_u_per_l": Value(Decimal(25), Decimal(40))}


@pytest.fixture
def long_course(course, bob):
    """Somebody in maintenance for months, whose cognition was never looked at."""
    patient = course(LONG_AGO, [(132, 21), (100, 6), (4, 6)])
    recorded(patient, bob, CheckKind.MISUSE, entered=WELL)
    return patient


def test_before_the_first_infusion_nothing_is_due(course):
    patient = course((), [(14, 21)])
    assert checks(Batch.of(patient)) == {}
    assert push_checks(patient.clinic, at=NOW) == 0


def test_a_late_check_is_a_review_that_the_nurse_does_by_the_next_visit(long_course):
    task = asked(long_course)["cognition"]
    assert (task.owner_role, task.is_late(NOW)) == ("nurse", True)
    assert "due after 92 days" in task.why
    step = next_steps(Batch.of(long_course))[long_course.pk]
    assert step.state is NextState.HELD, "38 days late"


def test_within_thirty_days_it_is_no_hold(course, bob):
    patient = course((100, 98, 96, 93, 91, 89, 60, 30, 4), [(132, 21), (80, 6), (4, 6)])
    recorded(patient, bob, CheckKind.MISUSE, entered=WELL)
    assert "can be done at the visit" in asked(patient)["cognition"].why
    assert active_holds(patient, on=DAY) == []
    step = next_steps(Batch.of(patient))[patient.pk]
    assert step.state is NextState.CHECK_LATE
    assert any(line.startswith("Cognition screen late: REVIEW; nurse does it") for line in step.staff)
    assert any(line.startswith("Memory test by ") for line in step.patient)


def test_after_thirty_days_nothing_is_booked_until_the_result_is_recorded(long_course, bob):
    asked(long_course)
    (hold,) = active_holds(long_course, on=DAY)
    assert hold.kind == "check"
    assert "Nothing is booked before it is done" in hold.why
    asked(long_course)
    assert len(active_holds(long_course, on=DAY)) == 1, "done again it changes nothing"
    recorded(long_course, bob, CheckKind.COGNITION, entered={"score": "28"})
    assert active_holds(long_course, on=DAY) == []
    assert "cognition" not in asked(long_course)
    end = TaskEnd.objects.get(task__target="cognition")
    assert (end.ended_by, end.recorded_by_name) == ("result", "Bob (bob)")
    assert next_steps(Batch.of(long_course))[long_course.pk].state is not NextState.HELD


def test_no_note_ends_it(long_course, bob):
    task = asked(long_course)["cognition"]
    with pytest.raises(NotByNote):
        close_task(task=task.id, note="Done some other day.", by=bob, at=NOW)


def test_an_abnormal_result_holds_at_once_and_a_normal_one_lifts_it(course, bob):
    patient = course(SIX, [(16, 21), (0, 18)])
    recorded(patient, bob, CheckKind.LIVER, on=DAY - timedelta(days=1), readings=liver("130"))
    (hold,) = active_holds(patient, on=DAY)
    assert "3.2 times its upper limit" in hold.why or "3.3 times its upper limit" in hold.why
    task = asked(patient)["liver"]
    assert (task.kind, task.owner_role, task.safety) == ("outcomes.check_abnormal", "prescriber", True)
    recorded(patient, bob, CheckKind.LIVER, readings=liver("30"))
    assert active_holds(patient, on=DAY) == []
    assert "liver" not in asked(patient)


def test_a_result_that_came_on_another_page_counts_as_well(long_course, bob):
    pressure = {"systolic_mmhg": Value(Decimal(172)), "diastolic_mmhg": Value(Decimal(96))}
    record_reading(patient=long_course, values=pressure, taken_at=NOW, by=bob, at=NOW)
    found = standing(long_course)[CheckKind.BLOOD_PRESSURE]
    assert found.standing == () or found.state is CheckState.HELD


@pytest.mark.parametrize(
    ("on", "ended"), [(DAY, ("result", "done")), (DAY - timedelta(days=1), ("correction", "not_needed"))]
)
def test_a_task_is_done_by_a_result_since_it_was_opened_and_not_needed_by_an_earlier_one(
    course, bob, on, ended
):
    """An abnormal result is asked about today; then comes a new one, or one of yesterday that nobody had entered."""
    patient = course(SIX, [(16, 21), (0, 18)])
    recorded(patient, bob, CheckKind.LIVER, on=DAY - timedelta(days=2), readings=liver("130"))
    target = asked(patient)["liver"].target
    recorded(patient, bob, CheckKind.LIVER, on=on, readings=liver("30"))
    end = TaskEnd.objects.get(task__target=target)
    assert (end.ended_by, end.outcome) == ended


def test_a_prescriber_goes_on_with_a_reason_and_the_check_still_waits(long_course, alice):
    asked(long_course)
    ground = standing(long_course)[CheckKind.COGNITION].ground
    go_on_despite(patient=long_course, kind=CheckKind.COGNITION, ground=ground, reason=WHY, by=alice, at=NOW)
    assert active_holds(long_course, on=DAY) == []
    found = standing(long_course)[CheckKind.COGNITION]
    assert (found.state, found.reasoned) == (CheckState.LATE, True)
    assert "cognition" in asked(long_course)
    assert active_holds(long_course, on=DAY) == []
    assert AuditEvent.objects.get(action="went on despite check").detail["reason"] == WHY


def test_what_is_normal_on_a_later_day_and_found_again_holds_and_asks_again(course, bob):
    """Of two contrary results of one day the graver one counts; a result of a later day takes its place."""
    patient = course(SIX, [(16, 21), (0, 18)])
    for ago, word, held in ((2, "blood", 1), (2, "normal", 1), (1, "normal", 0), (0, "blood", 1)):
        recorded(
            patient, bob, CheckKind.URINARY, on=DAY - timedelta(days=ago), words={"lab.urinalysis": word}
        )
        assert len(active_holds(patient, on=DAY)) == held
        assert ("urinary" in asked(patient)) is bool(held)


def test_a_reason_for_an_abnormal_result_lifts_its_hold(course, bob, alice):
    patient = course(SIX, [(16, 21), (0, 18)])
    recorded(patient, bob, CheckKind.URINARY, words={"lab.urinalysis": "blood"})
    assert len(active_holds(patient, on=DAY)) == 1
    ground = standing(patient)[CheckKind.URINARY].ground
    go_on_despite(patient=patient, kind=CheckKind.URINARY, ground=ground, reason=WHY, by=alice, at=NOW)
    assert active_holds(patient, on=DAY) == []


@pytest.mark.parametrize(
    ("kind", "entered", "state"),
    [
        (CheckKind.COGNITION, {"score": "25"}, CheckState.NOT_DUE),
        (CheckKind.URINARY, {"scale": "bpicss", "score": "19"}, CheckState.HELD),
        (CheckKind.URINARY, {"scale": "icsi", "score": "6"}, CheckState.NOT_DUE),
        (CheckKind.MISUSE, {**WELL, "outside": "yes"}, CheckState.HELD),
        (CheckKind.MISUSE, {**WELL, "craving": "7"}, CheckState.NOT_DUE),
    ],
)
def test_what_the_clinics_limits_say_of_a_result(course, bob, kind, entered, state):
    patient = course(SIX, [(16, 21), (0, 18)])
    recorded(patient, bob, kind, entered=entered)
    found = standing(patient)[kind]
    assert (found.state, bool(found.standing)) == (state, True)


def test_a_clear_fall_from_the_own_best_score_holds(long_course, bob):
    recorded(long_course, bob, CheckKind.COGNITION, on=DAY - timedelta(days=40), entered={"score": "29"})
    recorded(long_course, bob, CheckKind.COGNITION, entered={"score": "25"})
    assert "4 below the best" in standing(long_course)[CheckKind.COGNITION].standing[0].says


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"reason": "ok"}, "in a sentence"), ({"ground": "abnormal:other"}, "does not hold for that reason")],
)
def test_what_is_no_reason_is_refused(long_course, alice, change, problem):
    asked(long_course)
    said = {"ground": standing(long_course)[CheckKind.COGNITION].ground, "reason": WHY, **change}
    with pytest.raises(CheckRefused, match=problem):
        go_on_despite(patient=long_course, kind=CheckKind.COGNITION, **said, by=alice, at=NOW)
    assert not CheckGoneOn.objects.exists()


def test_a_check_of_tomorrow_or_without_a_result_is_refused(long_course, bob):
    with pytest.raises(CheckRefused, match="in the future"):
        recorded(long_course, bob, CheckKind.COGNITION, on=DAY + timedelta(days=1), entered={"score": "28"})
    with pytest.raises(CheckRefused, match="at least one result"):
        recorded(long_course, bob, CheckKind.COGNITION)


def test_who_may_record_and_who_may_go_on(long_course, bob, carol, charlie, visit):
    said = {"patient": long_course, "kind": CheckKind.COGNITION}
    with pytest.raises(PermissionError):
        recorded(long_course, carol, CheckKind.COGNITION, entered={"score": "28"})
    with pytest.raises(WrongClinic):
        recorded(long_course, charlie, CheckKind.COGNITION, entered={"score": "28"})
    with pytest.raises(PermissionError):
        go_on_despite(**said, ground="late", reason=WHY, by=bob, at=NOW)
    assert visit(bob).get(url(long_course)).status_code == 200
    assert visit(carol).post(url(long_course, "cognition/")).status_code == 403
    assert visit(bob).post(url(long_course, "cognition/go-on/")).status_code == 403
    assert visit(charlie).get(url(long_course)).status_code == 404
    assert visit(bob).post(url(long_course, "nothing/")).status_code == 404


def test_the_nurse_records_each_check_on_its_page(long_course, bob, visit):
    browser = visit(bob)
    page = browser.get(url(long_course))
    assert "Cognition screen Held" in text_of(page)
    seen = re.search(r'name="seen_event" value="(\d+)"', page.content.decode())[1]
    posted = {"on": "2026-11-24", "seen_event": seen}
    refused = browser.post(url(long_course, "cognition/"), posted)
    assert (refused.status_code, "Enter the total." in text_of(refused)) == (422, True)
    for kind, fields in {
        "cognition": {"score": "27"},
        "liver": {"alt": "30", "alt_high": "40", "ast": "25", "ast_high": "40"},
        "blood_pressure": {"systolic": "126", "diastolic": "78"},
        "urinary": {"dipstick": "normal", "symptoms": "none", "scale": "icsi", "score": "2"},
        "misuse": WELL,
    }.items():
        answer = browser.post(url(long_course, f"{kind}/"), {**posted, **fields})
        assert answer.status_code == 302, text_of(answer)
    assert {each.state for each in standing(long_course).values()} == {CheckState.NOT_DUE}
    assert CheckEntered.objects.filter(patient=long_course).count() == 4
    assert "Cognition 27 of 30" in text_of(browser.get(url(long_course)))


@pytest.mark.parametrize(
    ("kind", "fields", "problem"),
    [
        ("urinary", {}, "Enter a dipstick, the symptoms or a scale."),
        ("urinary", {"scale": "icsi"}, "Enter the total of the scale."),
        ("urinary", {"scale": "icsi", "score": "21"}, "This scale ends at 20."),
        ("urinary", {"score": "3"}, "Choose which scale has this total."),
        ("liver", {"alt": "30", "ast": "25", "ast_high": "40"}, "Enter the value."),
        ("blood_pressure", {"systolic": "80", "diastolic": "90"}, "not below the systolic one"),
        ("misuse", {"outside": "no"}, "Choose an answer."),
        ("cognition", {"score": "31"}, "30"),
        ("cognition", {"score": "28", "on": "2026-11-25"}, "in the future"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_beside_it(long_course, bob, visit, kind, fields, problem):
    answer = visit(bob).post(url(long_course, f"{kind}/"), {"on": "2026-11-24", **fields})
    assert answer.status_code == 422
    assert problem in text_of(answer)


def test_the_prescriber_lifts_a_hold_on_the_page(long_course, alice, visit):
    asked(long_course)
    browser = visit(alice)
    ground = standing(long_course)[CheckKind.COGNITION].ground
    refused = browser.post(url(long_course, "cognition/go-on/"), {"ground": ground, "reason": "ok"})
    assert (refused.status_code, "Write in a sentence" in text_of(refused)) == (422, True)
    assert (
        browser.post(url(long_course, "cognition/go-on/"), {"ground": ground, "reason": WHY}).status_code
        == 302
    )
    assert active_holds(long_course, on=DAY) == []
    assert "Cognition screen late: REVIEW" in text_of(browser.get(url(long_course)))


def test_the_page_of_outcomes_names_what_is_due(long_course, alice, visit):
    page = text_of(visit(alice).get(f"/patients/{long_course.pk}/outcomes/"))
    assert "Held Cognition screen, " in page


def test_the_verdict_of_today_is_no_pass_beside_an_late_check(long_course, bob):
    def about(patient):
        return [
            each for each in findings_of(Batch.of(patient)).get(patient.pk, ()) if "LONG-TERM" in each.code
        ]

    (found,) = about(long_course)
    assert (found.code, found.level) == ("LONG-TERM-COGNITION", Level.REVIEW)
    recorded(long_course, bob, CheckKind.COGNITION, entered={"score": "25"})
    assert about(long_course)[0].message.startswith("Cognition 25 of 30"), "raised: a prescriber looks"
    recorded(long_course, bob, CheckKind.COGNITION, entered={"score": "28"})
    assert about(long_course) == []
