"""A person and those who could be the same, side by side, and what somebody answered who compared them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.names import could_be_one
from tenuto.clinic.people.services import IdentityAnswer
from tenuto.clinic.people.similar import numbers_of, person_of, shared_number
from tenuto.core.dates import say_birthday
from tenuto.core.intake.facts import Person

__all__ = ["ComparedPerson", "SideBySide", "answer", "side_by_side"]

NO_BIRTH_DATE = "not recorded"


@dataclass(frozen=True, slots=True)
class ComparedPerson:
    """One row: who it is, and for a patient what agrees with the person and what does not."""

    name: str
    born: str
    numbers: str
    agrees: str = ""
    differs: str = ""
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Why somebody has to compare, the person, and who is here already."""

    why: str
    person: ComparedPerson
    here: Sequence[ComparedPerson]


def side_by_side(why: str, person: Person, here: Sequence[Patient]) -> SideBySide:
    """The person beside each patient who could be the same."""
    return SideBySide(why, _beside(person), [_compared(person, other) for other in here])


def answer(request: HttpRequest) -> IdentityAnswer | None:
    """What was said about the people who were shown; None when nothing was, or not in a form that was shown."""
    said: Mapping[str, str] = request.POST
    try:
        if said.get("same"):
            return IdentityAnswer(same=UUID(said["same"]))
        apart = frozenset(UUID(each) for each in request.POST.getlist("apart"))
    except ValueError:
        return None
    return IdentityAnswer(apart=apart) if "another" in said else None


def _beside(person: Person) -> ComparedPerson:
    born = say_birthday(person.birth_date, person.birth_sent) if person.birth_date else NO_BIRTH_DATE
    return ComparedPerson(person.name or "No name", born, ", ".join(map(str, person.identifiers)) or "none")


def _compared(person: Person, other: Patient) -> ComparedPerson:
    row, days = _beside(person_of(other)), (person.birth_date, other.birth_date)
    number = shared_number(person.identifiers, numbers_of(other))
    agrees: list[str] = []
    differs: list[str] = []
    (agrees if could_be_one(person.name, other.kept_name) else differs).append("name")
    if None not in days:
        (agrees if days[0] == days[1] else differs).append("date of birth")
    if number is not None:
        agrees.append(f"number {number}")
    elif person.identifiers:
        differs.append("numbers")
    return ComparedPerson(other.name, row.born, row.numbers, ", ".join(agrees), ", ".join(differs), other.pk)
