"""An enquiry comes in by web, phone or letter, and becomes a patient or is closed."""

from __future__ import annotations

import pytest

from tenuto.clinic.intake.models import Enquiry, EnquiryEnd
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import open_tasks
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of

WEB = {"name": "Willow Tree", "contact": "555 0100", "message": "please call", "consent_to_contact": "on"}
REGISTER = {"name": "Willow Tree", "birth_date": "1984-02-03", "identifier": "MRN 77"}


@pytest.fixture
def asked(visit, clinic):
    """An enquiry from the public form."""
    assert visit().post(f"/enquire/{clinic.pk}/", WEB).status_code == 302
    return Enquiry.objects.get()


def test_the_public_form_takes_it_in_and_repeats_nothing(visit, clinic):
    answer = visit().post(f"/enquire/{clinic.pk}/", WEB, follow=True)
    page = text_of(answer)
    assert "It has arrived" in page
    for word in ("Willow", "555 0100", "please call"):
        assert word not in page
        assert word not in answer.redirect_chain[0][0]
        assert not any(word in event.detail_json for event in AuditEvent.objects.all())
        assert not any(word in task.why for task in open_tasks(clinic))
    row = Enquiry.objects.get()
    assert (row.channel, row.name, row.clinic) == ("web", "Willow Tree", clinic)


def test_it_is_the_coordinators_task_within_a_day(asked, clinic):
    task = open_tasks(clinic)[0]
    assert (task.kind, task.owner_role, task.patient_id) == ("enquiry", "coordinator", None)
    assert (task.due - NOW).total_seconds() == 24 * 3600


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"consent_to_contact": ""}, "Without this we may not answer you"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_without_consent_or_name_nothing_is_kept(visit, clinic, change, sentence):
    page = visit().post(f"/enquire/{clinic.pk}/", {k: v for k, v in {**WEB, **change}.items() if v})
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert not Enquiry.objects.exists()


def test_a_robot_is_thanked_and_not_heard(visit, clinic):
    assert visit().post(f"/enquire/{clinic.pk}/", {**WEB, "website": "spam.example"}).status_code == 302
    assert not Enquiry.objects.exists()


def test_one_connection_sends_five_an_hour(visit, clinic):
    for _ in range(5):
        assert visit().post(f"/enquire/{clinic.pk}/", WEB).status_code == 302
    assert visit().post(f"/enquire/{clinic.pk}/", WEB).status_code == 429
    assert Enquiry.objects.count() == 5


def test_the_public_form_needs_its_token_and_a_clinic(clinic):
    from uuid import uuid4

    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(f"/enquire/{clinic.pk}/", WEB).status_code == 403
    assert Client().get(f"/enquire/{uuid4()}/").status_code == 404


def test_phone_and_letter_are_entered_by_staff(visit, carol):
    browser = visit(carol)
    letter = {**WEB, "channel": "letter"}
    assert "A letter has a sender" in text_of(browser.post("/enquiries/add/", letter))
    browser.post("/enquiries/add/", {**letter, "referrer": "Dr Reed, 555 0199"})
    row = Enquiry.objects.get()
    assert (row.channel, row.referrer, row.recorded_by_name) == (
        "letter",
        "Dr Reed, 555 0199",
        "Carol (carol)",
    )


def test_an_enquiry_becomes_a_patient_once_and_its_task_ends(visit, asked, carol, clinic):
    url = f"/enquiries/{asked.pk}/"
    answer = visit(carol).post(url, REGISTER)
    patient = Patient.objects.get()
    assert answer["Location"] == f"/patients/{patient.pk}/intake/"
    assert [str(i) for i in patient.identifiers.all()] == ["MRN 77"]
    assert open_tasks(clinic) == []
    visit(carol).post(url, REGISTER)
    assert (Patient.objects.count(), EnquiryEnd.objects.count()) == (1, 1)


def test_a_similar_name_is_compared_first(visit, asked, carol, ana):
    url = f"/enquiries/{asked.pk}/"
    similar = {**REGISTER, "name": "Anna Silva"}
    page = visit(carol).post(url, similar)
    assert page.status_code == 422
    assert "Ana Silva" in text_of(page)
    assert Patient.objects.count() == 1
    assert visit(carol).post(url, {**similar, "checked": "on"}).status_code == 302
    assert Patient.objects.count() == 2


def test_somebody_who_is_known_by_number_is_joined_not_doubled(visit, asked, carol, ana):
    known = {"name": "Ana Silva", "birth_date": "1981-05-04", "identifier": "MRN 1"}
    wrong = visit(carol).post(f"/enquiries/{asked.pk}/", {**known, "birth_date": "1990-01-01"})
    assert "Find out which is right" in text_of(wrong)
    visit(carol).post(f"/enquiries/{asked.pk}/", known)
    assert EnquiryEnd.objects.get().patient == ana
    assert Patient.objects.count() == 1


def test_closing_needs_a_reason(visit, asked, carol, clinic):
    url = f"/enquiries/{asked.pk}/"
    assert visit(carol).post(url, {"close": "1", "why": ""}).status_code == 422
    visit(carol).post(url, {"close": "1", "why": "Wants another treatment."})
    assert EnquiryEnd.objects.get().why == "Wants another treatment."
    assert open_tasks(clinic) == []


def test_another_clinic_an_auditor_and_strangers_see_nothing(visit, asked, charlie, erin, carol):
    url = f"/enquiries/{asked.pk}/"
    assert visit(charlie).get(url).status_code == 404
    assert "Willow" not in text_of(visit(charlie).get("/enquiries/"))
    assert visit(erin).get("/enquiries/").status_code == 403
    assert visit().get(url).status_code == 302
    assert "Willow Tree" in text_of(visit(carol).get("/enquiries/"))
    assert visit(carol).get(url).status_code == 200
    reads = AuditEvent.objects.filter(kind="read", by_id=str(carol.pk))
    assert {event.action for event in reads} == {"list of enquiries", "enquiry"}
