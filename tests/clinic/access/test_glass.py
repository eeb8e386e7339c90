"""A restricted record is for its care team; in an emergency the glass breaks, and someone looks over it (hazard H35)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.access import api as access
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import close_account
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import BrokenGlass
from tenuto.clinic.people.sight import restricted_patients
from tenuto.clinic.ports.api import open_tasks
from tests.clinic.conftest import NOW, PASSWORD, hired

WHY = "Found unresponsive at the bus stop."


@pytest.fixture
def restricted(ana, alice, dora):
    access.change_care_team(patient=ana, staff=alice, member=True, by=dora, at=NOW)
    access.restrict(patient=ana, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    return ana


def page(patient) -> str:
    return f"/patients/{patient.pk}/plan/"


def test_the_care_team_sees_a_restricted_record(visit, alice, restricted):
    assert visit(alice).get(page(restricted)).status_code == 200


def test_others_are_asked_why_and_see_nothing_before(visit, bob, restricted):
    answer = visit(bob).get(page(restricted), follow=True)
    text = answer.content.decode()
    assert "open to its care team only" in text
    assert restricted.name not in text
    assert not AuditEvent.objects.filter(kind="read", by_id=str(bob.pk)).exists()


def test_who_may_not_break_glass_is_refused_and_it_is_recorded(visit, clinic, restricted):
    carol = hired(clinic, "carol", Role.COORDINATOR)
    answer = visit(carol).get(page(restricted))
    assert answer.status_code == 403
    assert restricted.name not in answer.content.decode()
    assert AuditEvent.objects.get(action="refused").by_id == str(carol.pk)


def break_it(browser, patient, reason=WHY):
    return browser.post(f"/patients/{patient.pk}/break-glass/", {"reason": reason, "next": page(patient)})


def test_with_a_reason_the_record_opens_for_an_hour_to_read(visit, bob, restricted, monkeypatch):
    browser = visit(bob)
    assert break_it(browser, restricted)["Location"] == page(restricted)
    text = browser.get(page(restricted)).content.decode()
    assert restricted.name in text
    assert "opened this record in an emergency" in text
    (look,) = AuditEvent.objects.filter(kind="read", patient_id=restricted.pk, by_id=str(bob.pk))
    assert look.detail["glass"] == str(BrokenGlass.objects.get().pk)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=61))
    assert browser.get(page(restricted)).status_code == 302


@pytest.mark.parametrize("reason", ["", "  ", "now"])
def test_without_a_reason_it_stays_shut(visit, bob, restricted, reason):
    answer = break_it(visit(bob), restricted, reason)
    assert answer.status_code == 422
    assert "A reason is missing" in answer.content.decode()
    assert not BrokenGlass.objects.exists()


def test_another_clinic_finds_no_glass_to_break(visit, charlie, restricted):
    assert break_it(visit(charlie), restricted).status_code == 404
    assert visit(charlie).get(f"/patients/{restricted.pk}/break-glass/").status_code == 404


def test_the_medical_director_has_a_task_until_it_is_reviewed(visit, bob, dora, restricted):
    break_it(visit(bob), restricted)
    (task,) = open_tasks(bob.clinic)
    assert task.owner_role is Role.MEDICAL_DIRECTOR
    assert WHY in task.why
    glass = BrokenGlass.objects.get()
    browser = visit(dora)
    shown = browser.get(f"/audit/glass/{glass.pk}/").content.decode()
    assert WHY in shown
    browser.post(f"/audit/glass/{glass.pk}/", {"justified": "yes", "note": "Called the ward."})
    assert glass.review.justified
    assert open_tasks(bob.clinic) == []
    assert (
        "reviewed this already"
        in browser.post(f"/audit/glass/{glass.pk}/", {"justified": "no"}).content.decode()
    )


def test_a_review_says_yes_or_no(visit, bob, dora, restricted):
    break_it(visit(bob), restricted)
    glass = BrokenGlass.objects.get()
    assert "choose yes or no" in visit(dora).post(f"/audit/glass/{glass.pk}/", {}).content.decode()


def test_nobody_reviews_themselves(visit, clinic, restricted):
    eve = hired(clinic, "eve", Role.MEDICAL_DIRECTOR)
    break_it(visit(eve), restricted)
    glass = BrokenGlass.objects.get()
    answer = visit(eve).post(f"/audit/glass/{glass.pk}/", {"justified": "yes"})
    assert "broke this glass yourself" in answer.content.decode()
    assert visit(eve).get(f"/audit/glass/{glass.pk}/").status_code == 200


def test_who_leaves_the_care_team_sees_it_no_longer(visit, alice, dora, restricted):
    later = NOW + timedelta(minutes=1)
    access.change_care_team(patient=restricted, staff=dora, member=True, by=dora, at=NOW)
    access.change_care_team(patient=restricted, staff=alice, member=False, by=dora, at=later)
    assert visit(alice).get(page(restricted)).status_code == 302
    access.restrict(patient=restricted, restricted=False, why="No longer needed.", by=dora, at=later)
    assert visit(alice).get(page(restricted)).status_code == 200


def test_which_records_are_restricted(restricted, clinic, other_clinic):
    assert restricted_patients(clinic) == {restricted.pk}
    assert restricted_patients(other_clinic) == set()


def test_a_closed_account_is_out_with_its_next_click(visit, bob, dora, ana):
    browser = visit(bob)
    close_account(staff=bob, by=dora, at=NOW)
    assert browser.get(page(ana)).status_code == 302
    assert b"do not match" in visit().post("/sign-in/", {"username": "bob", "password": PASSWORD}).content
