"""Who works here: seen by all, changed by the medical director, never by oneself."""

from __future__ import annotations

import pytest

from tenuto.clinic.accounts.api import may, refusal, roles_that_may
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.roles import WHO_MAY
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.manual.who_may import page
from tests.clinic.conftest import hired

NEW = {"username": "frida", "name": "Frida", "role": "nurse"}


def test_everyone_sees_who_works_here_and_nobody_elsewhere(visit, bob, alice, charlie):
    text = visit(bob).get("/staff/").content.decode()
    assert "Alice" in text
    assert "Charlie" not in text
    assert "New sign-in" not in text


def test_the_medical_director_gives_a_sign_in(visit, dora):
    visit(dora).post("/staff/add/", NEW)
    frida = Staff.objects.get(username="frida")
    assert (frida.clinic, frida.role) == (dora.clinic, "nurse")
    event = AuditEvent.objects.get(action="joined clinic", subject_id=str(frida.pk))
    assert event.by_id == str(dora.pk)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"username": "dora"}, "This user name is taken"),
        ({"username": "a b"}, "Use letters, digits"),
        ({"role": "king"}, "valid choice"),
    ],
)
def test_a_bad_sign_in_is_a_sentence(visit, dora, changed, sentence):
    assert sentence in visit(dora).post("/staff/add/", {**NEW, **changed}).content.decode()
    assert not Staff.objects.filter(username="frida").exists()


def test_a_role_is_changed_and_both_are_on_record(visit, dora, bob):
    visit(dora).post(f"/staff/{bob.pk}/", {"action": "role", "role": "coordinator"})
    assert AuditEvent.objects.get(action="changed role").detail == {"before": "nurse", "after": "coordinator"}


def test_the_same_role_again_is_no_change(visit, dora, bob):
    visit(dora).post(f"/staff/{bob.pk}/", {"action": "role", "role": "nurse"})
    assert not AuditEvent.objects.filter(action="changed role").exists()
    bob.refresh_from_db()
    assert bob.sign_in_changes == 0


def test_an_account_is_closed_and_opened_again(visit, dora, bob):
    visit(dora).post(f"/staff/{bob.pk}/", {"action": "close"})
    bob.refresh_from_db()
    assert not bob.is_active
    visit(dora).post(f"/staff/{bob.pk}/", {"action": "reopen"})
    bob.refresh_from_db()
    assert bob.is_active


def test_nobody_changes_their_own(visit, dora):
    visit(dora).post(f"/staff/{dora.pk}/", {"action": "role", "role": "nurse"})
    dora.refresh_from_db()
    assert dora.role == "medical_director"


def test_others_may_not(visit, bob, charlie, dora, other_clinic):
    assert visit(bob).post("/staff/add/", NEW).status_code == 403
    assert visit(bob).post(f"/staff/{dora.pk}/", {"action": "close"}).status_code == 403
    theirs = hired(other_clinic, "dirk", Role.MEDICAL_DIRECTOR)
    assert visit(theirs).post(f"/staff/{bob.pk}/", {"action": "close"}).status_code == 404


def test_a_form_that_is_none_changes_nothing(visit, dora, bob):
    assert visit(dora).post(f"/staff/{bob.pk}/", {"action": "role", "role": "king"}).status_code == 400


def test_the_table_says_who_may(alice, bob, dora):
    assert may(alice, "plan.sign")
    assert not may(bob, "plan.sign")
    assert roles_that_may("gate.exception") == (Role.MEDICAL_DIRECTOR,)
    with pytest.raises(KeyError, match=r"'plan.burn' is not in the table"):
        may(alice, "plan.burn")
    alice.is_active = False
    assert not may(alice, "plan.sign")


def test_a_refusal_says_whom_to_ask(bob):
    assert refusal(bob, "plan.sign") == (
        "You are signed in as nurse and may not sign a plan. Ask a prescriber or a medical director."
    )


def test_every_verb_has_someone_who_may_and_a_row_in_the_manual():
    text = page()
    for name, verb in WHO_MAY.items():
        assert verb.roles, name
        assert f"`{name}`" in text


def test_every_role_may_something():
    assert all(any(role in verb.roles for verb in WHO_MAY.values()) for role in Role)


WORDS = {"phone": "555 0100", "crisis_words": "Call the night line, 555 0199."}


def test_the_medical_director_says_what_patients_read(visit, dora, clinic):
    public = f"/enquire/{clinic.pk}/"
    assert "call or text 988" in visit().get(public).content.decode()
    assert visit(dora).post("/staff/words/", WORDS).status_code == 302
    page = visit().get(public).content.decode()
    assert WORDS["crisis_words"] in page
    assert WORDS["phone"] in page
    event = AuditEvent.objects.get(action="changed what patients are told")
    assert (event.detail["before"]["phone"], event.detail["after"]) == ("", WORDS)
    visit(dora).post("/staff/words/", {"phone": "", "crisis_words": ""})
    assert "call or text 988" in visit().get(public).content.decode()


def test_nobody_else_changes_what_patients_read(visit, alice, clinic):
    assert visit(alice).post("/staff/words/", WORDS).status_code == 403
    clinic.refresh_from_db()
    assert clinic.crisis_words == ""


def test_too_long_words_are_a_sentence_and_stay_in_the_field(visit, dora, clinic):
    answer = visit(dora).post("/staff/words/", {**WORDS, "phone": "5" * 70}).content.decode()
    assert "at most 60 characters" in answer
    assert WORDS["crisis_words"] in answer
    clinic.refresh_from_db()
    assert clinic.phone == ""
