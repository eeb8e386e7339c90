"""Who works here: seen by all, changed by the medical director, never by oneself."""

from __future__ import annotations

import pytest

from tenuto.clinic.accounts.api import may, refusal, roles_that_may
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.roles import WHO_MAY
from tenuto.clinic.accounts.services import set_clinic_words, set_clinic_zone, words_seen
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.core.literature.emergency import emergency_words
from tenuto.core.sources import Tag
from tenuto.manual.who_may import page
from tests.clinic.conftest import NOW, hired
from tests.whole_words import whole_words

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
        ({"username": "\u0430lice"}, "Use the letters a to z"),
        ({"username": "a b"}, "Use the letters a to z"),
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
CHECKED = {**WORDS, "checked": "on"}


def test_the_medical_director_says_what_patients_read(visit, dora, clinic):
    public = f"/enquire/{clinic.pk}/"
    assert "call your local crisis line" in visit().get(public).content.decode()
    assert visit(dora).post("/staff/words/", {**CHECKED, "seen": words_seen(clinic)}).status_code == 302
    page = visit().get(public).content.decode()
    for number in ("555 0199", "555 0100"):
        assert f'<a href="tel:{number.replace(" ", "")}">{number}</a>' in page
    event = AuditEvent.objects.get(action="changed what patients are told")
    assert (event.detail["before"]["phone"], event.detail["after"]) == ("", WORDS)
    clinic.refresh_from_db()
    visit(dora).post("/staff/words/", {"phone": "", "crisis_words": "", "seen": words_seen(clinic)})
    assert "call your local crisis line" in visit().get(public).content.decode()


def test_no_number_that_ships_is_shown_before_the_director_has_checked_it(visit, dora, clinic):
    """What is known of a country from memory alone is proposed to the director, with its tag, and to nobody else."""
    public = f"/enquire/{clinic.pk}/"
    set_clinic_zone(clinic=clinic, zone="America/Chicago", by=dora, at=NOW)
    page = visit().get(public).content.decode()
    for missing in (
        "The clinic has not written its emergency numbers here yet.",
        "it has not written its phone number here yet; use the one on your letter or card.",
    ):
        assert missing in page
    assert whole_words(page, ("988",)) == []
    browser = visit(dora)
    offered = browser.get("/staff/").content.decode()
    assert "Proposed for United States." in offered
    assert f"[M] {Tag.M.meaning[0].upper()}" in offered
    proposed = emergency_words("America/Chicago")
    assert proposed in offered
    answer = browser.post("/staff/words/", {"phone": "555 0100", "crisis_words": proposed})
    assert "Nobody reads a number here that was not checked." in answer.content.decode()
    browser.post(
        "/staff/words/",
        {"phone": "555 0100", "crisis_words": proposed, "checked": "on", "seen": words_seen(clinic)},
    )
    page = visit().get(public).content.decode()
    assert 'call <a href="tel:911">911</a>' in page
    assert 'call or text <a href="tel:988">988</a>' in page
    assert "not written" not in page
    assert "Proposed for" not in browser.get("/staff/").content.decode()


def test_two_directors_do_not_replace_each_others_number_unseen(visit, dora, clinic):
    """The number for danger is read by people in danger: whoever saves last has read what they replace."""
    dirk = visit(hired(clinic, "dirk", Role.MEDICAL_DIRECTOR))
    seen = words_seen(clinic)
    assert f'name="seen" value="{seen}"' in dirk.get("/staff/").content.decode()
    set_clinic_words(clinic=clinic, **WORDS, by=dora, at=NOW)
    mine = {"phone": "555 0111", "crisis_words": "Call 555 0122.", "checked": "on", "seen": seen}
    for sent in (mine, {**mine, "seen": ""}):
        answer = dirk.post("/staff/words/", sent)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "Dora (dora) changed this since you opened the page" in text
        assert WORDS["crisis_words"] in text
        assert 'value="555 0111"' in text
    clinic.refresh_from_db()
    assert {"phone": clinic.phone, "crisis_words": clinic.crisis_words} == WORDS
    assert f'name="seen" value="{words_seen(clinic)}"' in text
    assert dirk.post("/staff/words/", {**mine, "seen": words_seen(clinic)}).status_code == 302


def test_words_without_a_number_help_nobody(visit, dora, clinic):
    answer = visit(dora).post("/staff/words/", {**CHECKED, "crisis_words": "Call somebody you trust."})
    assert "No number can be read in these words." in answer.content.decode()
    clinic.refresh_from_db()
    assert clinic.crisis_words == ""


def test_a_director_reads_on_every_page_what_patients_are_not_told(visit, dora, alice, clinic):
    browser = visit(dora)
    said = (
        "Patients do not read the clinic&#x27;s phone number and whom to call in danger on their pages yet."
    )
    for path in ("/", "/worklist/", "/staff/"):
        assert said in browser.get(path).content.decode()
    assert "Patients do not read" not in visit(alice).get("/").content.decode()
    set_clinic_words(clinic=clinic, **{**WORDS, "crisis_words": ""}, by=dora, at=NOW)
    assert "Patients do not read whom to call in danger on" in browser.get("/").content.decode()
    set_clinic_words(clinic=clinic, **WORDS, by=dora, at=NOW)
    assert "Patients do not read" not in browser.get("/").content.decode()


def test_nobody_else_changes_what_patients_read(visit, alice, clinic):
    assert visit(alice).post("/staff/words/", WORDS).status_code == 403
    clinic.refresh_from_db()
    assert clinic.crisis_words == ""


def test_too_long_words_are_a_sentence_and_stay_in_the_field(visit, dora, clinic):
    answer = visit(dora).post("/staff/words/", {**CHECKED, "phone": "5" * 70}).content.decode()
    assert "at most 60 characters" in answer
    assert WORDS["crisis_words"] in answer
    clinic.refresh_from_db()
    assert clinic.phone == ""
