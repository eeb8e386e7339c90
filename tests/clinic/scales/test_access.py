"""Who may open which page of scales; every look at a patient is on record."""

from __future__ import annotations

import re

import pytest

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.ports.test_task_ends import opened

PAGES = {
    "": "prescriber nurse coordinator medical_director",
    "phq9/": "prescriber nurse coordinator medical_director",
    "ask/": "prescriber nurse coordinator medical_director",
    "triage/": "prescriber nurse medical_director",
}


@pytest.mark.parametrize("page", PAGES)
def test_each_role_sees_the_pages_that_are_its_own(visit, ana, alice, bob, carol, dora, erin, page):
    url = f"/patients/{ana.pk}/scales/{page}"
    for person in (alice, bob, carol, dora, erin):
        expected = 200 if person.role in PAGES[page].split() else 403
        assert visit(person).get(url).status_code == expected, person


@pytest.mark.parametrize("page", PAGES)
def test_another_clinic_finds_nothing_and_a_stranger_must_sign_in(visit, ana, charlie, page):
    url = f"/patients/{ana.pk}/scales/{page}"
    assert visit(charlie).get(url).status_code == 404
    stranger = visit().get(url)
    assert stranger.status_code == 302
    assert stranger["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("page", PAGES)
def test_every_look_is_on_record(visit, ana, alice, page):
    before = AuditEvent.objects.filter(kind="read", patient_id=ana.pk).count()
    visit(alice).get(f"/patients/{ana.pk}/scales/{page}")
    assert AuditEvent.objects.filter(kind="read", patient_id=ana.pk).count() == before + 1


def offered(browser, address):
    """The page, and every address that it leads to."""
    page = browser.get(address).content.decode()
    return page, set(re.findall(r'href="([^"#]+)', page))


@pytest.mark.parametrize("phone", ["", "+1 555 010 0199"])
def test_a_triage_is_offered_to_who_may_record_it_alone(visit, ana, alice, bob, carol, dora, clinic, phone):
    """In the box of safety, on the page of the task and in the worklist; the others read who does, and the number."""
    Clinic.objects.filter(pk=clinic.pk).update(phone=phone)
    task, triage = opened(ana, alice, "suicide.screen"), f"/patients/{ana.pk}/scales/triage/"
    addresses = (f"/patients/{ana.pk}/scales/", f"/patients/{ana.pk}/tasks/{task.id}/", "/worklist/")
    for person in (alice, bob, carol, dora):
        may = person.role in PAGES["triage/"].split()
        for address in addresses:
            page, links = offered(visit(person), address)
            assert (triage in links) is may, (person, address)
            if address != "/worklist/":
                assert ("A prescriber or a nurse or a medical director records a triage." in page) is not may
                assert ("tel:+15550100199" in links) is (bool(phone) and not may)
    assert addresses[1] in offered(visit(carol), "/worklist/")[1]


@pytest.mark.parametrize("page", ["nothing/", "aldrete/"])
def test_a_scale_that_is_not_offered_is_not_found(visit, ana, alice, page):
    assert visit(alice).get(f"/patients/{ana.pk}/scales/{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_the_gate_stands_beside_every_page(visit, ana, alice, page):
    """What an answer does to the gate is seen where it is given."""
    shown = visit(alice).get(f"/patients/{ana.pk}/scales/{page}").content.decode()
    assert 'id="gate"' in shown
    assert 'id="missing"' in shown
    assert "intake/css/intake.css" in shown
