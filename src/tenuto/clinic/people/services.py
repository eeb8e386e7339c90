"""Making sure that two records of one person meet in one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.people.identity import add_identifiers, amend_patient, register_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.ui.words import long_day

__all__ = ["IdentityConflict", "add_identifiers", "amend_patient", "known_patient", "register_patient"]


class IdentityConflict(Exception):
    """The identifiers point to more than one person, or to a person with another birthday. Nothing is saved."""


def known_patient(
    clinic: Clinic, *, identifiers: Sequence[str], birth_date: date | None, by: Staff | None = None
) -> Patient | None:
    """The patient of this clinic that carries one of the identifiers; None when nobody does.

    Raises `IdentityConflict` when the identifiers disagree with each other or the birth date disagrees with the
    record: a merged or mistyped number must stop here, not in the wrong patient's plan (hazard H1). Also when `by` may
    not see one of them: what is said then names nobody.
    """
    found = list(clinic.patients.filter(identifiers__value__in=identifiers).distinct())
    if not found:
        return None
    if by is not None and any(patient.pk in hidden_from(by) for patient in found):
        raise IdentityConflict(
            "One of these identifiers belongs to a record that is open to its care team only. Ask one of them to take "
            "this in; nothing was saved."
        )
    if len(found) > 1:
        names = " and ".join(str(patient) for patient in found)
        raise IdentityConflict(
            f"The identifiers in this file belong to more than one patient here: {names}. Find out which is right; "
            "nothing was saved."
        )
    patient = found[0]
    if birth_date and patient.birth_date and birth_date != patient.birth_date:
        raise IdentityConflict(
            f"This file has an identifier of {patient}, born {long_day(patient.birth_date)}, but says born "
            f"{long_day(birth_date)}. Find out which is right; nothing was saved."
        )
    return patient
