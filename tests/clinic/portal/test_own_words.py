"""Patients write in their own words, which somebody reads, and let somebody who helps them see their dates."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.infusion.services import open_session
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import api as links
from tenuto.clinic.portal.models import PatientGoal, SupportConsent
from tenuto.clinic.portal.services.own_words import MOST_A_DAY
from tenuto.clinic.portal.services.support import MOST
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.api import ask_by_link
from tenuto.core.outcomes.due import AskingPlace
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.conftest import accepted, add, signed  # noqa: F401

DAY = timedelta(days=1)


@pytest.fixture
def patient(accepted, alice):  # noqa: F811 - fixture
    patient = accepted()
    signed(patient, alice)
    return patient


@pytest.fixture
def phone(visit, patient, alice):
    """The patient's phone, past the door."""
    asked = ask_by_link(patient=patient, instruments=["gad7"], expires=NOW + DAY, by=alice, at=NOW)
    browser = visit()
    assert browser.post(f"/l/{asked.token}/", {"born": patient.birth_date.isoformat()}).status_code == 302
    return browser


def test_what_is_written_is_kept_and_read_by_somebody(phone, patient):
    said = phone.post("/today/words/", {"kind": "goal", "words": "Walk to the lake again."})
    assert said.status_code == 302
    (task,) = [each for each in open_tasks_of(patient) if each.kind == "portal.words"]
    assert "Walk to the lake again." in task.why
    assert (task.owner_role, task.due - NOW) == ("nurse", DAY)
    page = text_of(phone.get("/today/mine/"))
    assert "Walk to the lake again." in page
    assert "Do not write here to ask for help now." in page
    assert AuditEvent.objects.filter(action="wrote in own words").count() == 1


@pytest.mark.parametrize(
    ("sent", "says"),
    [({"kind": "goal", "words": " "}, "Write a few words"), ({"kind": "poem", "words": "A"}, "Choose what")],
)
def test_nothing_is_kept_of_what_says_nothing(phone, sent, says):
    refused = phone.post("/today/words/", sent)
    assert refused.status_code == 422
    assert says in text_of(refused)
    assert not PatientGoal.objects.exists()


def test_more_than_anybody_reads_is_refused(phone):
    for n in range(MOST_A_DAY + 1):
        last = phone.post("/today/words/", {"kind": "debrief", "words": f"It was bright, {n}."})
    assert "as much as the clinic reads" in text_of(last)
    assert PatientGoal.objects.count() == MOST_A_DAY


def helper(visit, phone, patient, name="Sam Hill"):
    """Agree to somebody, and open their link in another browser."""
    made = phone.post("/today/support/", {"name": name})
    assert made.status_code == 200
    token = re.search(r"http://testserver/l/([^<\s]+)/", made.content.decode())[1]
    browser = visit()
    assert browser.post(f"/l/{token}/", {"born": patient.birth_date.isoformat()})["Location"] == "/support/"
    return browser


def test_a_support_person_sees_the_date_and_nothing_else_until_it_is_taken_back(visit, phone, patient):
    browser = helper(visit, phone, patient)
    page = text_of(browser.get("/support/"))
    assert "Your series of 6 begins on" in page
    assert "988" in page or "emergency" in page.lower()
    for never in ("PHQ", "mg", patient.name):
        assert never not in re.sub(r"\w{3} \d+ \w{3}", "", page)
    assert browser.get("/today/").status_code == 403
    row = SupportConsent.objects.get()
    assert "Sam Hill may see your dates" in text_of(phone.get("/today/mine/"))
    assert phone.post(f"/today/support/{row.link}/back/").status_code == 302
    assert phone.post(f"/today/support/{row.link}/back/").status_code == 302
    assert browser.get("/support/").status_code == 403
    assert list(SupportConsent.objects.order_by("event_number").values_list("agreed", flat=True)) == [
        True,
        False,
    ]
    assert "Sam Hill may" not in text_of(phone.get("/today/mine/"))


def test_so_many_people_at_one_time_and_each_with_a_name(visit, phone, patient):
    for n in range(MOST):
        helper(visit, phone, patient, name=f"Helper {n}")
    assert f"{MOST} people may see your dates" in text_of(phone.post("/today/support/", {"name": "One more"}))
    assert "Write the name" in text_of(phone.post("/today/support/", {"name": ""}))
    assert SupportConsent.objects.count() == MOST


def test_another_patients_consent_is_not_taken_back(visit, phone, patient, ana, alice):
    helper(visit, phone, patient)
    row = SupportConsent.objects.get()
    other = ask_by_link(patient=ana, instruments=["gad7"], expires=NOW + DAY, by=alice, at=NOW)
    stranger = visit()
    stranger.post(f"/l/{other.token}/", {"born": ana.birth_date.isoformat()})
    stranger.post(f"/today/support/{row.link}/back/")
    assert SupportConsent.objects.count() == 1
    assert "Sam Hill" not in text_of(stranger.get("/today/mine/"))


def test_on_the_clinics_tablet_nothing_is_written_or_agreed(visit, patient, alice):
    asked = ask_by_link(
        patient=patient, instruments=["gad7"], expires=NOW + DAY, place=AskingPlace.CHAIR, by=alice, at=NOW
    )
    tablet = visit()
    opened = links.open_in_person(link=asked.request.link_id, by=alice, at=NOW)
    session = tablet.session
    session["visits"] = {"scales": {"link": str(opened.link_id), "until": (NOW + DAY).isoformat()}}
    session.save()
    assert tablet.get("/today/mine/").status_code == 404
    assert tablet.post("/today/words/", {"kind": "goal", "words": "A goal."}).status_code == 404
    assert tablet.post("/today/support/", {"name": "Sam"}).status_code == 404


def test_staff_read_them_as_they_were_written_where_they_treat(phone, patient, visit, bob, charlie):
    for kind, words in (
        ("goal", "Sleep through."), ("goal", "Walk to the lake <again>."), ("debrief", "It was bright."),
    ):  # fmt: skip
        phone.post("/today/words/", {"kind": kind, "words": words})
    outcomes = visit(bob).get(f"/patients/{patient.pk}/outcomes/").content.decode()
    said = re.search(r'id="words".*?</section>', outcomes, re.DOTALL)[0]
    assert said.index("Walk to the lake &lt;again&gt;.") < said.index("Sleep through.")
    assert "It was bright." in said
    assert "How the last infusion was for me" in said
    open_session(patient=patient, by=bob, at=NOW)
    gate = text_of(visit(bob).get(f"/patients/{patient.pk}/infusion/"))
    assert "Walk to the lake &lt;again&gt;." in gate
    assert "Sleep through." not in gate, "the newest of each kind"
    assert visit(charlie).get(f"/patients/{patient.pk}/outcomes/").status_code == 404


def test_where_nothing_is_written_outcomes_say_so(patient, visit, bob):
    assert "Nothing written yet" in text_of(visit(bob).get(f"/patients/{patient.pk}/outcomes/"))


def test_the_task_leads_to_them(phone, patient, visit, bob):
    phone.post("/today/words/", {"kind": "goal", "words": "Sleep through."})
    page = visit(bob).get("/worklist/").content.decode()
    assert f"/patients/{patient.pk}/outcomes/#words" in page
