"""A letter to a psychiatrist or a therapist is read, signed with a second factor, kept, and printed as it was signed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.outcomes.models import Letter
from tenuto.clinic.outcomes.services.letters import LetterRefused, draft_letter, sign_letter
from tenuto.clinic.pathway.api import Batch
from tenuto.core.outcomes.letter import LetterReader
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.conftest import OPTIONS, signature_of, signed
from tests.clinic.plan.test_visits import given, scored

TO = "Dr Ada Finch, 5 Harbour Street"


@pytest.fixture
def treated(course):
    return course((12, 10, 8), [(14, 21), (0, 9)])


def url(patient, act=""):
    return f"/patients/{patient.pk}/outcomes/letters/{act}"


def draft(patient, reader=LetterReader.PSYCHIATRIST):
    return draft_letter(patient, Batch.of(patient), reader=reader)


def signed_letter(patient, by, *, seen=None, addressee=TO, at=NOW):
    return sign_letter(
        patient=patient, reader=LetterReader.PSYCHIATRIST, addressee=addressee,
        seen=draft(patient).sha256 if seen is None else seen, signature=signature_of(by, at), at=at,
    )  # fmt: skip


def test_a_letter_is_kept_as_it_was_signed_whatever_comes_later(treated, alice, bob, visit):
    row = signed_letter(treated, alice)
    assert row.content["lines"][0].startswith("3 infusions of ketamine")
    given(treated, bob)
    row.refresh_from_db()
    assert row.content["lines"][0].startswith("3 infusions of ketamine")
    assert draft(treated).content["lines"][0].startswith("4 infusions")
    event = AuditEvent.objects.get(action="signed letter")
    assert (event.detail["addressee"], event.detail["content"]) == (TO, row.content_sha256)
    paper = visit(alice).get(url(treated, f"{row.pk}.pdf"))
    assert paper.status_code == 200
    assert paper.content.startswith(b"%PDF")
    assert visit(alice).get(url(treated, f"{row.pk}.pdf")).content == paper.content
    assert TO in text_of(visit(alice).get(url(treated)))


def test_what_changed_since_it_was_read_is_read_again(treated, alice, bob):
    before = draft(treated).sha256
    scored(treated, bob, 4)
    with pytest.raises(LetterRefused, match="Read the letter again"):
        signed_letter(treated, alice, seen=before)
    with pytest.raises(LetterRefused, match="to whom"):
        signed_letter(treated, alice, addressee="  ")
    assert not Letter.objects.exists()


def test_only_a_prescriber_of_the_clinic_signs(treated, bob, charlie):
    with pytest.raises(PermissionError):
        signed_letter(treated, bob)
    with pytest.raises(WrongClinic):
        signed_letter(treated, charlie)


def test_a_factor_signs_one_letter(treated, alice):
    once = signature_of(alice)
    for n, refused in ((0, None), (1, PermissionError)):
        sign = {
            "patient": treated, "reader": LetterReader.PSYCHIATRIST, "addressee": TO, "seen": draft(treated).sha256,
            "signature": once, "at": NOW + timedelta(seconds=n),
        }  # fmt: skip
        if refused:
            with pytest.raises(refused):
                sign_letter(**sign)
        else:
            sign_letter(**sign)
    assert Letter.objects.count() == 1


def test_the_page_shows_what_is_signed_and_asks_for_the_factor(treated, alice, bob, visit):
    page = visit(alice)
    shown = page.get(f"{url(treated)}?to=therapist")
    assert "3 infusions of ketamine" in text_of(shown)
    assert "A prescriber signs a letter." in text_of(visit(bob).get(f"{url(treated)}?to=therapist"))
    content = re.search(r'name="content" value="([0-9a-f]{64})"', shown.content.decode())[1]
    empty = page.post(url(treated, "sign/"), {"reader": "therapist", "content": content, "addressee": ""})
    assert empty.status_code == 422
    assert "Write to whom the letter goes." in text_of(empty)
    asked = page.post(url(treated, "sign/"), {"reader": "therapist", "content": content, "addressee": TO})
    assert asked.status_code == 302
    assert "next=" in asked["Location"]
    stale = page.post(url(treated, "sign/"), {"reader": "therapist", "content": "0" * 64, "addressee": TO})
    assert "Read the letter again" in text_of(stale)


def test_without_a_release_of_information_nothing_is_written(accepted, alice, bob, visit):
    def unreleased(facts):
        kept = tuple(each for each in facts.answers if each.fact != "care.release_of_information")
        return replace(facts, answers=kept)

    patient = accepted(change=unreleased)
    signed(patient, alice, OPTIONS)
    given(patient, bob)
    shown = text_of(visit(alice).get(f"{url(patient)}?to=psychiatrist"))
    assert "No release of information to the treating team is on record." in shown
    with pytest.raises(LetterRefused, match="No release of information"):
        draft(patient)


def test_another_clinic_sees_nothing_and_another_patient_has_no_such_letter(
    treated, visit, alice, charlie, ana
):
    row = signed_letter(treated, alice)
    for act in ("", f"{row.pk}.pdf"):
        assert visit(charlie).get(url(treated, act)).status_code == 404
    assert visit(alice).get(url(ana, f"{row.pk}.pdf")).status_code == 404
