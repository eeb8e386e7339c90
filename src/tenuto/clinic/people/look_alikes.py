"""The warning that someone else has a similar name (hazard H1), which does not name who is restricted."""

from __future__ import annotations

from collections.abc import Iterable

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.people.similar import alike, numbers_of, person_of, shared_number, shares_birth_and_name
from tenuto.clinic.ui.words import long_day

__all__ = ["RESTRICTED", "look_alikes", "visible"]

RESTRICTED = (
    "Another patient has a similar name; that record is open to its care team only. Compare the date of birth and the "
    "number, so that this is the right one."
)


def look_alikes(patient: Patient, *, staff: Staff) -> list[str]:
    """A sentence for each patient who could be mistaken for this one; one for all whom `staff` may not see."""
    others = alike(patient)
    seen = visible(others, staff=staff)
    return [*(_warning(patient, other) for other in seen), *([RESTRICTED] if len(seen) < len(others) else [])]


def visible(patients: Iterable[Patient], *, staff: Staff) -> list[Patient]:
    """Those of the patients whose record `staff` may see. No query for nobody."""
    found = list(patients)
    hidden = hidden_from(staff) if found else frozenset()
    return [patient for patient in found if patient.pk not in hidden]


def _warning(patient: Patient, other: Patient) -> str:
    born = f"born {long_day(other.birth_date)}" if other.birth_date else "date of birth not recorded"
    who = f"{other.name}, {born}"
    person = person_of(patient)
    number = shared_number(person.identifiers, numbers_of(other))
    if number is not None:
        return f"Another patient carries the number {number} too: {who}. Compare name and date of birth."
    if shares_birth_and_name(person, other):
        return f"Another patient has a name and the date of birth in common: {who}. Compare the number."
    return f"Another patient has a similar name: {who}. Make sure that this is the right one."
