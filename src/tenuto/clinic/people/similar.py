"""Which patients of a clinic could be taken for each other (hazard H1).

Whether two names are alike is a pure function of them. So that nobody's page compares a name with thousands, each
patient is filed under a few keys, and only patients who share a key, a birth date or a number are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db.models import QuerySet

from tenuto.clinic.people.models import NameKey, Patient, PatientIdentifier
from tenuto.clinic.people.names import ALIKE, agreement, number_key, share_a_word, words
from tenuto.core.intake.facts import Identifier, Person

__all__ = [
    "alike",
    "file_name",
    "misfiled",
    "name_keys",
    "near",
    "numbers_of",
    "person_of",
    "shared_number",
    "shares_birth_and_name",
    "similar_patients",
]

VOWELS = frozenset("aeiouy")
KEY_LENGTH = 200


def similar_patients(name: str, others: Iterable[Patient]) -> list[Patient]:
    """The patients whose name could be mistaken for `name`: as many words, each alike, in any order."""
    asked = words(name)
    return [other for other in others if asked and _alike(asked, words(other.kept_name))]


def alike(patient: Patient) -> list[Patient]:
    """The patients of the same clinic who could be mistaken for this one: by name, as twins, or by a shared number."""
    person = person_of(patient)
    others = near(patient.clinic_id, person).exclude(pk=patient.pk)
    return [other for other in others if _mistakable(person, other)]


def near(clinic: UUID, person: Person) -> QuerySet[Patient]:
    """The patients of a clinic worth comparing with a person: who share a key of the name, a birth date or a number."""
    named = NameKey.objects.filter(clinic_id=clinic, key__in=name_keys(person.name)).values("patient")
    keys = [number_key(each.value) for each in person.identifiers]
    numbered = PatientIdentifier.objects.order_by().filter(clinic_id=clinic, key__in=keys).values("patient")
    everyone = Patient.objects.filter(clinic_id=clinic)
    born = everyone.filter(birth_date=person.birth_date) if person.birth_date else everyone.none()
    # A union, each part of it by its own index: joined with "or" they read the whole clinic.
    close = named.union(numbered, born.order_by().values("pk"))
    return Patient.objects.filter(pk__in=close).prefetch_related("identifiers")


def person_of(patient: Patient) -> Person:
    """A patient as who it is, to be compared. Reads the identifiers."""
    return Person(patient.kept_name, numbers_of(patient), patient.birth_date)


def numbers_of(patient: Patient) -> tuple[Identifier, ...]:
    """The numbers of a patient; none of one who is not kept yet."""
    return () if patient._state.adding else tuple(each.read for each in patient.identifiers.all())


def shared_number(one: Iterable[Identifier], two: Iterable[Identifier]) -> Identifier | None:
    """A number that both carry and that is not two numbers of two systems which happen to be the same."""
    mine = {number_key(each.value): each for each in one}
    for their in two:
        my = mine.get(number_key(their.value))
        if my is not None and not (my.proves and their.proves and my.system != their.system):
            return my
    return None


def shares_birth_and_name(person: Person, other: Patient) -> bool:
    """Whether both are born on one day and have a word of the name in common, as twins have."""
    same_day = person.birth_date is not None and person.birth_date == other.birth_date
    return same_day and share_a_word(person.name, other.kept_name)


def _mistakable(person: Person, other: Patient) -> bool:
    return (
        bool(similar_patients(person.name, [other]))
        or shares_birth_and_name(person, other)
        or shared_number(person.identifiers, numbers_of(other)) is not None
    )


def file_name(patient: Patient) -> None:
    """File a patient under the keys of the name; call in the transaction that writes the name."""
    patient.name_keys.all().delete()
    NameKey.objects.bulk_create(
        NameKey(clinic_id=patient.clinic_id, patient=patient, key=key)
        for key in sorted(name_keys(patient.kept_name))
    )


def misfiled() -> Iterator[str]:
    """A sentence for each patient who is not filed under the keys of the name: nobody would be warned of the similar one."""
    filed: dict[UUID, set[tuple[UUID, str]]] = defaultdict(set)
    for patient, clinic, key in NameKey.objects.values_list("patient", "clinic", "key").iterator():
        filed[patient].add((clinic, key))
    for pk, clinic, name in Patient.objects.values_list("pk", "clinic", "name").iterator():
        if filed[pk] != {(clinic, key) for key in name_keys(name)}:
            yield f"Patient {pk} is not filed under the keys of the name, so that similar names are not warned of."


def name_keys(name: str) -> set[str]:
    """The consonants of a name, in sorted words, and the same with any one left out.

    Two names share a key when their consonants differ by one letter changed, added or left out; vowels, accents,
    doubled letters and the order of the words make no difference.
    """
    skeleton = " ".join(sorted(_skeleton(word) for word in words(name) if not word.isdecimal()))[:KEY_LENGTH]
    return {skeleton, *(skeleton[:i] + skeleton[i + 1 :] for i in range(len(skeleton)))} - {""}


def _skeleton(word: str) -> str:
    consonants = "".join(letter for letter in word if letter not in VOWELS)
    return "".join(letter for i, letter in enumerate(consonants) if letter != consonants[i - 1 : i]) or "a"


def _alike(one: Sequence[str], two: Sequence[str]) -> bool:
    if len(one) != len(two):
        return False
    rest = list(two)
    for word in one:
        best = max(rest, key=lambda other: agreement(word, other))
        if agreement(word, best) < ALIKE:
            return False
        rest.remove(best)
    return True
