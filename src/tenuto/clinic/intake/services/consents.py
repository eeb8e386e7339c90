"""Taking a consent, and the patient taking it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.intake.models import ConsentSigned, ConsentWithdrawn
from tenuto.clinic.intake.services.to_dos import end_what_was_done
from tenuto.clinic.ledger.facts import NEWEST_FIRST, signed
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.names import same_name
from tenuto.clinic.people.recording import keep
from tenuto.core.intake.consent_text import consent_text
from tenuto.core.sentences import check_length

__all__ = ["ConsentRefused", "photo_allowed", "sign_consent", "withdraw_consent", "withdraw_photo"]

LONGEST_WORDS = 300


class ConsentRefused(ValueError):
    """The consent can't be kept as it is. The text says what is missing; nothing was saved."""


@transaction.atomic
def sign_consent(
    *,
    patient: Patient,
    text_name: str,
    text_sha256: str,
    agreed: Collection[str],
    photo: bool,
    patient_typed: str,
    indication: str,
    signature: Reauthentication,
    at: datetime,
) -> ConsentSigned:
    """Keep that the patient agreed to every statement of exactly this text, typed their name, and who took it.

    The member of staff signs with a fresh second factor. Raises ConsentRefused and PermissionError.
    """
    by = signature.by
    check_role(by, "intake.consent")
    signature.spend(signer=by, at=at)
    text = consent_text(text_name)
    if text.sha256 != text_sha256:
        raise ConsentRefused(
            "The text of the consent has changed meanwhile. Read the new one with the patient."
        )
    lacking = [s.heading for s in text.statements if s.id not in agreed]
    if lacking:
        raise ConsentRefused(f"Not agreed to: {'; '.join(lacking)}. Without it there is no consent.")
    if not same_name(patient_typed, patient.name):
        raise ConsentRefused(
            f"“{patient_typed.strip()}” is not the name on record, “{patient.name}”. Let the patient type that name, or "
            "correct the name on record first."
        )
    row = ConsentSigned(
        patient=patient,
        text_name=text.name,
        text_sha256=text.sha256,
        language=text.language,
        indication=indication,
        patient_typed=patient_typed.strip(),
        photo=photo,
        **signed(signature, at),
    )
    detail = {"text": text.name, "sha256": text.sha256, "photo": photo, "method": signature.method}
    keep(row, action="took consent", by=by, at=at, detail=detail)
    end_what_was_done(row=row, by=by, at=at)
    return row


@transaction.atomic
def withdraw_consent(*, patient: Patient, how: str, why: str, by: Staff, at: datetime) -> ConsentWithdrawn:
    """The patient takes back every consent given until now: `how` it was said, and the patient's words if there are any.

    No reason is needed, and whoever takes the call records it: it only stops. Raises ConsentRefused.
    """
    check_role(by, "intake.withdraw")
    row = ConsentWithdrawn(
        patient=patient, how=_said(how), why=check_length(why, LONGEST_WORDS, refused=ConsentRefused)
    )
    keep(row, action="withdrew consent", by=by, at=at)
    return row


@transaction.atomic
def withdraw_photo(*, patient: Patient, how: str, why: str, by: Staff, at: datetime) -> ConsentWithdrawn:
    """The patient takes back the consent to photographs and leaves the treatment as it is. Raises ConsentRefused."""
    check_role(by, "intake.withdraw")
    if not photo_allowed(patient):
        raise ConsentRefused(
            "There is no consent to photographs that could be withdrawn. Nothing was changed."
        )
    row = ConsentWithdrawn(
        patient=patient,
        scope=ConsentWithdrawn.Scope.PHOTO,
        how=_said(how),
        why=check_length(why, LONGEST_WORDS, refused=ConsentRefused),
    )
    keep(row, action="withdrew consent to photographs", by=by, at=at)
    return row


def _said(how: str) -> str:
    if how not in ConsentWithdrawn.How.values:
        raise ConsentRefused("Choose how the patient said it. Nothing was changed.")
    return how


def photo_allowed(patient: Patient) -> bool:
    """Whether a photograph may be kept now: the newest signed consent says so, and nothing was withdrawn since."""
    signed = ConsentSigned.objects.filter(patient=patient).order_by(*NEWEST_FIRST).first()
    if signed is None or not signed.photo:
        return False
    return not ConsentWithdrawn.objects.filter(
        patient=patient, event_number__gte=signed.event_number
    ).exists()
