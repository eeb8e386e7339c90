"""A code that does not exist is told from one of another illness."""

from __future__ import annotations

import pytest

from tenuto.core.intake.diagnosis_codes import known_code, picked
from tenuto.core.intake.icd10cm import titles


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("F33.2", "F33.2"),
        (" f332 ", "F33.2"),
        ("F33", "F33"),
        ("M54.2", "M54.2"),
        ("E119", "E11.9"),
        ("I10", "I10"),
        ("s72.001a", "S72.001A"),
        ("T36.0X1A", "T36.0X1A"),
        ("Z99.89", "Z99.89"),
    ],
)
def test_a_code_is_read_with_and_without_its_point(typed, code):
    assert known_code(typed).code == code
    assert known_code(typed).system == "icd10cm"


def test_a_code_of_snomed_is_known_when_a_rule_names_it():
    assert known_code("370143000").system == "snomed"
    assert known_code("123") is None


@pytest.mark.parametrize(
    "typed",
    [
        "F33.22",
        "U99",
        "Z99.XX9",
        "Z99.99",
        "M54.21",
        "E11.123",
        "S72.001Z",
        "A00.2",
        "G43.2",
        "depression",
        "F3",
        "33.2",
        "F33,2",
        "F33.2.1",
        "",
    ],
)
def test_what_is_no_code_is_not_known(typed):
    assert known_code(typed) is None


def test_a_diagnosis_that_was_picked_gives_its_words_and_its_code():
    for code, title in titles().items():
        assert picked(f"{title} ({code})") == (title, code)
        assert known_code(code).code == code
    assert picked("Depression (F33.2)") == ("Depression (F33.2)", "")
    assert picked("asthma") == ("asthma", "")


@pytest.mark.parametrize(
    "typed",
    [
        "F33.2",
        "f332",
        "Major depressive disorder, recurrent severe without psychotic features",
        "Major depressive disorder, recurrent severe without psychotic features (F33.2)",
    ],
)
def test_a_code_names_its_diagnosis_and_a_listed_name_its_code(typed):
    title = "Major depressive disorder, recurrent severe without psychotic features"
    assert picked(typed) == (title, "F33.2")
