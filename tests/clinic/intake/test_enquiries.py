"""An enquiry comes in by web, phone or letter, and becomes a patient or is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.intake.models import Enquiry, EnquiryEnd
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.identity import contact_preferences
from tenuto.clinic.people.models import Channel, Patient
from tenuto.clinic.ports.api import open_tasks
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of

WEB = {"name": "Willow Tree", "contact": "555 0100", "message": "please call", "consent_to_contact": "on"}
REGISTER = {"name": "Willow Tree", "birth_date": "1984-02-03", "identifier": "77", "number_kind": "own"}


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
        ({"contact": "abc"}, "“abc” is no phone number or e-mail address. Write one"),
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
    assert answer["Location"] == f"/patients/{patient.pk}/intake/history/"
    assert [str(i) for i in patient.identifiers.all()] == ["MR 77"]
    assert open_tasks(clinic) == []
    visit(carol).post(url, REGISTER)
    assert (Patient.objects.count(), EnquiryEnd.objects.count()) == (1, 1)


def test_contact_and_consent_are_carried_over_and_a_number_is_made(visit, asked, carol, clinic):
    page = visit(carol).get(f"/enquiries/{asked.pk}/").content.decode()
    assert 'value="555 0100"' in page
    assert '<a href="tel:5550100">555 0100</a>' in page
    given = {**REGISTER, "identifier": "", "contact": "555 0100", "may_contact": "on"}
    visit(carol).post(f"/enquiries/{asked.pk}/", given)
    patient = Patient.objects.get()
    assert [str(i) for i in patient.identifiers.all()] == ["MR TN-000001"]
    kept = contact_preferences(patient)
    assert {channel: (row.allowed, row.address) for channel, row in kept.items()} == {
        Channel.PHONE: (True, "555 0100")
    }


@pytest.mark.parametrize(
    ("born", "says", "asks"),
    [
        ("1905-11-24", "above 120 the year is wrong", False),
        ("2026-11-25", "is after Tue 24 Nov 2026", False),
        ("2015-05-04", "is an age of 11 years, and nobody below 18 is treated here", True),
    ],
)
def test_an_age_that_can_not_be_meant_is_said_at_once(visit, carol, born, says, asks):
    given, browser = {"name": "Rowan Reed", "birth_date": born}, visit(carol)
    answer = browser.post("/register/", given)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert ("The date of birth is right." in text_of(answer)) is asks
    assert not Patient.objects.exists()
    browser.post("/register/", {**given, "birth_date_right": "on"})
    assert Patient.objects.exists() is asks


def test_the_age_is_said_at_registration(visit, carol):
    given = {"name": "Rowan Reed", "birth_date": "1990-05-01"}
    browser = visit(carol)
    assert "The date of birth is right." not in text_of(browser.get("/register/"))
    page = text_of(browser.post("/register/", given, follow=True))
    assert "Rowan Reed, 36 years, is registered. Go on with the history." in page


def test_somebody_is_registered_without_an_enquiry(visit, carol, charlie, erin):
    given = {"birth_date": "1990-05-01", "contact": "rowan@reed.example"}
    for name, number, who in (
        ("Rowan Reed", 1, carol),
        ("Birch Hollow", 2, carol),
        ("Yew Marsh", 1, charlie),
    ):
        answer = visit(who).post("/register/", {**given, "name": name})
        patient = Patient.objects.get(name=name)
        assert answer["Location"] == f"/patients/{patient.pk}/intake/history/"
        assert (patient.clinic, str(patient.identifiers.get())) == (who.clinic, f"MR TN-{number:06}")
        # Nobody said that the address may be used, so it may not be.
        assert contact_preferences(patient)[Channel.EMAIL].allowed is False
    assert visit(erin).get("/register/").status_code == 403


def test_what_is_wrong_stands_on_top_and_leads_to_its_field(visit, carol):
    page = visit(carol).post("/register/", {"name": "Rowan Reed", "birth_date": "soon"})
    html = page.content.decode()
    assert page.status_code == 422
    assert html.index('role="alert"') < html.index('name="name"')
    assert '<a href="#id_birth_date">Date of birth: Write the day as 2026-11-24.</a>' in html
    assert 'id="id_birth_date"' in html
    assert 'value="Rowan Reed"' in html


def test_a_similar_name_is_compared_first(visit, asked, carol, ana):
    url = f"/enquiries/{asked.pk}/"
    similar = {**REGISTER, "name": "Anna Silva"}
    page = visit(carol).post(url, similar)
    assert page.status_code == 422
    assert "Somebody here has a similar name: Ana Silva" in text_of(page)
    assert Patient.objects.count() == 1
    assert visit(carol).post(url, {**similar, "another": "1", "apart": str(ana.pk)}).status_code == 302
    assert Patient.objects.count() == 2


def test_somebody_who_is_known_by_the_clinics_number_is_joined_not_doubled(visit, carol, clinic):
    for _ in range(2):
        visit().post(f"/enquire/{clinic.pk}/", WEB)
    first, second = Enquiry.objects.all()
    browser = visit(carol)
    browser.post(f"/enquiries/{first.pk}/", REGISTER)
    wrong = browser.post(f"/enquiries/{second.pk}/", {**REGISTER, "birth_date": "1990-01-02"})
    assert "Find out which is right" in text_of(wrong)
    browser.post(f"/enquiries/{second.pk}/", REGISTER)
    patient = Patient.objects.get()
    assert [end.patient for end in EnquiryEnd.objects.all()] == [patient, patient]


@pytest.mark.parametrize("kind", ["family", "other"])
def test_a_number_that_proves_nothing_is_compared_and_joined_by_hand(visit, asked, carol, ana, kind):
    browser, url = visit(carol), f"/enquiries/{asked.pk}/"
    twin = {"name": "Bea Silva", "birth_date": "1981-05-04", "identifier": "1", "number_kind": kind}
    page = text_of(browser.post(url, twin))
    for words in (
        "Who is it?",
        "Already here",
        "It is Ana Silva: join the enquiry",
        "which does not prove who it is",
    ):
        assert words in page
    assert Patient.objects.count() == 1
    browser.post(url, {**twin, "same": str(ana.pk)})
    assert EnquiryEnd.objects.get().patient == ana
    assert (Patient.objects.count(), ana.identifiers.count()) == (1, 2)


def test_a_twin_on_the_familys_number_is_registered_and_both_are_warned_of(visit, asked, carol, alice, ana):
    browser, url = visit(carol), f"/enquiries/{asked.pk}/"
    twin = {"name": "Bea Silva", "birth_date": "1981-05-04", "identifier": "1", "number_kind": "family"}
    browser.post(url, {**twin, "another": "1", "apart": str(ana.pk)})
    bea = Patient.objects.exclude(pk=ana.pk).get()
    for patient, other in ((ana, "Bea Silva"), (bea, "Ana Silva")):
        page = visit(alice).get(f"/patients/{patient.pk}/intake/").content.decode()
        assert f"1 too: {other}, born Mon 4 May 1981. Compare name and date of birth." in page


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


def test_the_thanks_name_whom_to_call_in_danger_in_the_page_itself(visit, clinic):
    page = visit().get(f"/enquire/{clinic.pk}/thanks/").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    assert clinic.in_danger.split(".")[0] in main


def test_harm_in_an_enquiry_is_an_urgent_task_before_and_after_registration(asked, clinic, carol, visit):
    """Hazard H18: one button; it reaches a prescriber at once, and follows the person into the record."""
    page = visit(carol)
    page.post(f"/enquiries/{asked.pk}/", {"harm": "1"})
    page.post(f"/enquiries/{asked.pk}/", {"harm": "1"})
    (task,) = [each for each in open_tasks(clinic) if each.kind == "enquiry.harm"]
    assert (task.owner_role, task.due - NOW, task.safety) == ("prescriber", timedelta(minutes=15), True)
    assert "Speaks of harm" in text_of(page.get("/enquiries/"))
    page.post(f"/enquiries/{asked.pk}/", {"close": "1", "why": "They will call again next week."})
    assert not EnquiryEnd.objects.exists()
    page.post(f"/enquiries/{asked.pk}/", REGISTER)
    patient = Patient.objects.get()
    kinds = {each.kind: each.patient_id for each in open_tasks(clinic)}
    assert "enquiry.harm" not in kinds
    assert kinds["suicide.urgent"] == patient.pk
    assert "please call" in text_of(page.get(f"/patients/{patient.pk}/intake/"))


def test_who_speaks_of_harm_waits_first_however_late_they_wrote(asked, visit, clinic, carol):
    visit().post(f"/enquire/{clinic.pk}/", {**WEB, "name": "Sara Tester"})
    page = visit(carol)
    late = Enquiry.objects.get(name="Sara Tester")
    page.post(f"/enquiries/{late.pk}/", {"harm": "1"})
    shown = text_of(page.get("/enquiries/"))
    assert shown.index("Sara Tester") < shown.index("Willow Tree")


def test_a_clinician_closes_an_enquiry_that_speaks_of_harm(asked, clinic, bob, visit):
    page = visit(bob)
    page.post(f"/enquiries/{asked.pk}/", {"harm": "1"})
    page.post(
        f"/enquiries/{asked.pk}/",
        {"close": "1", "why": "Reached at home; her own doctor has seen her today."},
    )
    assert EnquiryEnd.objects.exists()
    assert not [each for each in open_tasks(clinic) if each.kind == "enquiry.harm"]
