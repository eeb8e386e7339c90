"""One person, one place: recognised by identifier, never by name (hazard H1)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from tenuto.clinic.people.look_alikes import look_alikes
from tenuto.clinic.people.services import (
    IdentityAnswer,
    IdentityDoubt,
    add_identifiers,
    known_patient,
    not_elsewhere,
    register_patient,
)
from tenuto.clinic.people.similar import alike, similar_patients
from tenuto.core.intake.facts import Identifier, Person
from tests.clinic.conftest import NOW, numbers

BORN = date(1981, 5, 4)


@pytest.fixture
def register(alice):
    def run(name, *identifiers, born=BORN, by=alice):
        return register_patient(name=name, birth_date=born, identifiers=numbers(*identifiers), by=by, at=NOW)

    return run


def who(name="Ana Silva", *shown, born=BORN, others=()) -> Person:
    return Person(name, (*numbers(*shown), *others), born)


FAMILY = Identifier("7", "MB", "urn:test:insurer")
SPOUSE = Identifier("8", "SN", "urn:test:insurer")
NO_SYSTEM = Identifier("1", "MRN")
ELSEWHERE = Identifier("1", "MRN", "urn:test:elsewhere", proves=True)


def test_a_person_is_found_by_any_identifier(register, clinic):
    ana = register("Ana Silva", "MRN 1", "NHS 2")
    assert known_patient(clinic, who("Ana Silva", "NHS 2")) == ana


def test_a_number_without_a_date_of_birth_beside_it_asks(register, clinic):
    ana = register("Ana Silva", "MRN 1")
    with pytest.raises(IdentityDoubt, match="a date of birth is missing in one of the two") as doubt:
        known_patient(clinic, who("Ana Silva", "MRN 1", born=None))
    assert list(doubt.value.candidates) == [ana]


def test_a_number_is_the_same_however_it_is_printed(register, clinic):
    ana = register("Ana Silva", "MRN 943-476-5919")
    assert known_patient(clinic, who("Ana Silva", "MRN 9434765919")) == ana


@pytest.mark.parametrize(
    "person",
    [
        who("Bea Silva", others=(FAMILY,)),  # a twin on the family's number
        who("Rui Souza", others=(SPOUSE,), born=date(1979, 1, 1)),  # a spouse
        who("Ana Silva", others=(FAMILY,)),  # the family's number proves nobody, not even the namesake
        who("Rui Souza", others=(NO_SYSTEM,), born=date(1979, 1, 1)),
        who("Ana Silva", others=(NO_SYSTEM,)),
        who("Bea Silva", "MRN 1"),  # an own number, another name
        who("Ana Silva", "MRN 1", born=date(1981, 4, 4)),
        who("Silva", "MRN 1"),
        who("", "MRN 1"),
        who("ana silva"),  # nobody's number, the same name and birth date
        who("Ana Silva", born=None),
        who("Ana Silva", "MRN 9"),  # two records of one person in one system, or two people
        who("Ana Silva", others=(ELSEWHERE,)),
    ],
)
def test_doubt_asks_and_takes_an_answer_for_those_shown_only(register, clinic, person, alice):
    ana = register("Ana Silva", "MRN 1")
    add_identifiers(ana, identifiers=[FAMILY, SPOUSE], by=alice, at=NOW)
    for answer in (
        None,
        IdentityAnswer(),
        IdentityAnswer(same=uuid4()),
        IdentityAnswer(apart=frozenset([uuid4()])),
    ):
        with pytest.raises(IdentityDoubt, match="nothing was saved") as doubt:
            known_patient(clinic, person, compared=answer)
        assert doubt.value.candidates == (ana,)
    assert known_patient(clinic, person, compared=IdentityAnswer(same=ana.pk)) == ana
    assert known_patient(clinic, person, compared=IdentityAnswer(apart=frozenset([ana.pk]))) is None


@pytest.mark.parametrize(
    "person",
    [
        who("Ana Souza", "MRN 9"),
        who("Ana Silva", "MRN 9", born=date(1990, 1, 1)),
        who("Rui Souza", others=(ELSEWHERE,)),  # another hospital's number that happens to be the same
        who("Patient 2"),  # names that differ in a digit
        who("Bea Silva", "MRN 2", others=(FAMILY,)),  # one system knows the twins by two numbers
    ],
)
def test_nobody_is_asked_about_who_is_surely_somebody_else(register, clinic, person, alice):
    ana = register("Ana Silva", "MRN 1")
    add_identifiers(ana, identifiers=[FAMILY], by=alice, at=NOW)
    register("Patient 1", "MRN 3")
    assert known_patient(clinic, person) is None


@pytest.mark.parametrize("name", ["Ana Maria Silva", "SILVA, Ana", "Anna Sílva"])
def test_an_own_number_and_a_name_that_agrees_are_proof(register, clinic, name):
    ana = register("Ana Silva", "MRN 1")
    assert known_patient(clinic, who(name, "MRN 1")) == ana


def test_twins_and_spouses_are_warned_of_on_both_pages(register, alice):
    liam, noah = register("Liam Okafor", "MRN 1"), register("Noah Okafor", "MRN 2")
    mia, rui = (
        register(name, number, born=date(1990, 1, 1))
        for name, number in (("Mia Okafor", "MRN 3"), ("Rui Souza", "MRN 4"))
    )
    for patient in (mia, rui):
        add_identifiers(patient, identifiers=[FAMILY], by=alice, at=NOW)
    assert [alike(each) for each in (liam, noah, mia, rui)] == [[noah], [liam], [rui], [mia]]
    assert look_alikes(liam, staff=alice) == [
        "Another patient has a name and the date of birth in common: Noah Okafor, born Mon 4 May 1981. "
        "Compare the number."
    ]
    assert look_alikes(mia, staff=alice) == [
        "Another patient carries the number MB 7 too: Rui Souza, born Mon 1 Jan 1990. Compare name and date of birth."
    ]


def test_an_identifier_of_another_clinic_is_nobody_here(register, clinic, charlie):
    register("Ana Silva", "MRN 1", by=charlie)
    assert known_patient(clinic, who("Ana Silva", "MRN 1")) is None


def test_another_birthday_is_said(register, clinic):
    register("Ana Silva", "MRN 1")
    with pytest.raises(
        IdentityDoubt, match=r"born Mon 4 May 1981, but says born Sat 4 Apr 1981.*nothing was saved"
    ):
        known_patient(clinic, who("Ana Silva", "MRN 1", born=date(1981, 4, 4)))


def test_numbers_of_two_people_are_compared_with_both(register, clinic):
    ana, other = register("Ana Silva", "MRN 1"), register("Bea Costa", "MRN 2")
    with pytest.raises(IdentityDoubt, match="more than one patient here: Ana Silva and Bea Costa") as doubt:
        known_patient(clinic, who("Ana Silva", "MRN 1", "MRN 2"))
    assert doubt.value.candidates == (ana, other)


def test_a_proving_number_stays_with_whom_it_came_to_and_a_familys_stands_with_both(register, clinic, alice):
    ana = register("Ana Silva", "MRN 1")
    add_identifiers(ana, identifiers=[FAMILY], by=alice, at=NOW)
    asked = (*numbers("MRN 1", "MRN 2"), FAMILY)
    assert not_elsewhere(clinic, asked) == [*numbers("MRN 2"), FAMILY]
    assert not_elsewhere(clinic, asked, patient=ana) == list(asked)


def test_new_identifiers_are_added_once(register, alice):
    ana = register("Ana Silva", "MRN 1")
    new = numbers("NHS 2")
    assert add_identifiers(ana, identifiers=(*numbers("MRN 1", "NHS 2"), *new), by=alice, at=NOW) == list(new)
    assert add_identifiers(ana, identifiers=new, by=alice, at=NOW) == []
    assert [str(i) for i in ana.identifiers.all()] == ["MRN 1", "NHS 2"]


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("Ana Silva", True),
        ("Silva, Ana", True),
        ("ANA SÍLVA", True),
        ("Anna Silva", True),
        ("Ana Silveira", True),
        ("Ana Souza", False),
        ("Ana Maria Silva", False),
        ("", False),
        ("123", False),
    ],
)
def test_which_names_are_alike(register, clinic, name, alike):
    register("Ana Silva", "MRN 1")
    assert bool(similar_patients(name, clinic.patients.all())) is alike
