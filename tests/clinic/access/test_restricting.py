"""The page that restricts a record; and that nobody learns of a restricted record from any other page."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenuto.clinic.access import api as access
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import close_account
from tenuto.clinic.intake.services import record_enquiry, register_enquirer
from tenuto.clinic.intake.services.enquiries import Enquiring
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.people.sight import care_team, is_restricted
from tenuto.clinic.ports.api import open_task
from tests.clinic.conftest import NOW, facts_of, hired, numbers, source_of

BORN = date(1981, 5, 4)


@pytest.fixture
def team(ana, alice, dora):
    access.change_care_team(patient=ana, staff=alice, member=True, by=dora, at=NOW)


@pytest.fixture
def restricted(ana, dora, team):
    access.restrict(patient=ana, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    return ana


def url(patient, end=""):
    return f"/patients/{patient.pk}/access/{end}"


def send(browser, patient, restricted, why="A colleague's relative."):
    return browser.post(url(patient, "restrict/"), {"restricted": restricted, "why": why})


def put(browser, patient, staff, member="yes"):
    return browser.post(url(patient, "care-team/"), {"staff": staff.pk, "member": member})


def test_a_director_restricts_and_opens_again(visit, ana, alice, bob, dora, team):
    director = visit(dora)
    assert send(director, ana, "yes").status_code == 302
    assert visit(bob).get(f"/patients/{ana.pk}/intake/").status_code == 302
    assert visit(alice).get(f"/patients/{ana.pk}/intake/").status_code == 200
    # The director is not on the team: the record is closed, the page that opens it is not.
    assert director.get(f"/patients/{ana.pk}/intake/").status_code == 302
    glass = director.get(f"/patients/{ana.pk}/intake/", follow=True).content.decode()
    assert url(ana) in glass
    page = director.get(url(ana)).content.decode()
    assert "A colleague&#x27;s relative." in page
    assert "Open to all staff" in page
    assert send(director, ana, "no", "The relative has moved.").status_code == 302
    assert visit(bob).get(f"/patients/{ana.pk}/intake/").status_code == 200
    assert list(
        AuditEvent.objects.filter(subject_type="people.restriction").values_list("action", flat=True)
    ) == ["restricted record", "opened record"]  # fmt: skip


def test_without_a_prescriber_on_the_team_nothing_is_restricted(visit, ana, bob, dora):
    put(visit(dora), ana, bob)
    answer = send(visit(dora), ana, "yes")
    assert answer.status_code == 422
    assert "No prescriber would be on the care team" in answer.content.decode()
    assert not is_restricted(ana)


def test_a_reason_is_needed_and_what_was_typed_stays(visit, ana, dora, team):
    answer = send(visit(dora), ana, "yes", "why")
    assert (answer.status_code, 'value="why"' in answer.content.decode()) == (422, True)
    assert not is_restricted(ana)


def test_the_last_prescriber_stays_on_a_restricted_record(visit, restricted, alice, dora):
    answer = put(visit(alice), restricted, alice, "no")
    assert answer.status_code == 422
    assert care_team(restricted) == {alice.pk}
    assert put(visit(alice), restricted, dora).status_code == 302
    assert put(visit(alice), restricted, alice, "no")["Location"] == "/"
    assert care_team(restricted) == {dora.pk}


def test_twice_on_the_team_and_closed_accounts_are_said(visit, ana, alice, bob, dora, team):
    assert "is on the care team already" in put(visit(dora), ana, alice).content.decode()
    close_account(staff=bob, by=dora, at=NOW)
    assert "The account of Bob is closed" in put(visit(dora), ana, bob).content.decode()
    assert care_team(ana) == {alice.pk}


def test_who_may_change_what(visit, ana, alice, bob, carol, charlie, team):
    assert visit(bob).get(url(ana)).status_code == 200
    assert send(visit(alice), ana, "yes").status_code == 403
    assert put(visit(bob), ana, bob).status_code == 403
    assert put(visit(carol), ana, carol).status_code == 403
    assert put(visit(charlie), ana, charlie).status_code == 404
    assert visit(charlie).get(url(ana)).status_code == 404
    assert put(visit(alice), ana, charlie).status_code == 404
    assert care_team(ana) == {alice.pk}


def test_to_others_the_page_of_a_restricted_record_is_closed_too(visit, restricted, bob, carol):
    assert visit(bob).get(url(restricted)).status_code == 302
    answer = visit(carol).get(url(restricted))
    assert answer.status_code == 403
    assert restricted.name not in answer.content.decode()


def test_the_weekly_review_shows_who_was_shut_out_and_let_in(visit, restricted, dora):
    text = visit(dora).get("/audit/").content.decode()
    review = text[text.index("Who may see or sign, changed") : text.index("Failed sign-ins")]
    assert "Dora (dora): restricted record of Ana Silva" in review
    assert "Dora (dora): joined care team of Ana Silva" in review


# ---- nothing leaks ---------------------------------------------------------------------------------------------------
def shown(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("page", ["/", "/worklist/?owner=all", "/enquiries/"])
def test_no_list_names_a_restricted_record(visit, restricted, bob, alice, clinic, page):
    enquiry = record_enquiry(
        clinic=clinic, asked=Enquiring("phone", "Ana Silva", "555 0142", True), by=alice, at=NOW
    )
    register_enquirer(enquiry=enquiry, person=facts_of(born=BORN).person, by=alice, at=NOW)
    open_task(
        patient=restricted, kind="suicide.screen", why="Ana was told.", owner_role=Role.NURSE, due=NOW, by=alice, at=NOW
    )  # fmt: skip
    assert "Ana" in shown(visit(alice).get(page))
    text = shown(visit(bob).get(page))
    for word in ("Ana", "Silva", "MRN 1", "suicide", "555 0142"):
        assert word not in text, word


def test_a_search_does_not_say_that_somebody_is_here(visit, restricted, bob, alice):
    assert "Ana Silva" in shown(visit(alice).post("/", {"search": "silva"}))
    for words in ("silva", "MRN 1"):
        answer = shown(visit(bob).post("/", {"search": words}))
        assert "Restricted record" not in answer
        assert str(restricted.pk) not in answer


def test_a_similar_name_is_warned_of_without_the_name(visit, restricted, bob, alice):
    other = register_patient(
        name="Anna Silva", birth_date=date(1990, 1, 2), identifiers=numbers("MRN 2"), by=alice, at=NOW
    )
    assert "similar name: Ana Silva" in shown(visit(alice).get(f"/patients/{other.pk}/person/"))
    told = shown(visit(bob).get(f"/patients/{other.pk}/person/"))
    assert "that record is open to its care team only" in told
    assert "Ana Silva" not in told
    assert "4 May 1981" not in told


def test_an_enquiry_that_became_a_restricted_record_is_behind_the_same_glass(
    visit, ana, alice, bob, dora, clinic, team
):
    enquiry = record_enquiry(
        clinic=clinic, asked=Enquiring("phone", "Ana Silva", "555 0142", True), by=alice, at=NOW
    )
    register_enquirer(enquiry=enquiry, person=facts_of(born=BORN).person, by=alice, at=NOW)
    access.restrict(patient=ana, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    assert visit(alice).get(f"/enquiries/{enquiry.pk}/").status_code == 200
    answer = visit(bob).get(f"/enquiries/{enquiry.pk}/", follow=True)
    assert "555 0142" not in shown(answer)
    assert "open to its care team only" in shown(answer)


def test_registering_somebody_alike_names_nobody(visit, restricted, bob, clinic):
    enquiry = record_enquiry(
        clinic=clinic, asked=Enquiring("phone", "A. S.", "555 0143", True), by=bob, at=NOW
    )
    form = {"name": "Anna Silva", "birth_date": "1990-01-02", "identifier": "44", "number_kind": "other"}
    told = shown(visit(bob).post(f"/enquiries/{enquiry.pk}/", form))
    assert "that record is open to its care team only" in told
    assert "4 May 1981" not in told
    assert str(restricted.pk) not in told
    joined = shown(visit(bob).post(f"/enquiries/{enquiry.pk}/", {**form, "identifier": "1"}))
    assert "Ask one of them to take this in; nothing was saved." in joined


def bundle(name="Ana Silva", number="MRN 1"):
    family, given = name.split()[1], name.split()[:1]
    person = {
        "resourceType": "Patient",
        "name": [{"family": family, "given": given}],
        "birthDate": "1981-05-04",
        "identifier": [{"system": "urn:test:mrn", "value": number}],
    }
    content = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": person}]}
    return SimpleUploadedFile("ana.json", json.dumps(content).encode(), "application/json")


def take_in(browser, file):
    """Send the file and, having read what it says, keep it."""
    file.seek(0)
    assert browser.post("/interop/bundles/", {"bundle": file}).status_code == 302
    file.seek(0)
    return browser.post("/interop/bundles/keep/", {"file": hashlib.sha256(file.read()).hexdigest()})


def test_a_file_for_a_restricted_record_is_for_its_team_to_take_in(visit, clinic, bob, alice, dora):
    assert take_in(visit(alice), bundle("Bea Ray", "77")).status_code == 302
    bea = clinic.patients.get(name="Bea Ray")
    access.change_care_team(patient=bea, staff=alice, member=True, by=dora, at=NOW)
    access.restrict(patient=bea, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    newer = bundle("Beate Ray", "77")
    refused = take_in(visit(bob), newer)
    assert refused.status_code == 422
    assert "Ask one of them to take this in; nothing was saved." in shown(refused)
    assert "Bea Ray" not in shown(refused)
    assert bea.intake_records.count() == 1
    assert take_in(visit(alice), newer).status_code == 302
    assert bea.intake_records.count() == 2


def test_an_auditor_takes_in_no_file(visit, clinic):
    erin = hired(clinic, "erin", Role.AUDITOR)
    assert visit(erin).post("/interop/bundles/", {"bundle": bundle()}).status_code == 403


def test_two_records_of_one_number_name_nobody_who_is_restricted(restricted, bob):
    from tenuto.clinic.intake.services import receive
    from tenuto.clinic.people.services import IdentityConflict

    with pytest.raises(IdentityConflict, match="open to its care team only") as refused:
        receive(facts=facts_of("Bea Ray", "MRN 1"), source=source_of("b.json", "b" * 64), by=bob, at=NOW)
    assert "Ana" not in str(refused.value)


def test_the_page_says_first_who_is_at_risk_to_those_who_may_read_the_record(
    visit, ana, alice, dora, restricted
):
    open_task(
        patient=ana, kind="suicide.urgent", why="Item 9 was 2.", owner_role=Role.PRESCRIBER,
        due=NOW + timedelta(hours=1), by=alice, at=NOW,
    )  # fmt: skip
    page = visit(alice).get(url(ana)).content.decode()
    assert 'aria-label="Safety"' in page
    assert page.index("Suicide risk, urgent: open") < page.index("Who may see this record</h2>")
    # The director is not on the team: the page opens the record again and tells nothing of it.
    outside = visit(dora).get(url(ana)).content.decode()
    assert "Who may see this record</h2>" in outside
    assert ana.name in outside
    assert "Suicide risk" not in outside
    assert "Allergies" not in outside
