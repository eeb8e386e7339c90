"""A director who makes a prescriber is not two people: the sign-in is the person's, and a second one says so (hazard H40)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from tenuto.clinic.accounts import invitations
from tenuto.clinic.accounts.demo_code import give_second_factor
from tenuto.clinic.accounts.enrol import reset_second_factor
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.accounts.services import change_role, close_account
from tenuto.clinic.accounts.signers import NotConfirmed, confirm, is_confirmed
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import signed, text_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = {"username": "pat", "name": "Pat Penrose", "role": "prescriber"}
OWN = "her own quiet words"


def link_for(browser, **changed) -> str:
    """The path of the link that the director is shown."""
    page = browser.post("/staff/add/", {**NEW, **changed}).content.decode()
    return re.search(r'value="https?://[^/]+(/invitation/[^"]+)"', page)[1]


def chooses(browser, path, password=OWN, again=OWN):
    return browser.post(path, {"password": password, "again": again})


@pytest.fixture
def pat(visit, dora):
    """A prescriber whom Dora made, and whose link she used herself: password and second factor are hers."""
    chooses(visit(), link_for(visit(dora)))
    person = Staff.objects.get(username="pat")
    give_second_factor(person, secret=SECRET)
    return person


def try_to_sign(person):
    Reauthentication(person, NOW, "totp").spend(signer=person, at=NOW)


def test_nobody_signs_in_before_the_person_chose_a_password(visit, dora):
    visit(dora).post("/staff/add/", {**NEW, "password": "a password of the director"})
    person = Staff.objects.get(username="pat")
    assert not person.has_usable_password()
    answer = visit().post("/sign-in/", {"username": "pat", "password": "a password of the director"})
    assert "do not match" in text_of(answer)


def test_a_signer_of_one_person_signs_nothing(pat):
    with pytest.raises(NotConfirmed, match="Nobody has confirmed yet"):
        try_to_sign(pat)


@pytest.mark.usefixtures("second_factor")
def test_the_page_says_so_and_nothing_is_asked_for(visit, pat, ana):
    browser = visit(pat)
    answer = browser.post(
        f"/patients/{ana.pk}/intake/decision/", {"outcome": "not_suitable", "reason": "x", "seen": "x"}
    )
    assert answer.status_code == 403
    assert "Nobody has confirmed yet that this sign-in is yours." in text_of(answer)
    session = browser.session
    del session["confirmed"]
    session.save()
    assert "Nobody has confirmed yet" in text_of(browser.get("/worklist/"))


def test_who_gave_the_sign_in_does_not_confirm_it(pat, dora):
    with pytest.raises(NotConfirmed, match="You gave or changed the sign-in of Pat Penrose"):
        confirm(staff=pat, signature=signed(dora), at=NOW)
    assert not is_confirmed(pat)


def test_nobody_confirms_themselves(pat):
    with pytest.raises(NotConfirmed):
        confirm(staff=pat, signature=signed(pat), at=NOW)


def test_a_puppet_confirms_no_puppet(visit, pat, dora):
    """Of two that one director made neither signs, so neither confirms the other."""
    chooses(visit(), link_for(visit(dora), username="pim", name="Pim"))
    pim = Staff.objects.get(username="pim")
    give_second_factor(pim, secret=SECRET)
    for one, other in ((pat, pim), (pim, pat)):
        with pytest.raises(NotConfirmed, match="Nobody has confirmed yet"):
            confirm(staff=one, signature=signed(other), at=NOW)


def test_a_puppet_director_invites_nobody_for_the_real_one_to_confirm(visit, dora):
    chooses(visit(), link_for(visit(dora), username="dan", name="Dan", role="medical_director"))
    dan = Staff.objects.get(username="dan")
    give_second_factor(dan, secret=SECRET)
    assert visit(dan).post("/staff/add/", NEW).status_code == 403
    assert not Staff.objects.filter(username="pat").exists()


@pytest.mark.usefixtures("second_factor")
def test_a_second_person_confirms_and_then_it_signs(visit, pat, alice):
    staff_page = text_of(visit(alice).get("/staff/"))
    assert "Not confirmed" in staff_page
    page = f"/staff/{pat.pk}/confirm/"
    assert "I know Pat Penrose, I saw them sign in" in text_of(visit(alice).get(page))
    assert visit(alice).post(page).status_code == 302
    try_to_sign(pat)
    event = AuditEvent.objects.get(action="confirmed signer")
    assert (event.by_id, event.detail) == (str(alice.pk), {"role": "prescriber", "method": "totp"})


@pytest.mark.parametrize("who", ["carol", "erin"])
@pytest.mark.usefixtures("second_factor")
def test_whoever_signs_nothing_confirms_nobody(request, visit, pat, who):
    person = request.getfixturevalue(who)
    assert visit(person).post(f"/staff/{pat.pk}/confirm/").status_code == 403
    assert not is_confirmed(pat)


@pytest.mark.usefixtures("second_factor")
def test_another_clinics_person_is_not_there(visit, pat, charlie):
    assert visit(charlie).post(f"/staff/{pat.pk}/confirm/").status_code == 404


def test_there_must_be_somebody_to_confirm(visit, dora, alice):
    link_for(visit(dora))
    with pytest.raises(NotConfirmed, match="has not signed in yet with an own password"):
        confirm(staff=Staff.objects.get(username="pat"), signature=signed(alice), at=NOW)


def test_what_lets_another_person_in_undoes_it(visit, pat, alice, bob, dora):
    confirm(staff=pat, signature=signed(alice), at=NOW)
    reset_second_factor(staff=pat, by=dora, at=NOW)
    give_second_factor(pat, secret=SECRET)
    assert not is_confirmed(pat)
    confirm(staff=pat, signature=signed(bob), at=NOW)
    invitations.give_link(staff=pat, by=dora, at=NOW)
    assert not is_confirmed(pat)
    confirm(staff=pat, signature=signed(alice), at=NOW)
    assert is_confirmed(pat)


def test_a_role_that_signs_more_is_confirmed_anew_and_one_that_signs_less_is_not(bob, alice, dora):
    give_second_factor(bob, secret=SECRET)
    change_role(staff=bob, role=Role.PRESCRIBER, by=dora, at=NOW)
    assert not is_confirmed(bob)
    with pytest.raises(NotConfirmed, match="You gave or changed"):
        confirm(staff=bob, signature=signed(dora), at=NOW)
    confirm(staff=bob, signature=signed(alice), at=NOW)
    change_role(staff=bob, role=Role.NURSE, by=dora, at=NOW)
    assert is_confirmed(bob)


# The link


def test_the_link_opens_once(visit, dora):
    path = link_for(visit(dora))
    assert "Pat Penrose" in text_of(visit().get(path))
    assert visit().get(path).status_code == 200, "looking uses nothing up"
    assert chooses(visit(), path)["Location"] == "/sign-in/"
    for answer in (
        visit().get(path),
        chooses(visit(), path, "another long password", "another long password"),
    ):
        assert answer.status_code == 410
        assert "Pat" not in text_of(answer)
    person = Staff.objects.get(username="pat")
    assert person.check_password(OWN)
    assert AuditEvent.objects.get(action="chose password").by_id == str(person.pk)


def test_only_the_newest_link_opens_and_none_for_long(visit, dora, monkeypatch):
    old = link_for(visit(dora))
    person = Staff.objects.get(username="pat")
    page = visit(dora).post(f"/staff/{person.pk}/", {"action": "link"}).content.decode()
    new = re.search(r'value="https?://[^/]+(/invitation/[^"]+)"', page)[1]
    assert visit().get(old).status_code == 410
    assert visit().get(new).status_code == 200
    later = NOW + invitations.LASTS + timedelta(seconds=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert visit().get(new).status_code == 410


def test_a_closed_account_opens_by_no_link(visit, dora):
    path = link_for(visit(dora))
    close_account(staff=Staff.objects.get(username="pat"), by=dora, at=NOW)
    assert chooses(visit(), path).status_code == 410


@pytest.mark.parametrize("password", ["short", "password1234", OWN])
def test_a_password_that_does_not_do_is_a_sentence_and_uses_nothing_up(visit, dora, password):
    path = link_for(visit(dora))
    assert chooses(visit(), path, password, "not the same").status_code == 422
    assert visit().get(path).status_code == 200


@pytest.mark.parametrize("token", ["x", "../staff", "%00", "a" * 300, "é"])
def test_a_made_up_link_is_gone(visit, clinic, token):
    assert visit().get(f"/invitation/{token}/").status_code in (400, 404, 410)


def test_a_link_leaves_an_open_session_and_an_old_password_behind(visit, dora, pat):
    browser = visit(pat)
    assert browser.get("/worklist/").status_code == 200
    page = visit(dora).post(f"/staff/{pat.pk}/", {"action": "link"}).content.decode()
    chooses(visit(), re.search(r'(/invitation/[^"]+)"', page)[1], "quite another text", "quite another text")
    assert browser.get("/worklist/").status_code == 302
    pat.refresh_from_db()
    assert not pat.check_password(OWN)
    assert Authenticator.objects.filter(user=pat, type="totp").exists()


def test_nobody_gives_themselves_a_link(visit, dora):
    answer = visit(dora).post(f"/staff/{dora.pk}/", {"action": "link"}, follow=True)
    assert "/invitation/" not in answer.content.decode()
