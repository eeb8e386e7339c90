"""What happened beside infusions and scores: missed visits, events, and a score that was entered in error."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import account, course_facts, record_event, record_missed
from tenuto.clinic.forecast.api import courses
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.api import forms_of, record_form, strike_form
from tenuto.clinic.scales.services import StrikeRefused
from tenuto.core.course.facts import CourseEventKind, MissedHow
from tenuto.core.course.infusion import CourseError
from tenuto.core.durability.history_files import read_json
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.test_visits import DAY, given, scored

SIX = (14, 12, 10, 7, 5, 3)
WHY = "The train did not run that day."
CHANGED = CourseEventKind.ANTIDEPRESSANT_CHANGED


def missed(patient, by, days=0, how=MissedHow.NO_SHOW, reason=WHY):
    return record_missed(
        patient=patient, on=DAY - timedelta(days=days), how=how, reason=reason, by=by, at=NOW
    )


def happened(patient, by, kind=CHANGED, days=1):
    return record_event(patient=patient, kind=kind, on=DAY - timedelta(days=days), note="", by=by, at=NOW)


def course_of(patient):
    known = Patient.objects.prefetch_related("identifiers").get(pk=patient.pk)
    return account(known, Batch.of(known))


def test_a_missed_visit_is_on_record_with_how_it_came(course, carol):
    patient = course(SIX, [(16, 21)])
    missed(patient, carol, 1)
    missed(patient, carol, 1, MissedHow.BY_CLINIC, "The nurse was ill.")
    (found,) = course_of(patient).missed_visits
    assert (found.how, found.reason) == (MissedHow.BY_CLINIC, "The nurse was ill.")


def test_a_day_on_which_an_infusion_was_given_was_not_missed(course, carol, bob):
    patient = course(SIX, [(16, 21)])
    with pytest.raises(CourseError, match="An infusion is on record"):
        missed(patient, carol, 3)
    missed(patient, carol)
    given(patient, bob)
    assert course_of(patient).missed_visits == ()


@pytest.mark.parametrize(
    ("change", "problem"), [({"days": -1}, "still to come"), ({"reason": "x"}, "in a sentence")]
)
def test_what_is_no_missed_visit_is_refused(course, carol, change, problem):
    patient = course(SIX, [(16, 21)])
    with pytest.raises(CourseError, match=problem):
        missed(patient, carol, **change)


def test_the_forecast_is_told_what_happened(course, bob):
    patient = course(SIX, [(16, 21), (13, 15), (9, 9), (0, 6)])
    before = courses(Batch.of(patient))[patient.pk]
    happened(patient, bob)
    happened(patient, bob)
    happened(patient, bob, CourseEventKind.ADMISSION, 5)
    known = courses(Batch.of(patient))[patient.pk]
    assert [each.kind for each in read_json(known.history, as_of=DAY).events] == ["admission", CHANGED.value]
    assert known.ground != before.ground, "a decision that was made without knowing it is refused"


def test_who_may_record_it(course, bob, charlie, erin, visit):
    patient = course(SIX, [(16, 21)])
    for act in (missed, happened):
        with pytest.raises(WrongClinic):
            act(patient, charlie)
        with pytest.raises(PermissionError):
            act(patient, erin)
    for act in ("missed", "event"):
        url = f"/patients/{patient.pk}/outcomes/{act}/"
        assert visit(charlie).post(url).status_code == 404
        assert visit(bob).post(url).status_code == 422


def test_both_are_recorded_on_the_page(course, bob, visit):
    patient = course((14, 12), [(16, 21)])
    browser, url = visit(bob), f"/patients/{patient.pk}/outcomes/"
    late = {"on": "2026-11-25", "how": "no_show", "reason": WHY}
    assert "still to come" in text_of(browser.post(f"{url}missed/", late))
    assert browser.post(f"{url}missed/", {**late, "on": "2026-11-20"}).status_code == 302
    event = {"kind": "admission", "on": "2026-11-19", "note": ""}
    assert "in the future" in text_of(browser.post(f"{url}event/", {**event, "on": "2026-11-25"}))
    assert browser.post(f"{url}event/", event).status_code == 302
    page = text_of(browser.get(url))
    assert "Fri 20 Nov 2026: did not come. The train did not run that day." in page
    assert "Thu 19 Nov 2026: admission to hospital" in page


def struck(patient, by, row, why="Typed into the wrong record."):
    return strike_form(patient=patient, form=row.form.pk, why=why, by=by, at=NOW)


def scores(found):
    return [replace(each, id="") for scale in found.scales for each in (*scale.before, *scale.after)]


def test_a_struck_score_is_as_if_it_had_never_been(course, bob):
    patient = course(SIX, [(16, 21), (9, 9)])
    before = course_of(patient), courses(Batch.of(patient))[patient.pk].history
    wrong = scored(patient, bob, 20)
    assert scores(course_of(patient)) != scores(before[0])
    struck(patient, bob, wrong)
    assert scores(course_of(patient)) == scores(before[0])
    assert courses(Batch.of(patient))[patient.pk].history == before[1]
    assert len(forms_of(patient.pk, with_struck=True)) == len(forms_of(patient.pk)) + 1, "it stays"


def test_a_strike_hides_no_thought_of_death(course, bob):
    patient = course(SIX, [(16, 21)])
    answers = {str(n): 1 for n in range(1, 10)}
    row = record_form(
        patient=patient,
        instrument_id="phq9",
        answers=answers,
        taken=DAY,
        answered_by="patient",
        by=bob,
        at=NOW,
    )
    tasks = {task.id for task in open_tasks_of(patient)}
    state = safety_now(patient, Batch.of(patient)).risk
    struck(patient, bob, row)
    assert {task.id for task in open_tasks_of(patient)} == tasks
    assert safety_now(patient, Batch.of(patient)).risk is state


def test_of_two_scores_of_a_day_the_one_recorded_last_counts(course, bob):
    patient = course(SIX, [(16, 21)])
    scored(patient, bob, 20)
    scored(patient, bob, 8)
    assert course_of(patient).scale.after[-1].value == 8
    assert course_facts(Batch.of(patient))[patient.pk].counted_scores[0].value == 8


def test_a_score_is_struck_once_with_a_reason_by_the_own_clinic(course, bob, charlie, visit):
    patient = course(SIX, [(16, 21)])
    row = scored(patient, bob, 20)
    with pytest.raises(StrikeRefused, match="in a sentence"):
        struck(patient, bob, row, "x")
    with pytest.raises(WrongClinic):
        struck(patient, charlie, row)
    url = f"/patients/{patient.pk}/scales/strike/{row.form.pk}/"
    assert visit(charlie).post(url, {"why": "Typed into the wrong record."}).status_code == 404
    answer = visit(bob).post(url, {"why": "Typed into the wrong record."}, follow=True)
    assert "counts as never recorded" in text_of(answer)
    with pytest.raises(StrikeRefused, match="not on record"):
        struck(patient, bob, row)
