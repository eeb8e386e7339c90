"""A check of long-term safety answered on a form: by the patient, by link, or by a nurse with the patient."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.outcomes.api import push_answered
from tenuto.clinic.ports.api import active_holds, open_tasks_of
from tenuto.clinic.scales.api import record_form, strike_form
from tenuto.clinic.scales.services import StrikeRefused
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckState
from tenuto.core.scales.reading import instrument
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.outcomes.test_checks import SIX, standing, url
from tests.clinic.plan.test_visits import DAY

PAIN = {"1": 1, "2": 1}
MINUTE = timedelta(minutes=1)


def answered(patient, by, scale, given=None, *, at=NOW):
    answers = {item.id: 0 for item in instrument(scale).items} | (given or {})
    return record_form(
        patient=patient, instrument_id=scale, answers=answers, taken=DAY, answered_by="patient", by=by, at=at
    ).form


@pytest.fixture
def treated(course):
    return course(SIX, [(16, 21), (0, 18)])


def test_pain_that_is_answered_holds_at_once_and_a_well_bladder_lifts_it(treated, bob):
    answered(treated, bob, "urinary_check", PAIN)
    assert push_answered(treated.clinic, at=NOW + MINUTE) == 1
    (hold,) = active_holds(treated, on=DAY)
    assert "pain or burning, frequency or urgency" in hold.why
    (task,) = [t for t in open_tasks_of(treated) if t.kind == "outcomes.check_abnormal"]
    assert (task.owner_role, task.safety) == ("prescriber", True)
    answered(treated, bob, "urinary_check", at=NOW + MINUTE)
    push_answered(treated.clinic, at=NOW + 2 * MINUTE)
    assert active_holds(treated, on=DAY) == []
    assert not [t for t in open_tasks_of(treated) if t.kind == "outcomes.check_abnormal"]


def test_a_form_struck_as_an_error_holds_nobody(treated, bob):
    form = answered(treated, bob, "urinary_check", PAIN)
    push_answered(treated.clinic, at=NOW + MINUTE)
    strike_form(
        patient=treated, form=form.pk, why="Filled in for somebody else.", by=bob, at=NOW + 9 * MINUTE
    )
    assert push_answered(treated.clinic, at=NOW + 10 * MINUTE) == 1
    assert active_holds(treated, on=DAY) == []


def test_a_form_that_another_recorded_is_not_struck_by_a_coordinator(treated, bob, carol):
    form = answered(treated, bob, "urinary_check", PAIN)
    with pytest.raises(StrikeRefused, match=r"entered by Bob \(bob\)"):
        strike_form(patient=treated, form=form.pk, why="Filled in for somebody else.", by=carol, at=NOW)


def test_only_what_was_answered_lately_is_looked_at(treated, bob):
    answered(treated, bob, "urinary_check", PAIN)
    answered(treated, bob, "gad7", at=NOW + 5 * MINUTE)
    assert push_answered(treated.clinic, at=NOW + 5 * MINUTE) == 0


def test_a_bladder_scale_does_the_check_and_the_short_questions_do_not(course, bob):
    patient = course((130, 128, 126, 123, 121, 119, 90, 60, 30, 4), [(132, 21), (4, 6)])
    late = standing(patient)[CheckKind.URINARY]
    answered(patient, bob, "urinary_check")
    assert standing(patient)[CheckKind.URINARY].due == late.due
    answered(patient, bob, "icsi")
    assert standing(patient)[CheckKind.URINARY].state is CheckState.NOT_DUE


def test_drugs_reported_by_the_patient_are_a_prescribers_to_look_at(treated, bob):
    answered(treated, bob, "ketamine_use_check", {"1": 1})
    assert standing(treated)[CheckKind.MISUSE].state is CheckState.HELD
    answered(treated, bob, "dast10", {"1": 1, "2": 1, "3": 1, "4": 1})
    told = [each.says for each in standing(treated)[CheckKind.MISUSE].standing]
    assert told[0].endswith("ketamine outside treatment.")
    assert told[1].startswith("DAST-10 3 on")


def test_the_page_leads_to_the_forms_and_back(visit, bob, treated):
    page = visit(bob).get(url(treated)).content.decode()
    for scale in (
        "urinary_check",
        "icsi",
        "bpicss",
        "ketamine_use_check",
        "craving_check",
        "dast10",
        "audit",
    ):
        assert f"/scales/{scale}/?next={url(treated)}" in page
    assert "/scales/ask/?scale=urinary_check" in page
    asked = visit(bob).get(f"/patients/{treated.pk}/scales/ask/?scale=ketamine_use_check&scale=craving_check")
    assert [
        line for line in asked.content.decode().split("<input") if "checked" in line and "instruments" in line
    ]
    filled = {f"item-{n}": "1" for n in (1, 2)} | {"item-3": "0", "taken": DAY, "answered_by": "staff"}
    answer = visit(bob).post(f"/patients/{treated.pk}/scales/urinary_check/?next={url(treated)}", filled)
    assert answer["Location"] == url(treated)
    assert "pain or burning, frequency or urgency" in text_of(visit(bob).get(url(treated)))


def test_no_form_leads_to_another_server(visit, bob, treated):
    filled = {f"item-{n}": "0" for n in (1, 2, 3)} | {"taken": DAY, "answered_by": "staff"}
    path = f"/patients/{treated.pk}/scales/urinary_check/?next=https://example.org/"
    assert visit(bob).post(path, filled)["Location"] == f"/patients/{treated.pk}/scales/"
