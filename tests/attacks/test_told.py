"""Whoever swaps a second factor, changes a role or looks where they have no part is seen: by the owner, and in the review."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from tenuto.clinic.access import review
from tenuto.clinic.access.restricting import change_care_team
from tenuto.clinic.accounts.api import home_of
from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.accounts.enrol import reset_second_factor
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import change_role
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record_read
from tests.clinic.conftest import NOW, PASSWORD
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import weigh

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGES = "/account/second-factor/"
WEEK = review.Filters((NOW - timedelta(days=6)).date(), NOW.date())


@pytest.fixture
def tablet(visit, alice):
    """Alice's session in other hands, with a second factor that was just given."""
    give_second_factor(alice, secret=SECRET)
    browser = visit(alice)
    browser.post(f"{PAGES}reauthenticate/", {"code": code_of(alice).code, "next": "/"})
    return browser


def of_sign_in() -> list[tuple[str, str]]:
    events = AuditEvent.objects.filter(subject_type="accounts.staff").order_by("number")
    return [(event.action, event.detail.get("what", "")) for event in events if "factor" in event.action]


def test_a_factor_that_is_removed_is_on_record_and_its_owner_is_told(visit, tablet, alice):
    phone = visit(alice)
    assert "Your sign-in" not in text_of(phone.get("/worklist/"))
    tablet.post(f"{PAGES}totp/deactivate/")
    assert not Authenticator.objects.filter(user=alice, type="totp").exists()
    assert of_sign_in()[-1] == ("removed second factor", "authenticator app")
    told = text_of(phone.get("/staff/"))
    assert "It was changed. If that was not you, tell a medical director at once" in told
    assert "Alice (alice): removed second factor: authenticator app" in told
    assert "It was changed." not in text_of(tablet.get("/staff/")), "whoever did it knows"


def test_it_is_told_at_every_page_until_the_owner_knows(visit, tablet, alice):
    tablet.post(f"{PAGES}totp/deactivate/")
    phone = visit(alice)
    for _ in range(2):
        assert "removed second factor" in text_of(phone.get("/staff/"))
    assert phone.post("/sign-in/known/", {"next": "/staff/"})["Location"] == "/staff/"
    assert "removed second factor" not in text_of(phone.get("/staff/"))
    assert "removed second factor" not in text_of(visit(alice).get("/staff/"))
    assert AuditEvent.objects.get(action="knows of changes of sign-in").by_id == str(alice.pk)
    assert "removed second factor: authenticator app" in text_of(phone.get(PAGES)), (
        "it stays on their own page"
    )


def test_new_recovery_codes_are_on_record(tablet):
    tablet.post(f"{PAGES}recovery-codes/generate/")
    assert ("set up second factor", "recovery codes") in of_sign_in()


def test_a_password_that_is_changed_is_on_record_and_told(visit, alice):
    phone, browser = visit(alice), visit(alice)
    new = "another quiet text"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    browser.post("/account/password/", sent)
    alice.refresh_from_db()
    assert alice.check_password(new)
    assert AuditEvent.objects.filter(action="changed password", by_id=str(alice.pk)).count() == 1
    assert phone.get("/staff/").status_code == 302, "every other session has ended"
    assert "changed password" in text_of(visit(alice).get("/staff/"))


def test_what_a_director_does_to_a_sign_in_is_told(visit, alice, bob, dora):
    change_role(staff=bob, role=Role.COORDINATOR, by=dora, at=NOW)
    reset_second_factor(staff=bob, by=dora, at=NOW)
    told = text_of(visit(bob).get("/staff/"))
    assert "Dora (dora): changed role: nurse → coordinator" in told
    assert "Dora (dora): reset second factor" in told
    assert "It was changed." not in text_of(visit(alice).get("/staff/"))


def test_nobody_says_for_another_that_they_know(visit, alice, bob, dora):
    reset_second_factor(staff=bob, by=dora, at=NOW)
    visit(alice).post("/sign-in/known/")
    assert "reset second factor" in text_of(visit(bob).get("/staff/"))
    assert visit().post("/sign-in/known/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(visit, alice, target):
    assert visit(alice).post("/sign-in/known/", {"next": target})["Location"] == home_of(alice)


def test_the_review_has_every_way_to_become_a_signer(visit, tablet, alice, bob, dora):
    visit(dora).post("/staff/add/", {"username": "pat", "name": "Pat", "role": "prescriber"})
    change_role(staff=bob, role=Role.PRESCRIBER, by=dora, at=NOW)
    tablet.post(f"{PAGES}totp/deactivate/")
    page = text_of(visit(dora).get("/audit/"))
    for row in (
        "Dora (dora): joined clinic of Pat: prescriber",
        "Dora (dora): gave sign-in link of Pat",
        "Dora (dora): changed role of Bob: nurse → prescriber",
        "Alice (alice): removed second factor: authenticator app",
    ):
        assert row in page, row
    assert "Refusals None" in page, "what is allowed is no refusal"


# A look, and an entry that comes after it


def looks(patient, by):
    record_read(subject=patient, by=by, at=NOW, what="plan page")


def strangers(patient) -> list[tuple[str, int, bool]]:
    found = review.summary(patient.clinic, WEEK).strangers
    return [(one.who, one.looks, one.wrote_later) for one in found]


def test_a_trivial_entry_after_the_look_hides_nobody(ana, bob):
    looks(ana, bob)
    weigh(ana, "70", bob)
    looks(ana, bob)
    assert strangers(ana) == [("Bob (bob)", 1, True)]


def test_who_looked_and_wrote_before_is_no_stranger(ana, bob):
    looks(ana, bob)
    weigh(ana, "70", bob)
    for _ in range(3):
        looks(ana, bob)
    assert strangers(ana) == [("Bob (bob)", 1, True)]


def test_whoever_registered_somebody_is_no_stranger(ana, alice):
    looks(ana, alice)
    assert strangers(ana) == []


@pytest.mark.parametrize(("entries", "seen"), [(1, 3), (5, 3)])
def test_an_entry_that_is_sent_blind_hides_no_look_after_it(ana, bob, entries, seen):
    for _ in range(entries):
        weigh(ana, "70", bob)
    for _ in range(3):
        looks(ana, bob)
    assert strangers(ana) == [("Bob (bob)", seen, False)]


def test_who_sent_one_blind_and_then_takes_care_has_a_part_from_then_on(ana, bob):
    weigh(ana, "70", bob)
    looks(ana, bob)
    weigh(ana, "71", bob)
    looks(ana, bob)
    assert strangers(ana) == [("Bob (bob)", 1, True)]


def test_a_course_event_that_is_posted_without_a_page_hides_nobody(visit, ana, carol, dora):
    browser = visit(carol)
    sent = {"kind": "admission", "on": str(NOW.date()), "note": "Of no weight."}
    assert browser.post(f"/patients/{ana.pk}/outcomes/event/", sent).status_code == 302
    for page in ("outcomes", "intake", "plan"):
        assert browser.get(f"/patients/{ana.pk}/{page}/").status_code == 200
    assert strangers(ana) == [("Carol (carol)", 3, False)]


def test_joining_the_care_team_after_the_look_hides_nobody(ana, alice, bob):
    looks(ana, bob)
    change_care_team(patient=ana, staff=bob, member=True, by=alice, at=NOW)
    looks(ana, bob)
    change_care_team(patient=ana, staff=bob, member=False, by=alice, at=NOW)
    looks(ana, bob)
    assert strangers(ana) == [("Bob (bob)", 2, False)]
