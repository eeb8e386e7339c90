"""One person, one place: recognised by identifier, never by name (hazard H1)."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.clinic.people.services import IdentityConflict, add_identifiers, known_patient, register_patient
from tenuto.clinic.people.similar import similar_patients
from tests.clinic.conftest import NOW

BORN = date(1981, 5, 4)


@pytest.fixture
def register(alice):
    def run(name, *identifiers, born=BORN, by=alice):
        return register_patient(name=name, birth_date=born, identifiers=identifiers, by=by, at=NOW)

    return run


def test_a_person_is_found_by_any_identifier(register, clinic):
    ana = register("Ana Silva", "MRN 1", "NHS 2")
    assert known_patient(clinic, identifiers=["NHS 2"], birth_date=BORN) == ana
    assert known_patient(clinic, identifiers=["NHS 2"], birth_date=None) == ana


def test_a_person_is_not_found_by_name(register, clinic):
    register("Ana Silva", "MRN 1")
    assert known_patient(clinic, identifiers=["MRN 9"], birth_date=BORN) is None
    assert known_patient(clinic, identifiers=[], birth_date=BORN) is None


def test_an_identifier_of_another_clinic_is_nobody_here(register, clinic, charlie):
    register("Ana Silva", "MRN 1", by=charlie)
    assert known_patient(clinic, identifiers=["MRN 1"], birth_date=BORN) is None


def test_another_birthday_is_a_conflict(register, clinic):
    register("Ana Silva", "MRN 1")
    with pytest.raises(
        IdentityConflict, match=r"born Mon 4 May 1981, but says born Sat 4 Apr 1981.*nothing was saved"
    ):
        known_patient(clinic, identifiers=["MRN 1"], birth_date=date(1981, 4, 4))


def test_identifiers_of_two_people_are_a_conflict(register, clinic):
    register("Ana Silva", "MRN 1")
    register("Ana Silva", "MRN 2")
    with pytest.raises(IdentityConflict, match="more than one patient here"):
        known_patient(clinic, identifiers=["MRN 1", "MRN 2"], birth_date=BORN)


def test_new_identifiers_are_added_once(register, alice):
    ana = register("Ana Silva", "MRN 1")
    assert add_identifiers(ana, identifiers=["MRN 1", "NHS 2", "NHS 2"], by=alice, at=NOW) == ["NHS 2"]
    assert add_identifiers(ana, identifiers=["NHS 2"], by=alice, at=NOW) == []
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
