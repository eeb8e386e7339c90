"""Making sure that two records of one person meet in one place, and those of two people never do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.people.identity import add_identifiers, amend_patient, register_patient
from tenuto.clinic.people.models import Patient, PatientIdentifier
from tenuto.clinic.people.names import could_be_one, number_key
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.people.similar import near, numbers_of, shared_number
from tenuto.clinic.ui.words import long_day
from tenuto.core.intake.facts import Identifier, Person

__all__ = [
    "IdentityAnswer",
    "IdentityConflict",
    "IdentityDoubt",
    "add_identifiers",
    "amend_patient",
    "known_patient",
    "not_elsewhere",
    "register_patient",
]

NOTHING_SAVED = "Compare both; nothing was saved."


class IdentityConflict(Exception):
    """It can't be told whose record this is. Nothing is saved."""


class IdentityDoubt(IdentityConflict):
    """Somebody has to compare and say whether it is one of the `candidates` or another person. Nothing is saved."""

    def __init__(self, message: str, candidates: Sequence[Patient]) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """What somebody said who compared: it is this patient, or none of those who were shown."""

    same: UUID | None = None
    apart: frozenset[UUID] = frozenset()


def known_patient(
    clinic: Clinic, person: Person, *, by: Staff | None = None, compared: IdentityAnswer | None = None
) -> Patient | None:
    """The patient of this clinic who this person is; None when it is nobody here.

    A number of a person's own, in a known system, proves who it is when name and birth date agree with it. A family's
    number, one without a system and one of another system prove nothing. Raises `IdentityDoubt` where it could be
    somebody here and is not proven, unless `compared` answers for just those people: a merged, shared or mistyped
    number must stop here, not in the wrong patient's plan (hazard H1). Raises `IdentityConflict`, which names nobody,
    when `by` may not see who carries one of the numbers.
    """
    close = list(near(clinic.pk, person))
    numbered = [other for other in close if shared_number(person.identifiers, numbers_of(other))]
    hidden = hidden_from(by) if by is not None else frozenset()
    if any(other.pk in hidden for other in numbered):
        raise IdentityConflict(
            "One of these identifiers belongs to a record that is open to its care team only. Ask one of them to take "
            "this in; nothing was saved."
        )
    proven = [other for other in numbered if _proves(person, other)]
    if len(proven) == 1 and not _against(person, proven[0]):
        return proven[0]
    candidates = {other.pk: other for other in close if other.pk not in hidden and _could_be(person, other)}
    if not candidates:
        return None
    doubt = IdentityDoubt(_why(person, list(candidates.values()), proven), list(candidates.values()))
    return _answered(doubt, compared)


def not_elsewhere(
    clinic: Clinic, identifiers: Sequence[Identifier], *, patient: Patient | None = None
) -> list[Identifier]:
    """The identifiers that may stand with a patient: a proving number stays with whom it came to first."""
    others = PatientIdentifier.objects.filter(clinic=clinic, proves=True)
    others = others.filter(key__in=[number_key(each.value) for each in identifiers])
    if patient is not None:
        others = others.exclude(patient=patient)
    taken = set(others.values_list("system", "key"))
    return [
        each for each in identifiers if not each.proves or (each.system, number_key(each.value)) not in taken
    ]


def _proves(person: Person, other: Patient) -> bool:
    own = [each for each in person.identifiers if each.proves]
    return shared_number(own, [each for each in numbers_of(other) if each.proves]) is not None


def _could_be(person: Person, other: Patient) -> bool:
    """Whether somebody has to compare: a number in common that does not settle it, or name and birth date that agree."""
    days = (person.birth_date, other.birth_date)
    same_day = None in days or days[0] == days[1]
    if same_day and could_be_one(person.name, other.kept_name):
        return True
    if shared_number(person.identifiers, numbers_of(other)) is None:
        return False
    return _proves(person, other) or not _told_apart(person, other)


def _told_apart(person: Person, other: Patient) -> bool:
    """Whether one system knows both by different numbers of their own, as it does twins on a family's number."""
    theirs = {each.system: number_key(each.value) for each in numbers_of(other) if each.proves}
    mine = [each for each in person.identifiers if each.proves and each.system in theirs]
    return bool(mine) and all(number_key(each.value) != theirs[each.system] for each in mine)


def _answered(doubt: IdentityDoubt, compared: IdentityAnswer | None) -> Patient | None:
    """Whom the comparison names; it holds only for people who were shown when it was made."""
    if compared is not None:
        same = [patient for patient in doubt.candidates if patient.pk == compared.same]
        if same:
            return same[0]
        if compared.same is None and all(patient.pk in compared.apart for patient in doubt.candidates):
            return None
    raise doubt


def _against(person: Person, other: Patient) -> str:
    """What speaks against the number, as a sentence; empty when name and birth date agree with it."""
    born = person.birth_date
    if born and other.birth_date and born != other.birth_date:
        return f"born {long_day(other.birth_date)}, but says born {long_day(born)}"
    if bool(born) != bool(other.birth_date):
        return "and a date of birth is missing in one of the two"
    if not could_be_one(person.name, other.kept_name):
        return f"but is of {person.name}" if person.name else "but has no name"
    return ""


def _why(person: Person, candidates: Sequence[Patient], proven: Sequence[Patient]) -> str:
    if len(proven) > 1:
        names = " and ".join(map(str, proven))
        return f"The identifiers in this file belong to more than one patient here: {names}. {NOTHING_SAVED}"
    if proven:
        against = _against(person, proven[0])
        return (
            f"This record has a number of {proven[0]}, {against}. Find out which is right; nothing was saved."
        )
    why = [f"{other} ({_likeness(person, other)})" for other in candidates]
    return f"This could be {' or '.join(why)}. No number of the person's own proves it. {NOTHING_SAVED}"


def _likeness(person: Person, other: Patient) -> str:
    number = shared_number(person.identifiers, numbers_of(other))
    if number is not None:
        return f"the number {number}, which does not prove who it is"
    if person.birth_date and other.birth_date:
        return "a name that agrees and the same date of birth"
    return "a name that agrees, and a date of birth is missing"
