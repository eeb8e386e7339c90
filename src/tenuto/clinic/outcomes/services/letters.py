"""Writing a letter to a psychiatrist or a therapist, and signing it: what is signed is what the facts say now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.course.api import account
from tenuto.clinic.ledger.facts import signed
from tenuto.clinic.outcomes.models import Letter
from tenuto.clinic.pathway.api import Batch, booked_of, facts_of, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.infusion import CourseError
from tenuto.core.data.digest import content_digest
from tenuto.core.outcomes.letter import LetterReader, letter_lines
from tenuto.core.sentences import check_length

__all__ = ["LetterDraft", "LetterRefused", "draft_letter", "sign_letter"]

RELEASE = "care.release_of_information"
LONGEST_ADDRESSEE = 300
NOT_ASKED = "nobody has asked yet."


class LetterRefused(ValueError):
    """This letter can't be written or signed now. The text says why and what to do; nothing was kept."""


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """What the letter would say now."""

    content: dict[str, Any]

    @property
    def sha256(self) -> str:
        """The digest by which a page says which letter it showed."""
        return content_digest(self.content)


def draft_letter(patient: Patient, batch: Batch, *, reader: LetterReader) -> LetterDraft:
    """The letter as the facts are now.

    Raises LetterRefused without a release of information on record and before the first infusion.
    """
    released = facts_of(patient, batch).answer(RELEASE)
    if released is None or str(released.value).strip().lower() not in ("yes", "true"):
        raise LetterRefused(
            "No release of information to the treating team is on record. Ask for it and record it in the history first."
        )
    booked = booked_of(batch).get(patient.pk)
    on = clock.day_of(patient.clinic, booked.at) if booked is not None and booked.at is not None else None
    risk = next(iter(safety_now(patient, batch).sentences), NOT_ASKED)
    try:
        lines = letter_lines(account(patient, batch), reader=reader, risk=risk, booked=on)
    except CourseError as refused:
        raise LetterRefused(str(refused)) from refused
    born = long_day(patient.birth_date) if patient.birth_date else "birth date not recorded"
    return LetterDraft(
        {
            "reader": reader.value,
            "clinic": patient.clinic.name,
            "phone": patient.clinic.phone,
            "person": f"{patient.name}, {patient.record_number}, born {born}",
            "day": long_day(batch.today),
            "lines": list(lines),
        }
    )


@transaction.atomic
def sign_letter(
    *,
    patient: Patient,
    reader: LetterReader,
    addressee: str,
    seen: str,
    signature: Reauthentication,
    at: datetime,
) -> Letter:
    """Keep the letter that the page with the digest `seen` showed, signed by a prescriber with a fresh second factor.

    Raises LetterRefused when it would say something else now, or nobody is named to whom it goes, and PermissionError.
    """
    by = signature.by
    check_same_clinic(by, patient)
    check_role(by, "outcomes.letter")
    if not addressee.strip():
        raise LetterRefused("Write to whom the letter goes. Nothing was signed.")
    addressee = check_length(addressee, LONGEST_ADDRESSEE, refused=LetterRefused)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    draft = draft_letter(patient, batch, reader=reader)
    if draft.sha256 != seen:
        raise LetterRefused("What is on record changed since this page was shown. Read the letter again.")
    signature.spend(signer=by, at=at)
    row = Letter(
        patient=patient, reader=reader.value, addressee=addressee, content=draft.content,
        content_sha256=draft.sha256, **signed(signature, at),
    )  # fmt: skip
    detail = {"reader": reader.value, "addressee": row.addressee, "content": row.content_sha256}
    kept: Letter = keep(
        row, action="signed letter", by=by, at=at, detail=detail | {"method": signature.method}
    )
    return kept
