"""Which number is the clinic's, and which are the state's and stay out."""

from __future__ import annotations

import pytest

from tenuto.core.intake.identifiers import is_of_the_state, record_number


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
