"""Registering people, and making sure that two records of one person meet in one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Clinic, Patient, PatientIdentifier, Role, Staff
from tenuto.clinic.ui.words import long_day


class IdentityConflict(Exception):
    """The identifiers point to more than one person, or to a person with another birthday. Nothing is saved."""


def known_patient(clinic: Clinic, *, identifiers: Sequence[str], birth_date: date | None) -> Patient | None:
    """The patient of this clinic that carries one of the identifiers; None when nobody does.

    Raises `IdentityConflict` when the identifiers disagree with each other or the birth date disagrees with the
    record: a merged or mistyped number must stop here, not in the wrong patient's plan (hazard H1).
    """
    found = list(clinic.patients.filter(identifiers__value__in=identifiers).distinct())
    if not found:
        return None
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


@transaction.atomic
def register_patient(
    *, name: str, birth_date: date | None, identifiers: Sequence[str], by: Staff, at: datetime
) -> Patient:
    """Add a person to the clinic of `by`."""
    patient = Patient.objects.create(clinic=by.clinic, name=name, birth_date=birth_date, registered_at=at)
    _attach(patient, identifiers)
    record(
        action="registered patient", subject=patient, by=by, at=at, detail={"identifiers": list(identifiers)}
    )
    return patient


@transaction.atomic
def add_identifiers(
    patient: Patient, *, identifiers: Sequence[str], by: Staff, at: datetime
) -> Sequence[str]:
    """Attach the identifiers that the patient does not carry yet, and return these."""
    carried = set(patient.identifiers.values_list("value", flat=True))
    new = [value for value in dict.fromkeys(identifiers) if value not in carried]
    if new:
        _attach(patient, new)
        record(action="added identifiers", subject=patient, by=by, at=at, detail={"identifiers": new})
    return new


def _attach(patient: Patient, identifiers: Sequence[str]) -> None:
    PatientIdentifier.objects.bulk_create(
        PatientIdentifier(clinic_id=patient.clinic_id, patient=patient, value=value)
        for value in dict.fromkeys(identifiers)
    )


@transaction.atomic
def open_clinic(*, name: str, demonstration: bool) -> Clinic:
    """Open a clinic. Its first member of staff is added with `employ`."""
    return Clinic.objects.create(name=name, demonstration=demonstration)


@transaction.atomic
def employ(*, clinic: Clinic, username: str, password: str, name: str, role: Role, at: datetime) -> Staff:
    """Give a person a sign-in at the clinic. Recorded as the person's own first event."""
    staff = Staff.objects.create_user(username, password=password, name=name, role=role, clinic=clinic)
    record(action="joined clinic", subject=staff, by=staff, at=at, detail={"role": str(role)})
    return staff


class WrongClinic(PermissionError):
    """Somebody acts on a person of another clinic. A programme error or an attack; never a slip of a user."""


def require_same_clinic(by: Actor, *people: Patient | Staff | None) -> None:
    """Raise `WrongClinic` unless everyone belongs to the clinic of who acts."""
    for person in people:
        if person is not None and person.clinic_id != by.clinic_id:
            raise WrongClinic(
                f"{by.audit_name} acts on a {person._meta.verbose_name} of another clinic. Nothing was saved."
            )
