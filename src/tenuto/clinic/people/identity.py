"""Who a patient is and how to reach them: registering, correcting, preferences. The record before always stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import (
    Channel,
    ContactPreference,
    Identity,
    Patient,
    PatientIdentifier,
    SupportPerson,
)
from tenuto.clinic.people.names import number_key, search_text
from tenuto.clinic.people.similar import file_name
from tenuto.core.intake.birth import birth_doubt
from tenuto.core.intake.facts import Identifier
from tenuto.core.policy import Policy
from tenuto.core.sentences import is_sentence

__all__ = [
    "ChangedMeanwhile",
    "add_identifiers",
    "amend_patient",
    "contact_preferences",
    "has_number",
    "prefer_contact",
    "register_patient",
    "set_support_person",
    "support_person",
]

REGISTERED = "registered"


class ChangedMeanwhile(Exception):
    """Someone else corrected the same record since this form was opened. Nothing was saved."""


@transaction.atomic
def register_patient(
    *,
    name: str,
    birth_date: date | None,
    identifiers: Sequence[Identifier],
    preferred_name: str = "",
    by: Staff,
    at: datetime,
) -> Patient:
    """Add a person to the clinic of `by`."""
    check_role(by, "patient.register")
    patient = Patient.objects.create(
        clinic=by.clinic,
        name=name,
        preferred_name=preferred_name,
        birth_date=birth_date,
        registered_at=at,
        search=_found_by(name, preferred_name, _once(identifiers)),
    )
    _attach(patient, identifiers)
    _keep_identity(patient, why=REGISTERED, by=by, at=at)
    record(
        action="registered patient",
        subject=patient,
        by=by,
        at=at,
        detail={"identifiers": [str(each) for each in identifiers]},
    )
    return patient


@transaction.atomic
def add_identifiers(
    patient: Patient, *, identifiers: Sequence[Identifier], by: Staff, at: datetime
) -> Sequence[Identifier]:
    """Attach the identifiers that the patient does not carry yet, and return these."""
    check_role(by, "patient.register")
    check_same_clinic(by, patient)
    carried = {_same(each.read) for each in patient.identifiers.all()}
    new = [each for each in _once(identifiers) if _same(each) not in carried]
    if new:
        _attach(patient, new)
        _file(patient)
        numbers = [str(each) for each in new]
        record(action="added identifiers", subject=patient, by=by, at=at, detail={"identifiers": numbers})
    return new


@transaction.atomic
def amend_patient(
    *,
    patient: Patient,
    name: str,
    preferred_name: str,
    birth_date: date | None,
    why: str,
    seen: int,
    policy: Policy,
    by: Staff,
    at: datetime,
) -> Patient:
    """Correct who a patient is. `seen` is the `Identity` that the form showed, `policy` the limits of the clinic.

    Raises `ChangedMeanwhile` when that is no longer the newest one, and ValueError without a name or a reason,
    or with a date of birth that can not be right.
    """
    check_role(by, "patient.amend")
    check_same_clinic(by, patient)
    if not name.strip() or not is_sentence(why):
        raise ValueError("A correction needs the name and a reason in a sentence. Give both.")
    found = Patient.objects.select_for_update().get(pk=patient.pk)
    newest = found.identities.first()
    if newest is not None and newest.pk != seen:
        raise ChangedMeanwhile(
            f"{newest.recorded_by_name} corrected this record meanwhile: {newest.name}, born {newest.birth_date}. "
            "Nothing was saved; compare, and correct again if needed."
        )
    doubt = birth_doubt(birth_date, policy=policy, as_of=clock.day_of(by.clinic, at)) if birth_date else None
    if doubt is not None and doubt.certain:
        raise ValueError(doubt.text)
    before = {
        "name": found.kept_name,
        "preferred_name": found.preferred_name,
        "birth_date": str(found.birth_date),
    }
    found.name, found.preferred_name, found.birth_date = name.strip(), preferred_name.strip(), birth_date
    found.save(update_fields=["name", "preferred_name", "birth_date"])
    _keep_identity(found, why=why.strip(), by=by, at=at)
    record(
        action="corrected patient", subject=found, by=by, at=at, detail={"before": before, "why": why.strip()}
    )
    return found


@transaction.atomic
def prefer_contact(
    *, patient: Patient, channel: Channel, allowed: bool, address: str, by: Staff, at: datetime
) -> ContactPreference:
    """Record whether the patient wants to be reached on a channel, and where. Raises ValueError without an address."""
    check_role(by, "patient.amend")
    check_same_clinic(by, patient)
    if allowed and not address.strip():
        raise ValueError(f"{Channel(channel).label} is wanted, but there is no number or address. Add it.")
    row = ContactPreference.objects.create(
        patient=patient,
        channel=channel,
        allowed=allowed,
        address=address.strip(),
        **recorded(by, at),
    )
    record(action="recorded contact preference", subject=row, by=by, at=at, detail={"channel": str(channel)})
    return row


def contact_preferences(patient: Patient) -> dict[Channel, ContactPreference]:
    """The newest preference of each channel. A channel that is not here was not asked for: do not use it."""
    found: dict[Channel, ContactPreference] = {}
    for row in patient.contact_preferences.all():
        found.setdefault(Channel(row.channel), row)
    return found


def has_number(patient: Patient) -> bool:
    """Whether a number is on record at which the patient can be called, whether or not messages are wanted there."""
    known = contact_preferences(patient)
    return any(known[channel].address.strip() for channel in (Channel.PHONE, Channel.SMS) if channel in known)


@transaction.atomic
def set_support_person(
    *, patient: Patient, name: str, relation: str, phone: str, may_be_told: bool, by: Staff, at: datetime
) -> SupportPerson:
    """Record who accompanies the patient; `may_be_told` is the patient's own consent to our speaking with them."""
    check_role(by, "patient.amend")
    check_same_clinic(by, patient)
    if not name.strip():
        raise ValueError("The support person has no name. Give it, or leave the section empty.")
    row = SupportPerson.objects.create(
        patient=patient,
        name=name.strip(),
        relation=relation.strip(),
        phone=phone.strip(),
        may_be_told=may_be_told,
        **recorded(by, at),
    )
    record(action="recorded support person", subject=row, by=by, at=at, detail={"may_be_told": may_be_told})
    return row


def support_person(patient: Patient) -> SupportPerson | None:
    """The newest support person; None when none was named."""
    return patient.support_persons.first()


def _same(identifier: Identifier) -> tuple[str, str]:
    return identifier.system, number_key(identifier.value)


def _once(identifiers: Sequence[Identifier]) -> Sequence[Identifier]:
    return list({_same(each): each for each in reversed(identifiers)}.values())[::-1]


def _attach(patient: Patient, identifiers: Sequence[Identifier]) -> None:
    # One by one, since each is sealed; a patient has few.
    for each in _once(identifiers):
        PatientIdentifier.objects.create(
            clinic_id=patient.clinic_id,
            patient=patient,
            value=each.value,
            label=each.label,
            system=each.system,
            proves=each.proves,
            key=number_key(each.value),
        )


def _file(patient: Patient) -> None:
    """Let a search find the patient by every name and number; call in the transaction that writes one."""
    search = _found_by(patient.kept_name, patient.preferred_name, list(patient.identifiers.all()))
    # Of who was just registered it is right already, and a row that is saved again is sealed again.
    if search != patient.search:
        patient.search = search
        patient.save(update_fields=["search"])


def _found_by(name: str, preferred_name: str, numbers: Sequence[Identifier | PatientIdentifier]) -> str:
    return search_text(
        [name, preferred_name, *(each.value for each in numbers), *(each.label for each in numbers)]
    )


def _keep_identity(patient: Patient, *, why: str, by: Staff, at: datetime) -> None:
    Identity.objects.create(
        patient=patient,
        name=patient.kept_name,
        preferred_name=patient.preferred_name,
        birth_date=patient.birth_date,
        why=why,
        **recorded(by, at),
    )
    file_name(patient)
    _file(patient)
