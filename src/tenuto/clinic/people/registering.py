"""Registering a person at the desk: a record number where they bring none, and how they may be reached."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.people.identity import contact_preferences, prefer_contact
from tenuto.clinic.people.models import Channel, Patient, PatientIdentifier
from tenuto.clinic.people.services import (
    IdentityAnswer,
    add_identifiers,
    known_patient,
    not_elsewhere,
    register_patient,
)
from tenuto.core.intake.facts import Identifier, Person

__all__ = ["channel_of", "own_number", "register_person"]

PREFIX = "TN-"
"""Of the record numbers that are made here."""
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]{4,}\Z")


@transaction.atomic
def register_person(
    *,
    person: Person,
    contact: str,
    may_contact: bool,
    by: Staff,
    at: datetime,
    compared: IdentityAnswer | None = None,
) -> tuple[Patient, bool]:
    """The patient who this person is, or a new one; and whether it is a new one.

    A new one without a number of their own gets the clinic's next record number. The contact is kept with whether it may
    be used, unless the patient has said so before. Raises as `people.services.known_patient`.
    """
    known = known_patient(by.clinic, person, by=by, compared=compared)
    numbers = not_elsewhere(by.clinic, person.identifiers, patient=known)
    if known is None:
        if not any(each.proves for each in numbers):
            numbers.append(own_number(by.clinic, _next_record_number(by.clinic)))
        patient = register_patient(
            name=person.name, birth_date=person.birth_date, identifiers=numbers, by=by, at=at
        )
    else:
        patient = known
        add_identifiers(known, identifiers=numbers, by=by, at=at)
    channel = channel_of(contact)
    if contact.strip() and channel not in contact_preferences(patient):
        prefer_contact(patient=patient, channel=channel, allowed=may_contact, address=contact, by=by, at=at)
    return patient, known is None


def own_number(clinic: Clinic, value: str) -> Identifier:
    """A record number of the clinic's own, which proves who it is."""
    return Identifier(value, "MR", f"urn:tenuto:clinic:{clinic.pk}", proves=True)


def _next_record_number(clinic: Clinic) -> str:
    """The number after the highest that was made in this clinic. Two registrations wait for each other here, so that they
    don't get the same one."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    made = PatientIdentifier.objects.filter(clinic=clinic, value__regex=rf"^{PREFIX}[0-9]{{6}}$")
    newest = made.order_by("-value").values_list("value", flat=True).first()
    return f"{PREFIX}{int(newest.removeprefix(PREFIX)) + 1 if newest else 1:06}"


def channel_of(contact: str) -> Channel:
    """By which channel what somebody wrote reaches them: with an @ by e-mail, as a number by phone, else by post."""
    text = contact.strip()
    if "@" in text:
        return Channel.EMAIL
    return Channel.PHONE if _PHONE.match(text) else Channel.POST
