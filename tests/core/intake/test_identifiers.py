"""Which number is the clinic's, and which are the state's and stay out."""

from __future__ import annotations

import pytest

from tenuto.core.intake.identifiers import is_of_the_state, record_number, same_number


@pytest.mark.parametrize(
    ("identifiers", "number"),
    [
        ((), ""),
        (("EX-0001",), "EX-0001"),
        (("SS 999-12-3456", "MR EX-0001"), "MR EX-0001"),
        (("https://example.org/ids 7f3a", "MR EX-0001"), "MR EX-0001"),
        (("https://example.org/ids 7f3a",), "https://example.org/ids 7f3a"),
        (("SS 999-12-3456", "DL S99999", "PPN X1Y"), ""),
        (("http://hl7.org/fhir/sid/us-ssn 999123456",), ""),
        (("Passport number X1Y", "DEMO-1"), "DEMO-1"),
    ],
)
def test_the_record_number(identifiers, number):
    assert record_number(identifiers) == number


@pytest.mark.parametrize(
    "said",
    [
        {"codes": ["SS"]},
        {"codes": ["DL"]},
        {"codes": ["PPN"]},
        {"codes": ["NIITA"]},
        {"system": "urn:oid:2.16.840.1.113883.4.3.25"},
        {"system": "http://hl7.org/fhir/sid/passport-USA"},
        {"words": "Driver's License"},
        {"words": "Social Security Number"},
    ],
)
def test_numbers_of_the_state(said):
    assert is_of_the_state(**said)


@pytest.mark.parametrize(
    "said",
    [
        {"codes": ["MR"], "words": "Medical Record Number"},
        {"system": "https://github.com/synthetichealth/synthea"},
        {"codes": ["PI"], "system": "urn:oid:2.16.840.1.113883.19.5"},
        {"words": "Licensed clinic's own number"},
    ],
)
def test_numbers_of_a_clinic(said):
    assert not is_of_the_state(**said)


@pytest.mark.parametrize(
    "typed",
    [
        "MRN DEMO-0142",
        "DEMO-0142",
        "demo-0142",
        " Demo 0142 ",
        "DEMO0142",
        "ＤＥＭＯ－０１４２",
        "mrn demo 0142",
    ],
)
def test_a_number_is_the_same_with_and_without_its_mark(typed):
    assert same_number(typed, "MRN DEMO-0142")


@pytest.mark.parametrize("typed", ["DEMO-0143", "0142", "MRN", "", " - ", "DEMO-01420", "MR DEMO-0142"])
def test_another_number_or_a_part_of_it_is_not_the_same(typed):
    assert not same_number(typed, "MRN DEMO-0142")


def test_who_has_no_number_is_not_known_by_one():
    assert not same_number("", "")
    assert not same_number("X", "")
