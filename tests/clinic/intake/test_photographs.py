"""The consent to photographs can be taken back alone; the treatment's stays as it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import ConsentWithdrawn
from tenuto.clinic.intake.services import sign_consent, withdraw_consent
from tenuto.clinic.intake.services.consents import ConsentRefused, photo_allowed, withdraw_photo
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.core.intake.consent_text import current_consent_text
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import signed, text_of

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def consent(ana, alice):
    def sign(*, photo, at=NOW):
        text = current_consent_text()
        return sign_consent(
            patient=ana,
            text_name=text.name,
            text_sha256=text.sha256,
            agreed=[s.id for s in text.statements],
            photo=photo,
            patient_typed=ana.name,
            indication="",
            signature=signed(alice),
            at=at,
        )

    return sign


def test_photographs_are_withdrawn_and_the_treatment_goes_on(visit, ana, bob, consent):
    consent(photo=True)
    browser, url = visit(bob), f"/patients/{ana.pk}/intake/consent/"
    assert "A photograph may be kept now." in text_of(browser.get(url))
    assert "Choose how the patient said it." in text_of(browser.post(f"{url}withdraw-photographs/", {}))
    assert "The treatment goes on." in text_of(browser.get(f"{url}withdraw-photographs/"))
    told = text_of(browser.post(f"{url}withdraw-photographs/", {"how": "in_person"}, follow=True))
    assert "No photograph may be kept from now on." in told
    assert "A photograph may be kept now." not in told
    assert "Photographs alone" in told
    assert [c.active for c in current(ana).facts.consents] == [True]
    event = AuditEvent.objects.get(action="withdrew consent to photographs")
    assert (event.by_id, event.patient_id) == (str(bob.pk), ana.pk)


def test_withdrawing_everything_takes_photographs_with_it(ana, bob, consent):
    consent(photo=True)
    withdraw_consent(patient=ana, how="phone", why="", by=bob, at=LATER)
    assert not photo_allowed(ana)
    assert not any(c.active for c in current(ana).facts.consents)


@pytest.mark.parametrize("photo", [False, None])
def test_there_must_be_a_consent_to_take_back(visit, ana, bob, consent, photo):
    if photo is not None:
        consent(photo=photo)
    with pytest.raises(ConsentRefused, match="no consent to photographs"):
        withdraw_photo(patient=ana, how="phone", why="", by=bob, at=LATER)
    url = f"/patients/{ana.pk}/intake/consent/withdraw-photographs/"
    assert "Nothing was changed" in text_of(visit(bob).post(url, {"how": "phone"}, follow=True))
    assert not ConsentWithdrawn.objects.exists()


def test_a_newer_consent_allows_them_again(ana, bob, consent, alice):
    consent(photo=True)
    withdraw_photo(patient=ana, how="phone", why="Did not like it.", by=bob, at=LATER)
    assert not photo_allowed(ana)
    consent(photo=True, at=LATER + timedelta(minutes=1))
    assert photo_allowed(ana)


def test_another_clinic_and_other_roles_withdraw_nothing(visit, ana, erin, charlie, consent):
    consent(photo=True)
    url = f"/patients/{ana.pk}/intake/consent/withdraw-photographs/"
    assert visit(charlie).post(url).status_code == 404
    assert visit(erin).post(url).status_code == 403
    assert visit().post(url).status_code == 302
    assert photo_allowed(ana)
